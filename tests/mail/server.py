"""A real mail server for tests: ADDRESS PORT FOLDER [starttls] [CODE...]

Each message is answered with the next of the codes, 250 after the last one. What is taken is written to FOLDER, a file
for each. With `starttls` it takes nothing before the connection is protected, and its authority is in FOLDER/ca.pem.
Prints a line once it listens.
"""

import asyncio
import pathlib
import ssl
import sys

import trustme
from aiosmtpd.smtp import SMTP


class Keep:
    def __init__(self, folder, codes):
        self.folder, self.codes, self.taken = folder, codes, 0

    async def handle_DATA(self, server, session, envelope):
        if self.codes:
            code = self.codes.pop(0)
            return f"{code} not now"
        self.taken += 1
        part = self.folder / f".{self.taken}"
        part.write_bytes(envelope.content)
        part.rename(self.folder / f"{self.taken}.eml")
        return "250 OK"


def protected(address, folder):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(address).configure_cert(context)
    return {"tls_context": context, "require_starttls": True}


async def main(address, port, folder, *codes):
    folder, codes = pathlib.Path(folder), list(codes)
    tls = protected(address, folder) if codes[:1] == ["starttls"] else {}
    keep = Keep(folder, codes[1:] if tls else codes)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(keep, **tls), address, int(port))
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))

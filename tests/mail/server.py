"""A real mail server for tests: ADDRESS PORT FOLDER [CODE...]

Each message is answered with the next of the codes, 250 after the last one. What is taken is written to FOLDER, a file
for each. Prints a line once it listens.
"""

import asyncio
import pathlib
import sys

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


async def main(address, port, folder, *codes):
    keep = Keep(pathlib.Path(folder), list(codes))
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(keep), address, int(port))
    print("listening", flush=True)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))

#!/usr/bin/env python3
"""Sends a file of NDJSON records to opcentre: in batches, packed, again on 429 and 503. Standard library only.

    OPCENTRE_URL=https://opcentre.example OPCENTRE_TOKEN=oct_... python3 send.py records.ndjson
    OPCENTRE_QUERY='dry_run=true'   further parameters: dry_run=true, backfill=true, source=NAME
    OPCENTRE_BATCH=1000             lines a request

Exit code: 0 every line was accepted, 1 lines were refused or the server could not be reached, 2 usage.
"""

import gzip
import json
import os
import sys
import time
import urllib.error
import urllib.request

URL = os.environ.get("OPCENTRE_URL", "http://127.0.0.1:8080") + "/api/v1/events?" + os.environ.get("OPCENTRE_QUERY", "")
TOKEN = os.environ.get("OPCENTRE_TOKEN")
BATCH = int(os.environ.get("OPCENTRE_BATCH", "1000"))
TRIES_MAX = 8


def post(body):
    """One request; the status, the seconds to wait that the server names, and the answer. 0: nobody answered."""
    request = urllib.request.Request(URL, data=gzip.compress(body), method="POST")
    request.add_header("Content-Type", "application/x-ndjson")
    request.add_header("Content-Encoding", "gzip")
    if TOKEN:
        request.add_header("Authorization", "Bearer " + TOKEN)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, None, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get("Retry-After"), error.read()
    except (urllib.error.URLError, OSError) as error:
        return 0, None, str(error).encode()


def send(lines, first):
    """Sends a batch until it is answered; repeats are harmless. The number of refused lines."""
    for attempt in range(1, TRIES_MAX + 1):
        status, wait, answer = post(b"\n".join(lines) + b"\n")
        # 422: no line was accepted; the answer says why of each, like that of a batch taken in part.
        if status in (200, 202, 422):
            verdict = json.loads(answer)
            for refused in verdict["rejections"]:
                line = first - 1 + refused["line"]
                print(f"line {line}: {refused['code']} {refused['pointer']}: {refused['reason']}")
            print(f"{verdict['received']} received, {verdict['accepted']} accepted, {verdict['rejected']} rejected")
            return verdict["rejected"]
        if status not in (0, 429, 503):
            sys.exit(f"batch from line {first}: HTTP {status}: {answer.decode(errors='replace')}")
        if attempt < TRIES_MAX:
            seconds = int(wait) if wait and wait.isdigit() else attempt
            print(f"batch from line {first}: HTTP {status}, again in {seconds} s", file=sys.stderr)
            time.sleep(seconds)
    sys.exit(f"batch from line {first}: given up after {TRIES_MAX} tries")


def main():
    if len(sys.argv) != 2:
        print("usage: send.py records.ndjson", file=sys.stderr)
        return 2
    refused, first, batch = 0, 1, []
    with open(sys.argv[1], "rb") as file:
        for line in file:
            batch.append(line.rstrip(b"\r\n"))
            if len(batch) == BATCH:
                refused += send(batch, first)
                first, batch = first + len(batch), []
    if batch:
        refused += send(batch, first)
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())

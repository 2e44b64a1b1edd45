"""What schemathesis doesn't know by itself: lines of JSON are sent as the text they are."""

import schemathesis


@schemathesis.serializer("application/x-ndjson")
def ndjson(_context, value):
    return value if isinstance(value, bytes) else str(value).encode()

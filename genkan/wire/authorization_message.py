"""What EC2 puts behind a denial: its details, encoded, for those who may decode them.

AWS keeps the form to itself and decodes it alone (DecodeAuthorizationMessage). Here it is JSON,
compressed, in URL-safe base64; zlib's own checksum tells a text that is none.
"""

import base64
import json
import zlib
from collections.abc import Mapping
from typing import Any

MOST_BYTES = 1 << 20  # of a decoded message, whatever its compressed form claims


def encode_message(told: Mapping[str, Any]) -> str:
    """Give the encoded form of a denial's details."""
    text = json.dumps(told, separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")


def decode_message(encoded: str) -> str:
    """Give the JSON text that was encoded. Raises ValueError for what was not."""
    try:
        packed = base64.b64decode(
            encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True
        )
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(packed, MOST_BYTES)
        if not unpacking.eof:
            raise ValueError("It does not end where it has to.")
        json.loads(text)
        return text.decode()
    except zlib.error as error:
        raise ValueError(str(error)) from None

"""The encoded details of a denial: read back as they were, and refused when they are none."""

import base64
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan import wire


@given(st.dictionaries(st.text(), st.text()))
def test_what_is_encoded_is_decoded(told):
    encoded = wire.encode_message(told)
    assert json.loads(wire.decode_message(encoded)) == told


@pytest.mark.parametrize(
    "encoded",
    [
        "banana",
        "",
        "玄関",
        wire.encode_message({"allowed": False})[:-4],
        base64.urlsafe_b64encode(zlib.compress(b"no JSON")).decode(),
        base64.urlsafe_b64encode(zlib.compress(b"0" * (1 << 22))).decode(),
    ],
)
def test_what_is_no_message_is_told_so(encoded):
    with pytest.raises(ValueError, match=r".+"):
        wire.decode_message(encoded)

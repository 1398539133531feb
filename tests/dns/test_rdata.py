from ipaddress import IPv4Address

import pytest

from genkan.dns import rdata

NO_ADDRESSES = (
    *("", "1.2.3", "1.2.3.", "1..2.3", "1.2.3.256", "1.2.3.4.5", "1.2.3.4/32", "1.2.3.4 "),
    *("01.2.3.4", "0x1.2.3.4", "+1.2.3.4", "-1.2.3.4", "\u0663.2.3.4"),
)


@pytest.mark.parametrize("value", ["0.0.0.0", "10.0.0.1", "255.255.255.255"])
def test_an_address_is_written_as_its_four_bytes(value):
    assert rdata.encode(rdata.A, value) == IPv4Address(value).packed


@pytest.mark.parametrize("value", NO_ADDRESSES)
def test_what_is_no_address_is_refused(value):
    with pytest.raises(ValueError, match="is no IPv4 address"):
        rdata.encode(rdata.A, value)

"""Names asked for by an address."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.compile import compile_network
from genkan.compile.reverse_names import reverse_origin
from genkan.model.network import Network
from genkan.program.names import RecordSet, ZoneAttachment
from tests.compile.scenario import resources


@pytest.mark.parametrize(
    ("block", "origin"),
    [
        ("10.0.0.0/8", "10.in-addr.arpa"),
        ("172.16.0.0/16", "16.172.in-addr.arpa"),
        ("172.16.32.0/20", "16.172.in-addr.arpa"),
        ("10.1.2.0/24", "2.1.10.in-addr.arpa"),
        ("10.1.2.16/28", "2.1.10.in-addr.arpa"),
        ("2001:db8:1:2::/64", "2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
        ("2001:db8:1:200::/56", "2.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"),
    ],
)
def test_a_zone_ends_where_a_label_does(block, origin):
    assert reverse_origin(ip_network(block)) == origin


@given(st.ip_addresses(), st.integers(0, 128))
def test_every_address_of_a_block_is_in_its_zone(address, length):
    block = ip_network((address, min(length, address.max_prefixlen)), strict=False)
    for one in (block.network_address, block.broadcast_address, address):
        assert one.reverse_pointer.endswith(reverse_origin(block))


def test_an_instance_is_found_by_its_address_in_its_own_vpc():
    program = compile_network(Network.of(resources())).program
    pointers = [one for one in program.of(RecordSet) if one.type == "PTR"]
    assert pointers
    attached = {one.zone: one.view for one in program.of(ZoneAttachment)}
    for one in pointers:
        (value,) = one.values
        assert attached[one.zone].startswith("vpc-")
        host = value.partition(".")[0]
        if host.startswith("ip-"):
            address = ip_address(host.removeprefix("ip-").replace("-", "."))
            assert one.name == address.reverse_pointer

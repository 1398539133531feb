"""Which address of a subnet an interface gets."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

import pytest

from genkan.model.errors import AddressInUse, AddressNotInSubnet, AddressReserved, SubnetFull
from genkan.model.subnet import Subnet, allocate, allocate_ipv6
from genkan.model.vpc import Ipv6Association

SIX = IPv6Network("2001:db8::/64")
SUBNET = Subnet(
    id="subnet-1",
    account="123456789012",
    region="ap-northeast-1",
    vpc_id="vpc-1",
    zone="ap-northeast-1a",
    cidr=IPv4Network("10.0.0.0/28"),
    ipv6_associations=(Ipv6Association(id="subnet-cidr-assoc-1", cidr=SIX),),
)
ASSIGNABLE = [IPv4Address(f"10.0.0.{last}") for last in range(4, 15)]


def test_the_first_free_address_is_given_until_none_is_left() -> None:
    given: set[IPv4Address] = set()
    for wanted in ASSIGNABLE:
        assert allocate(SUBNET, given) == wanted
        given.add(wanted)
    with pytest.raises(SubnetFull, match="no free address: all 11"):
        allocate(SUBNET, given)


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ("10.0.0.4", None),
        ("10.0.0.14", None),
        ("10.0.0.3", AddressReserved),
        ("10.0.0.15", AddressReserved),
        ("10.0.0.16", AddressNotInSubnet),
        ("10.0.0.7", AddressInUse),
    ],
)
def test_a_named_address_is_given_or_it_is_said_why_not(
    wanted: str, wrong: type[Exception] | None
) -> None:
    address, taken = IPv4Address(wanted), {IPv4Address("10.0.0.7")}
    if wrong is None:
        assert allocate(SUBNET, taken, address) == address
        return
    with pytest.raises(wrong, match=wanted):
        allocate(SUBNET, taken, address)


@pytest.mark.parametrize(
    ("wanted", "wrong"),
    [
        ("2001:db8::4", None),
        ("2001:db8::3", AddressReserved),
        ("2001:db8::ffff:ffff:ffff:ffff", AddressReserved),
        ("2001:db8:0:1::4", AddressNotInSubnet),
        ("2001:db8::7", AddressInUse),
    ],
)
def test_a_named_ipv6_address_is_given_or_it_is_said_why_not(
    wanted: str, wrong: type[Exception] | None
) -> None:
    address, taken = IPv6Address(wanted), {IPv6Address("2001:db8::7")}
    if wrong is None:
        assert allocate_ipv6(SUBNET, taken, 0, address) == address
        return
    with pytest.raises(wrong, match=wanted):
        allocate_ipv6(SUBNET, taken, 0, address)


def test_an_ipv6_address_is_the_next_free_one_and_after_the_last_comes_the_first() -> None:
    last = SIX.num_addresses - 6  # of those that can be had
    assert allocate_ipv6(SUBNET, set(), last) == SIX[-2]
    assert allocate_ipv6(SUBNET, {SIX[-2]}, last) == SIX[4]


def test_a_subnet_without_ipv6_gives_no_ipv6_address() -> None:
    with pytest.raises(AddressNotInSubnet, match="no IPv6 addresses"):
        allocate_ipv6(replace(SUBNET, ipv6_associations=()), set(), 0)

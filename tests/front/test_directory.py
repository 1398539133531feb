"""Which listener a connection met: an address of an endpoint, a range of one, a public range."""

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from genkan.front.directory import Directory
from genkan.front.role_credentials import RoleCredentials
from genkan.program import Because, Delta
from genkan.program.service import Answerer, Listener

BECAUSE = Because("vpc-endpoint", "vpce-1")


def listener(place: str, addresses: str, endpoint: str | None) -> Listener:
    return Listener(
        because=BECAUSE,
        place=place,
        addresses=IPv4Network(addresses),
        protocol=6,
        port=443,
        answerer=Answerer.FRONT,
        endpoint=endpoint,
    )


def test_every_address_of_a_gateway_endpoints_range_is_the_endpoint():
    directory = Directory(RoleCredentials(b"a secret"))
    gateway = listener("vpce-s3", "52.219.0.0/20", "vpce-s3")
    interface = listener("vpc-1", "172.16.2.5/32", "vpce-1")
    public = listener("internet", "52.219.0.0/20", None)
    directory.apply(Delta(put=(gateway, interface, public)))
    for address in ("52.219.0.0", "52.219.0.7", "52.219.15.255"):
        assert directory.listener("vpce-s3", address) == gateway
        assert directory.listener("internet", address) == public
    assert directory.listener("vpce-s3", "52.219.16.0") is None
    assert directory.listener("vpc-1", "172.16.2.5") == interface
    directory.apply(Delta(removed=(gateway, interface)))
    assert directory.listener("vpce-s3", "52.219.0.7") is None
    assert directory.listening() == {("internet", 443, 4)}


SOME = st.builds(
    listener,
    st.sampled_from(["vpc-1", "vpc-2"]),
    st.sampled_from(["10.0.0.5/32", "10.0.0.6/32", "52.219.0.0/20"]),
    st.sampled_from(["vpce-1", None]),
)


@given(st.lists(st.tuples(st.booleans(), SOME), max_size=20))
def test_it_listens_where_something_is_left_to_answer(steps: list[tuple[bool, Listener]]):
    directory, there = Directory(RoleCredentials(b"a secret")), {}
    for puts, one in steps:
        if puts:
            directory.apply(Delta(put=(one,)))
            there[one.key] = one
        elif one.key in there:
            directory.apply(Delta(removed=(there.pop(one.key),)))
    assert directory.listening() == {(one.place, 443, 4) for one in there.values()}

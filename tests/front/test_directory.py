"""Which listener a connection met: an address of an endpoint, a range of one, a public range."""

from ipaddress import IPv4Network

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

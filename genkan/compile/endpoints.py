"""Interface endpoints → an address that the VPC's router delivers to a service.

Inbound rules of the endpoint's groups are asked, outbound ones never: the service only answers. No
route table names an endpoint, the `local` route leads to it. "Access an AWS service using an
interface VPC endpoint" in the AWS PrivateLink guide.
"""

from collections.abc import Iterator

from genkan.compile.naming import host_network
from genkan.compile.security_groups import filters_of
from genkan.model.hosted_service import HostedService
from genkan.model.network_interface import NetworkInterface
from genkan.model.security_group import Direction
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType
from genkan.program import Because, Entry
from genkan.program.address import Address
from genkan.program.filter import Guard, Stage
from genkan.program.published import Published
from genkan.program.route import PLACE_TABLE, Deliver, Route
from genkan.program.service import Answerer, EndpointPolicy, Listener

TCP, UDP = 6, 17
HTTPS = 443


def compile_endpoint_interface(
    endpoint: VpcEndpoint, interface: NetworkInterface, service_id: str
) -> Iterator[Entry]:
    """Give the ways to the addresses of an endpoint's interface, and the listeners that are the
    service there."""
    for address in interface.addresses:
        yield from _way_to(endpoint, interface, address)
        yield _listener(endpoint, address, HTTPS, Answerer.FRONT, service_id)


def compile_hosted_interface(
    endpoint: VpcEndpoint, interface: NetworkInterface, service: HostedService
) -> Iterator[Entry]:
    """Give the same for a service of the user's: the host's program answers, untouched."""
    because = Because("vpc-endpoint", endpoint.id)
    for address in interface.private_addresses:
        yield from _way_to(endpoint, interface, address)
        for port in service.ports:
            yield _listener(endpoint, address, port, Answerer.HOST, service.id)
            yield Published(
                because=because,
                place=endpoint.vpc_id,
                address=address,
                port=port,
                host=service.host,
                host_port=service.host_port,
            )


def _way_to(
    endpoint: VpcEndpoint, interface: NetworkInterface, address: Address
) -> Iterator[Entry]:
    because = Because("vpc-endpoint", endpoint.id)
    yield Route(
        because=because,
        place=endpoint.vpc_id,
        table=PLACE_TABLE,
        destination=host_network(address),
        action=Deliver(),
    )
    yield Guard(
        because=because,
        place=endpoint.vpc_id,
        stage=Stage.ENDPOINT,
        at=address,
        filters=filters_of(interface.group_ids, Direction.INGRESS),
    )


def _listener(
    endpoint: VpcEndpoint, address: Address, port: int, answerer: Answerer, service_id: str
) -> Listener:
    return Listener(
        because=Because("vpc-endpoint", endpoint.id),
        place=endpoint.vpc_id,
        addresses=host_network(address),
        protocol=TCP,
        port=port,
        answerer=answerer,
        guarded=True,
        endpoint=endpoint.id,
        vpc=endpoint.vpc_id,
        service=service_id,
    )


def compile_policy(endpoint: VpcEndpoint, document: str) -> Iterator[Entry]:
    """Give the policy of an endpoint that has one of its own."""
    yield EndpointPolicy(
        because=Because("vpc-endpoint", endpoint.id),
        endpoint=endpoint.id,
        document=document,
        accounts_mean_root=endpoint.endpoint_type is VpcEndpointType.GATEWAY,
    )

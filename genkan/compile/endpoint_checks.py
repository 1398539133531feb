"""Health checks of Route 53 → requests to their endpoints, and who makes them.

Names and public addresses are asked by the host outside every VPC, private addresses by the
resolver of a VPC of the account that has them: the one with an interface there, else the first
(AWS asks those from a health check source, which is not here). What is elsewhere nobody can ask;
its check is healthy, as one that is disabled. "Values that you specify when you create or update
health checks" in the Amazon Route 53 developer guide.
"""

from collections.abc import Iterator
from ipaddress import ip_address

from genkan.compile.naming import resolver_address
from genkan.compile.part import Part
from genkan.compile.site import INTERNET_RESOLVER, OUTSIDE_ADDRESS, OUTSIDE_IPV6_ADDRESS
from genkan.model.catalogue.addresses import is_given
from genkan.model.catalogue.ipv6_addresses import is_given_ipv6
from genkan.model.hosted_zone import HealthCheck
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import Address
from genkan.program.health import EndpointCheck
from genkan.program.place import OUTSIDE

MATCHES = "_STR_MATCH"
PORTS = {"HTTP": 80, "HTTPS": 443}  # what a Host header leaves out
OF_THE_INTERNET = (OUTSIDE_ADDRESS, OUTSIDE_IPV6_ADDRESS)


def parts(network: Network, check_id: str) -> Iterator[Part]:
    """Give what is asked for a health check; nothing when it is gone, or asks nobody."""
    check = network.get(HealthCheck, check_id)
    if check is None or check.settings["Disabled"] or check.settings["Type"] == "CALCULATED":
        return
    address = ip_address(check.address) if check.address else None
    sources: tuple[Address, ...]
    if address is None or address.is_global or _is_given(address):
        place, sources = OUTSIDE, OF_THE_INTERNET
    elif vpc := _holder(network, check.account, address):
        place, sources = vpc.id, (resolver_address(vpc),)
    else:
        return
    is_given = address is None or _is_given(address) or place != OUTSIDE
    inputs = (check.id, check.config, place, sources, is_given)
    yield Part(("endpoint-check",), compile_check, inputs)


def checks_of(network: Network, resource: Vpc | NetworkInterface) -> Iterator[str]:
    """Give the health checks whose endpoint may be a VPC's, or is at an interface."""
    if isinstance(resource, Vpc):
        for check in network.where(HealthCheck, account=resource.account):
            if check.address:
                yield check.id
        return
    for address in resource.addresses:
        for check in network.where(HealthCheck, address=str(address)):
            yield check.id


def _holder(network: Network, account: str, address: Address) -> Vpc | None:
    worn = {one.vpc_id for one in network.holding(NetworkInterface, addresses=address)}
    vpcs = (vpc for vpc in network.where(Vpc, account=account) if address.version == 4)
    having = [vpc for vpc in vpcs if any(address in block for block in vpc.cidrs)]
    return min(having, key=lambda vpc: (vpc.id not in worn, vpc.id), default=None)


def _is_given(address: Address) -> bool:
    given = is_given(address) if address.version == 4 else is_given_ipv6(address)
    return given or address in OF_THE_INTERNET


def compile_check(
    check_id: str, config: str, place: str, sources: tuple[Address, ...], is_given: bool
) -> Iterator[Entry]:
    """Give the requests of a health check."""
    said = HealthCheck.read(config)
    protocol, address = said["Type"].removesuffix(MATCHES), said.get("IPAddress", "")
    named = said.get("FullyQualifiedDomainName", "")
    host = named or (f"[{address}]" if ":" in address else address)
    usual = PORTS.get(protocol) == said["Port"]
    yield EndpointCheck(
        because=Because("health-check", check_id),
        target=check_id,
        place=place,
        sources=sources,
        resolver=INTERNET_RESOLVER,
        address=ip_address(address) if address else None,
        name=None if address else named,
        is_given=is_given,
        port=said["Port"],
        protocol=protocol,
        path=_rooted(said.get("ResourcePath") or ""),
        host=host if usual else f"{host}:{said['Port']}",
        server_name=(named or None) if said.get("EnableSNI") else None,
        search=said.get("SearchString"),
        interval=said["RequestInterval"],
        threshold=said["FailureThreshold"],
    )


def _rooted(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"

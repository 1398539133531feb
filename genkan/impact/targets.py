"""Targets in a VPC: the names that a change captures, the services that are used there, the
internet."""

from collections.abc import Collection, Iterator, Sequence

from genkan.analysis.names import Ending
from genkan.analysis.packet import TCP, UDP
from genkan.impact.captures import Capture, question
from genkan.impact.effects import Times
from genkan.impact.openings import wearer
from genkan.impact.state import State
from genkan.impact.target import HTTPS, Kind, Target
from genkan.impact.ways import WAITS
from genkan.model.endpoint_service import EndpointService, service_id_of
from genkan.model.load_balancer import LoadBalancer
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType
from genkan.program.address import Address
from genkan.program.place import INTERNET
from genkan.program.service import Listener, Service

OTHERS = "sts"  # stands for AWS's services that have no endpoint here
MOST_NAMES = 64
REVERSE = ".arpa"  # names of addresses, which have none


def by_names(times: Times, named: Sequence[Capture], vpc: str) -> Iterator[Target]:
    """Give the names that are captured in a VPC; of names that an endpoint brings along with it,
    the first, where it captures none."""
    here = [one for one in named if one.view == vpc]
    for one in here[:MOST_NAMES]:
        if not one.name.endswith(REVERSE):
            yield name_target(times, one.name, _endpoint_of(one), _listened(times, one))
    owners = {_endpoint_of(one) for one in here}
    public = [one for one in named if one.view == INTERNET and (one.is_new or one.is_gone)]
    for one in sorted(public, key=lambda one: (len(one.name), one.name)):
        owner = _endpoint_of(one)
        if owner is not None and owner not in owners and _is_in(times, owner, vpc):
            owners.add(owner)
            yield name_target(times, one.name, owner)


def by_services(times: Times, vpc: str) -> Iterator[Target]:
    """Give what interfaces of a VPC use: its endpoints' services by their names, load balancers,
    another service of AWS's, the internet."""
    found: dict[str, Target] = {}
    for state in (times.before, times.after):
        for target in _services(times, state, vpc):
            found.setdefault(target.id, target)
    yield from found.values()


def by_addresses(times: Times, vpc: str, answered: Collection[Address]) -> Iterator[Target]:
    """Give the endpoints of a VPC by those of their addresses that no name has answered."""
    found: dict[str, Target] = {}
    for state in (times.before, times.after):
        for endpoint in state.network.where(VpcEndpoint, vpc_id=vpc):
            is_new = times.before.network.get(VpcEndpoint, endpoint.id) is None
            ports = tuple(_ports(state, endpoint))
            rows = (
                state.network.get(NetworkInterface, one) for one in endpoint.network_interface_ids
            )
            held = (address for one in rows if one and ports for address in one.addresses)
            for address in held:
                name = f"{endpoint.id} {address}"
                target = Target(Kind.ENDPOINT, name, fixed=(address,), listens=ports, is_new=is_new)
                if address not in answered:
                    found.setdefault(name, target)
    yield from found.values()


def _ports(state: State, endpoint: VpcEndpoint) -> Sequence[tuple[int, int]]:
    """Give what listens behind an endpoint; of one that is not accepted yet, what would."""
    known = state.index.ports.get(endpoint.id, ())
    if known or endpoint.state not in WAITS:
        return known
    service = state.network.get(EndpointService, service_id_of(endpoint.service_name))
    balancers = (
        state.network.get(LoadBalancer, one) for one in (service.load_balancers if service else ())
    )
    nodes = (node for one in balancers if one for node in one.network_interface_ids)
    return sorted({port for one in nodes for port in state.index.ports.get(one, ())}) or [HTTPS]


def balancers(times: Times, vpc: str) -> Iterator[Target]:
    """Give the nodes of a VPC's load balancers."""
    found: dict[str, Target] = {}
    for state in (times.before, times.after):
        for target in _balancers(state, vpc):
            found.setdefault(target.id, target)
    yield from found.values()


def _balancers(state: State, vpc: str) -> Iterator[Target]:
    for balancer in state.network.where(LoadBalancer, vpc_id=vpc):
        for node in balancer.network_interface_ids:
            interface = state.network.get(NetworkInterface, node)
            ports = tuple(state.index.ports.get(node, ()))
            if interface and ports:
                yield Target(Kind.BALANCER, node, fixed=interface.addresses, listens=ports)


def answered_by(times: Times, vpc: str, targets: Sequence[Target]) -> set[Address]:
    """Give the addresses that names answer in a VPC."""
    return {
        address
        for state in (times.before, times.after)
        for one in targets
        if one.name is not None
        for address in state.addresses(vpc, one.name).addresses
    }


def name_target(
    times: Times, name: str, owner: str | None, ports: Sequence[tuple[int, int]] = ()
) -> Target:
    """Give a name as a target, with what listens behind its endpoint, or `ports`."""
    listens = {
        port
        for state in (times.before, times.after)
        for port in state.index.ports.get(owner or "", ports)
    }
    return Target(Kind.NAME, name, name=question(name), listens=tuple(sorted(listens)))


def _services(times: Times, state: State, vpc: str) -> Iterator[Target]:
    row = state.network.get(Vpc, vpc)
    if row is None:
        return
    for endpoint in state.network.where(VpcEndpoint, vpc_id=vpc):
        if endpoint.endpoint_type is VpcEndpointType.GATEWAY:
            name = next(iter(hosts_behind(state, endpoint.id)), None)
        else:
            name = _shown_name(state, endpoint.id)
        if name is not None:
            yield name_target(times, name, endpoint.id)
    yield from _balancers(state, vpc)
    service = state.program.get((Service.section, f"{row.region}/{OTHERS}"))
    if isinstance(service, Service):
        yield name_target(times, service.hosts[0], None)
    yield Target(Kind.INTERNET, INTERNET)


def _shown_name(state: State, endpoint: str) -> str | None:
    """Give one name of an endpoint: a private one, if it has any."""
    names = state.index.endpoint_names.get(endpoint, ())
    private = [one for one in names if not one.startswith((endpoint, f"*.{endpoint}"))]
    return min(private or names, key=_plainness, default=None)


def _plainness(name: str) -> tuple[bool, int, str]:
    return (not name.endswith(".amazonaws.com"), len(name), name)


def hosts_behind(state: State, endpoint: str) -> Sequence[str]:
    """Give the names of the service that a gateway endpoint is for, the chief one first."""
    listener = next((one for one in state.program.of(Listener) if one.endpoint == endpoint), None)
    service = state.program.get((Service.section, listener.service or "")) if listener else None
    return service.hosts if isinstance(service, Service) else ()


def _listened(times: Times, capture: Capture) -> list[tuple[int, int]]:
    """Give a port of each rule that lets somebody in to who has the addresses of a name."""
    found: set[tuple[int, int]] = set()
    for state, told in ((times.before, capture.before), (times.after, capture.after)):
        for address in told.addresses:
            interface = wearer(state, capture.view, address)
            for group in interface.group_ids if interface else ():
                for rule in state.atlas.rules(capture.view, f"{group}/ingress"):
                    ports, protocol = rule.match.ports, rule.match.protocol
                    if protocol in (TCP, UDP) and ports:
                        found.add((protocol, max(ports[0], 1)))
    return sorted(found)


def _endpoint_of(capture: Capture) -> str | None:
    for told in (capture.after, capture.before):
        if told.because is not None and told.because.kind == "vpc-endpoint":
            return told.because.id
    first = capture.name.removeprefix("*.").partition(".")[0]
    is_own = first.startswith("vpce-") and capture.after.ending in (
        Ending.ANSWERED,
        Ending.NO_SUCH_NAME,
    )
    return "-".join(first.split("-")[:2]) if is_own else None


def _is_in(times: Times, endpoint: str, vpc: str) -> bool:
    rows = (state.network.get(VpcEndpoint, endpoint) for state in (times.before, times.after))
    return any(one is not None and one.vpc_id == vpc for one in rows)

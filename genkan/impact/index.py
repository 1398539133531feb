"""What stands where in a network and its program: gateways of VPCs, endpoints of interfaces,
subnets of tables. Each part is read when it is first asked for."""

from functools import cached_property

from genkan.compile.peering import peers_of
from genkan.model.endpoint_service import EndpointService, service_id_of
from genkan.model.load_balancer import LoadBalancer
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import InternetGateway, Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program import Delta, Entry, Program
from genkan.program.address import Address
from genkan.program.balancing import BalancedPort, Intake, RelayedPort
from genkan.program.filter import Filter, SubnetGuard
from genkan.program.names import RecordSet
from genkan.program.place import Link
from genkan.program.route import TableChoice
from genkan.program.service import Listener, Service
from genkan.program.translation import OneToOne

Port = tuple[int, int]  # protocol, port


class Index:
    """Read once; belongs to one state. `origin`: of the state that it came of, and how its program
    differs from that one's: what is not in the difference is not read again."""

    def __init__(
        self, network: Network, program: Program, origin: "tuple[Index, Delta] | None" = None
    ) -> None:
        self._network = network
        self._program = program
        self._origin = origin

    def _former(self, *kinds: type[Entry]) -> "Index | None":
        """Give the index it came of, where entries of these kinds are the same."""
        if self._origin is None:
            return None
        before, delta = self._origin
        changed = any(isinstance(one, kinds) for one in (*delta.put, *delta.removed))
        return None if changed else before

    @cached_property
    def gateways(self) -> dict[str, list[str]]:
        """The internet gateways of VPCs."""
        found: dict[str, list[str]] = {}
        for one in self._network.all(InternetGateway):
            if one.vpc_id:
                found.setdefault(one.vpc_id, []).append(one.id)
        return found

    @cached_property
    def public_of(self) -> dict[tuple[str, Address], Address]:
        """The public addresses of private ones, by VPC."""
        former = self._former(OneToOne)
        if former is not None and former.gateways == self.gateways:
            return former.public_of
        vpcs = {one: vpc for vpc, gateways in self.gateways.items() for one in gateways}
        return {
            (vpcs[entry.place], entry.private): entry.public
            for entry in self._program.of(OneToOne)
            if entry.place in vpcs
        }

    @cached_property
    def interfaces(self) -> dict[tuple[str, Address], NetworkInterface]:
        """Who has an address in a VPC."""
        rows = self._network.all(NetworkInterface)
        return {(one.vpc_id, address): one for one in rows for address in one.addresses}

    @cached_property
    def places_asking_for_ports(self) -> frozenset[str]:
        """Where network ACLs tell packets apart by their ports."""
        asked = {(one.place, one.filter) for one in self._program.of(SubnetGuard)}
        return frozenset(
            one.place
            for one in self._program.of(Filter)
            if (one.place, one.name) in asked and any(rule.match.ports for rule in one.rules)
        )

    @cached_property
    def _hosts(self) -> dict[str, Service]:
        former = self._former(Service)
        if former is not None:
            return former._hosts
        return {host: one for one in self._program.of(Service) for host in one.hosts}

    def service_named(self, name: str | None) -> Service | None:
        """Give the service that a name is of."""
        asked = name or ""
        return self._hosts.get(asked) or self._hosts.get(f"*.{asked.partition('.')[2]}")

    @cached_property
    def endpoint_of(self) -> dict[str, str]:
        """The endpoints of interfaces."""
        endpoints = self._network.all(VpcEndpoint)
        return {name: one.id for one in endpoints for name in one.network_interface_ids}

    @cached_property
    def ports(self) -> dict[str, list[Port]]:
        """What listens behind endpoints, and at the nodes of load balancers."""
        at_nodes: dict[str, list[Port]] = {}
        found: dict[str, list[Port]] = {}
        for listener in self._program.of(Listener):
            if listener.endpoint is not None:
                found.setdefault(listener.endpoint, []).append((listener.protocol, listener.port))
        nodes: tuple[BalancedPort | RelayedPort, ...] = (
            *self._program.of(BalancedPort),
            *self._program.of(RelayedPort),
        )
        for node in nodes:
            at_nodes.setdefault(node.place, []).append((node.protocol, node.port))
        for one in self._program.of(Intake):
            found.setdefault(one.endpoint or "", []).extend(at_nodes.get(one.place, ()))
        return {name: sorted(set(held)) for name, held in {**at_nodes, **found}.items()}

    @cached_property
    def endpoint_names(self) -> dict[str, list[str]]:
        """The names of endpoints that have records."""
        found: dict[str, list[str]] = {}
        for entry in self._program.of(RecordSet):
            if entry.because.kind == "vpc-endpoint":
                found.setdefault(entry.because.id, []).append(entry.name)
        return found

    @cached_property
    def subnets_of_acl(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for entry in self._program.of(SubnetGuard):
            found.setdefault(entry.filter.partition("/")[0], set()).add(entry.subnet)
        return found

    @cached_property
    def subnets_of_table(self) -> dict[tuple[str, str], set[str]]:
        """Subnets by place and table."""
        found: dict[tuple[str, str], set[str]] = {}
        for entry in self._program.of(TableChoice):
            found.setdefault((entry.place, entry.table), set()).add(entry.subnet)
        return found

    @cached_property
    def vpcs_beside(self) -> dict[str, set[str]]:
        """The VPCs that places are linked to."""
        found: dict[str, set[str]] = {}
        for link in self._program.of(Link):
            for end, far in ((link.left, link.right), (link.right, link.left)):
                if self._network.get(Vpc, far.place):
                    found.setdefault(end.place, set()).add(far.place)
        return found

    @cached_property
    def peers(self) -> dict[str, set[str]]:
        """The VPCs that VPCs are peered with."""
        found: dict[str, set[str]] = {}
        for vpc in self._network.all(Vpc):
            found[vpc.id] = set(peers_of(self._network, vpc.id))
        return found

    @cached_property
    def consumers(self) -> dict[str, set[str]]:
        """The VPCs with endpoints to what stands on the load balancers of VPCs."""
        found: dict[str, set[str]] = {}
        for endpoint in self._network.all(VpcEndpoint):
            service = self._network.get(EndpointService, service_id_of(endpoint.service_name))
            for arn in service.load_balancers if service else ():
                balancer = self._network.get(LoadBalancer, arn)
                if balancer:
                    found.setdefault(balancer.vpc_id, set()).add(endpoint.vpc_id)
        return found

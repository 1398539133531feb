"""The impact of orders on a network: which names are answered otherwise, and for every group of
equal interfaces which flows are lost, gained, led elsewhere, denied or not to be known.

Looked at is what the change touches: names that it captures, ways of interfaces, and for VPCs whose
ways are touched at all the services that they use and the internet.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from genkan.api.call import Call
from genkan.impact.assumptions import Assumption, rested_on
from genkan.impact.blocks import Blocks
from genkan.impact.captures import Capture, captures
from genkan.impact.effects import Effect, Finding, Times, by_names_together, compare, findings
from genkan.impact.fixes import Fix
from genkan.impact.groups import Group, Sender, groups_of, outside
from genkan.impact.guarded import Guarded
from genkan.impact.mendings import mendings
from genkan.impact.needed import Needs
from genkan.impact.order import Order, tokens_of
from genkan.impact.outages import Pair, with_outages
from genkan.impact.outlook import Flow, Verdict, look
from genkan.impact.passing import Passing, passing
from genkan.impact.references import references, referring
from genkan.impact.state import OrderRefused, State
from genkan.impact.target import Kind, Target, ports_of
from genkan.impact.targets import (
    answered_by,
    balancers,
    by_addresses,
    by_names,
    by_services,
)
from genkan.impact.touched import Touched, touched
from genkan.model.network import Change, Network
from genkan.model.resource_policy import ResourcePolicies
from genkan.model.vpc import Vpc
from genkan.program import Entry

MOST_FLOWS = 20_000  # a port at a time
MOST_PASSED = 2_000  # of them that orders touch on their way alone
NONE_KNOWN = ResourcePolicies()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Other orders with which nothing is lost that these lose, tried."""

    orders: tuple[Order, ...]
    verified: bool


@dataclass(frozen=True)
class Report:
    """What orders would do that `caller`, an account, makes where they say no other. `refused`:
    they would not be done, and why; then there is nothing else.

    `left_out` flows were too many to look at; `unwatched`: some that are as before were, between
    the orders. `fixes` are by the finding's place in `findings`.
    """

    orders: tuple[Order, ...]
    caller: str
    before: Network
    after: Network
    refused: OrderRefused | None = None
    captures: tuple[Capture, ...] = ()
    findings: tuple[Finding, ...] = ()
    fixes: dict[int, tuple[Fix, ...]] | None = None
    alternatives: tuple[Alternative, ...] = ()
    flows: int = 0
    groups: int = 0
    interfaces: int = 0
    left_out: int = 0
    unwatched: bool = False
    assumed: frozenset[Assumption] = frozenset()

    def of(self, effect: Effect) -> list[Finding]:
        return [one for one in self.findings if one.effect is effect]


def impact(
    before: State,
    call: Call,
    orders: Sequence[Order],
    policies: ResourcePolicies = NONE_KNOWN,
) -> Report:
    """Say what orders would do. `call` says who asks, and when; `policies` are those of resources
    that are known."""
    call = replace(call, token=tokens_of(orders))
    before = before.settled(call.now)
    given = tuple(orders)
    try:
        ordered = before.ordered(call, given)
    except OrderRefused as refused:
        return Report(given, call.account, before.network, before.network, refused)
    after = ordered.state
    what = touched(before, after, ordered.delta)
    named = captures(before, after, what)
    times = Times(before, after, what.moves)
    between = passing(before, ordered.changes)
    survey = _Survey(times, call, what, named, Guarded(policies), ordered.delta.put, between)
    found = survey.findings(ordered.changes)
    known = references(before.network, ordered.changes, ordered.answers)
    fixes = {
        number: tuple(_referring(fix, known) for fix in held)
        for number, held in mendings(after, call, found).items()
    }
    return Report(
        given,
        call.account,
        before.network,
        after.network,
        None,
        tuple(named),
        tuple(found),
        fixes,
        tuple(_alternatives(before, call, given, found)),
        survey.flows,
        survey.groups,
        survey.interfaces,
        survey.left_out,
        survey.unwatched,
        frozenset(survey.assumed),
    )


class _Survey:
    """The flows that are looked at, and how many there were."""

    def __init__(
        self,
        times: Times,
        call: Call,
        what: Touched,
        named: list[Capture],
        guarded: Guarded,
        new: Iterable[Entry],
        between: Passing | None,
    ) -> None:
        """`new` are the entries that the program has after and not before; `between` what the way
        from the one to the other touches besides."""
        self._times = times
        self._what = what
        self._named = named
        self._passing = between
        self._held: dict[str, list[Group]] = {}
        self._guarded = guarded
        self._needs = Needs(times, call)
        self._callers = guarded.callers
        passed = between.new if between else ()
        self._blocks = Blocks(times.before.program, (*new, *passed), guarded.named)
        self.flows = self.groups = self.interfaces = self.left_out = 0
        self.unwatched = False
        self.assumed: set[Assumption] = set()

    def findings(self, changes: Sequence[Change]) -> list[Finding]:
        """Say what becomes of the flows; `changes` are made one after the other."""
        found: list[Finding] = []
        before, between = self._times.before, self._passing
        watched = with_outages(before, changes, self._compared(), between)
        self.unwatched |= watched.left_out
        for pair in watched.pairs:
            sender, target, compared = pair.sender, pair.target, pair.compared
            calls = self._needs.service(sender, target, compared) is not None
            calls &= self._role_at(sender.origin) is None
            self.assumed |= rested_on(self._times, sender, target, compared, calls)
            told = findings(self._times, sender, target, compared)
            found.extend(map(self._needs.besides, told))
            if target.kind is Kind.NAME:
                found.extend(self._guarded.findings(self._times, sender, target, compared))
                found.extend(self._needs.findings(sender, target, compared))
        order = list(Effect)
        return sorted(by_names_together(found), key=lambda one: order.index(one.effect))

    def _compared(self) -> Iterator[Pair]:
        known: set[tuple[str, Kind, str]] = set()
        for sender, target, captured in self._pairs(self._what, self._named):
            known.add((sender.id, target.kind, target.id))
            ports = ports_of((self._times.before, self._times.after), sender, target)
            if self.flows + len(ports) > MOST_FLOWS:
                self.left_out += len(ports)
                continue
            self.flows += len(ports)
            compared = (
                self._callers.compared(self._times, sender, target, one, captured)
                for one in compare(self._times, sender, target, ports, captured)
            )
            yield Pair(sender, target, tuple(compared))
        if self._passing is not None:
            yield from self._passed(self._passing, known)

    def _passed(self, between: Passing, known: set[tuple[str, Kind, str]]) -> Iterator[Pair]:
        """Give the flows that are touched on the way alone, as far as they are looked at."""
        left, times = MOST_PASSED, self._times
        for sender, target, _ in self._pairs(between.touched, list(between.names.values())):
            if (sender.id, target.kind, target.id) in known:
                continue
            ports = ports_of((times.before, times.after), sender, target)
            left -= len(ports)
            if left < 0:
                self.unwatched = True
                return
            self.flows += len(ports)
            yield Pair(sender, target, tuple(compare(times, sender, target, ports, False)))

    def _pairs(
        self, what: Touched, named: Sequence[Capture]
    ) -> Iterator[tuple[Sender, Target, bool]]:
        """Give who sends where, names that are captured first."""
        views = dict.fromkeys(one.view for one in named)
        whole = sorted(what.vpcs | what.doors)
        vpcs = [one for one in (*views, *whole) if self._is_vpc(one)]
        for vpc in dict.fromkeys(vpcs):
            targets = list(by_names(self._times, named, vpc))
            known = {one.name for one in targets}
            others: list[Target] = []
            if vpc in what.vpcs:
                services = by_services(self._times, vpc)
                others = [one for one in services if one.name not in known]
            if vpc in whole:
                answered = answered_by(self._times, vpc, [*targets, *others])
                others += by_addresses(self._times, vpc, answered)
            for group in self._groups(vpc):
                yield from ((group, target, True) for target in targets)
                yield from ((group, target, target.is_new) for target in others)
            yield from ((*pair, False) for pair in self._from_peers(vpc) if vpc in whole)
        yield from ((*pair, False) for pair in self._between(what))

    def _from_peers(self, vpc: str) -> Iterator[tuple[Sender, Target]]:
        """Give what peers send to a VPC's endpoints and load balancers, by their addresses."""
        targets = [*by_addresses(self._times, vpc, ()), *balancers(self._times, vpc)]
        for peer in sorted(self._peers(vpc)) if targets else ():
            for group in self._groups(peer):
                yield from ((group, target) for target in targets)

    def _between(self, what: Touched) -> Iterator[tuple[Sender, Target]]:
        """Give the pairs of interfaces, and of them and the internet, whose way is touched."""
        vpcs = sorted(what.vpcs)
        groups = [group for vpc in vpcs for group in self._groups(vpc)]
        peers = {peer for vpc in vpcs for peer in self._peers(vpc)} - set(vpcs)
        groups += [group for vpc in sorted(peers) for group in self._groups(vpc)]
        sends, takes = what.senders(groups), what.takers(groups)
        beyond = outside(self._times.after)
        for group in groups:
            target = Target(Kind.INTERFACES, group.id, group=group)
            for sender in groups:
                touched = sender.id in sends or group.id in takes
                touched = touched or what.between(sender, group)
                if touched and self._reachable(sender, group):
                    yield sender, _others(group) if sender is group else target
            if group.vpc in what.vpcs and group.public and beyond.addresses:
                yield beyond, Target(Kind.PUBLIC, group.id, group=group)

    def _reachable(self, sender: Group, group: Group) -> bool:
        """Tell whether one is in the other's VPC or its peers'; a group is no flow of itself, where
        it has no other."""
        if sender is group:
            return len(group.members) > 1
        return sender.vpc == group.vpc or group.vpc in self._peers(sender.vpc)

    def _groups(self, vpc: str) -> list[Group]:
        if vpc not in self._held:
            times = self._times
            found = groups_of(
                times.before, times.after, self._blocks, vpc, self._guarded.blocks, self._role_at
            )
            self._held[vpc] = found
            self.groups += len(found)
            self.interfaces += sum(len(one.members) for one in found)
        return self._held[vpc]

    def _role_at(self, place: str) -> str | None:
        """Give the role that calls from a place are signed by, where it is known."""
        caller = self._callers.at(self._times.after, place)
        return caller.role.arn if caller else None

    def _peers(self, vpc: str) -> set[str]:
        return {
            peer
            for state in (self._times.before, self._times.after)
            for peer in state.index.peers.get(vpc, ())
        }

    def _is_vpc(self, name: str) -> bool:
        return any(
            state.network.get(Vpc, name) for state in (self._times.before, self._times.after)
        )


def _others(group: Group) -> Target:
    """Give the others of a group as what its first interface sends to."""
    return Target(Kind.INTERFACES, group.id, group=replace(group, members=group.members[1:]))


def _referring(fix: Fix, known: Mapping[str, str]) -> Fix:
    """Give a fix that can follow the orders: what they make has no other name yet."""
    return replace(fix, orders=tuple(referring(order, known) for order in fix.orders))


def _alternatives(
    before: State, call: Call, orders: tuple[Order, ...], found: Sequence[Finding]
) -> Iterator[Alternative]:
    """Try the same orders without private names, where they lose something by them."""
    lost = [one for one in found if one.effect is Effect.LOST and one.target.kind is Kind.NAME]
    asked = [_without_private_dns(one) for one in orders]
    if not lost or asked == list(orders):
        return
    try:
        ordered = before.ordered(call, asked)
    except OrderRefused:
        return
    state = ordered.state
    moves = touched(before, state, ordered.delta).moves
    works = all(
        one.before.verdict is Verdict.WORKS
        if not moves and _is_named_alike(before, state, one)
        else _works(state, one)
        for one in lost
    )
    yield Alternative(tuple(asked), works)


def _is_named_alike(before: State, state: State, one: Finding) -> bool:
    """Tell whether a finding's name is answered as it was before."""
    asked = (one.sender.vpc, str(one.target.name))
    return before.addresses(*asked) == state.addresses(*asked)


def _works(state: State, one: Finding) -> bool:
    flows = (
        Flow(version, ports.protocol, ports.first)
        for ports in one.ports
        for version in one.versions
    )
    return all(look(state, one.sender, one.target, flow).verdict is Verdict.WORKS for flow in flows)


def _without_private_dns(order: Order) -> Order:
    interface = order.parameters.get("VpcEndpointType") == "Interface"
    said = order.parameters.get("PrivateDnsEnabled")
    made = order.operation == "CreateVpcEndpoint" and interface and said is not False
    if made or (order.operation == "ModifyVpcEndpoint" and said):
        return replace(order, parameters={**order.parameters, "PrivateDnsEnabled": False})
    return order

"""`LinuxEngine`: observe, plan, apply.

Runs in a thread that has no event loop of its own: the netlink library brings one.
"""

import contextlib
import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from genkan.engine.linux import (
    answers,
    balancing,
    conntrack,
    namespace,
    nft_text,
    settings,
    tracking,
)
from genkan.engine.linux.desired import Desired
from genkan.engine.linux.lookout import Lookout
from genkan.engine.linux.lower import SECTIONS
from genkan.engine.linux.naming import device_name
from genkan.engine.linux.netlink import Netlink
from genkan.engine.linux.nft import Nft
from genkan.engine.linux.objects import (
    AGGREGATE,
    Address,
    Device,
    KernelObject,
    KernelRoute,
    KernelState,
    Loopback,
    Namespace,
    Neighbour,
    NftElement,
    PolicyRule,
    Settings,
)
from genkan.engine.linux.plan import Plan, objects_of, plan
from genkan.engine.linux.shortcut import Accelerator, reason_of
from genkan.engine.protocol import Acceleration, EngineFailure, Mended
from genkan.program import Delta, Entry, Program
from genkan.program.balancing import Balancer

LOG = logging.getLogger(__name__)
TOLD = 20  # changes that are named in the log; a site that begins has thousands
LOOKS = 8  # places a time whose settings are read: what changes them tells nobody
NETLINK = (PolicyRule, KernelRoute, Neighbour, Address, Device)


class LinuxEngine:
    """An engine on this machine's kernel, inside the site's namespaces."""

    capabilities = SECTIONS

    def __init__(self, accelerates_after: int | None = None) -> None:
        """`accelerates_after`: packets after which a flow may take the shortcut; None: never."""
        self._netlink = Netlink()
        self._nft = Nft()
        self._desired = Desired()
        self._lookout = Lookout()
        self._turn: Iterator[Settings] = iter(())
        self._unsettled: set[str] = set()
        self.accelerator: Accelerator | None = None
        self._unaccelerated = "it is switched off"
        if accelerates_after is not None:
            try:
                self.accelerator = Accelerator(lambda: self._desired.state, accelerates_after)
            except OSError as error:
                self._unaccelerated = reason_of(error)

    def apply(self, before: Program, delta: Delta) -> None:
        """Make a difference so. See Engine."""
        made = self._desired.change(before, delta)
        with self._going_the_long_way(made):
            self._make_so(made)
        self._follow(delta.put)

    @contextlib.contextmanager
    def _going_the_long_way(self, made: Plan, places: Iterable[str] = ()) -> Iterator[None]:
        """Have all go through the rules where they change, until they have."""
        if self.accelerator is None:
            yield
            return
        with self.accelerator.held({*made.places(), *places}):
            yield

    def _follow(self, entries: Iterable[Entry]) -> None:
        if self.accelerator is not None:
            for one in entries:
                if isinstance(one, Balancer):
                    self.accelerator.follow(one.place, device_name(one.interface))

    def reconcile(self, program: Program) -> int:
        """Read back, compare, mend. See Engine."""
        self._desired = Desired(program)
        made = plan(self.observe(), self._desired.state)
        _tell(made)
        with self._going_the_long_way(made, namespace.places()):
            self._make_so(made)
        for place in namespace.places():
            self._cover(place)
        self._follow(program.of(Balancer))
        return len(made)

    def disturbed(self) -> bool:
        """Tell whether others may have changed something. See Engine."""
        self._unsettled |= self._look_at_settings()
        return bool(self._lookout.disturbed() or self._unsettled)

    def _look_at_settings(self) -> set[str]:
        """Read the settings of the places whose turn it is; give those that are not as wanted."""
        asked = list(islice(self._turn, LOOKS))
        if len(asked) < LOOKS:
            every = list(self._desired.state.values())
            self._turn = iter([one for one in every if isinstance(one, Settings)])
        return {one.place for one in asked if self._found_settings(one) not in (one, None)}

    def _found_settings(self, wanted: Settings) -> Settings | None:
        try:
            with namespace.entered(wanted.place):
                return replace(wanted, values=settings.found(wanted.values))
        except OSError:  # it is gone meanwhile
            return None

    def mend(self) -> Mended:
        """Look where something happened, and mend. See Engine."""
        places = self._lookout.disturbed() | self._unsettled
        self._unsettled -= places
        self._lookout.settle(places)
        there = set(namespace.places())
        made = self._plan(places & there)
        far = {one.peer_place for one in made.putting(Device) if isinstance(one, Device)}
        if not far <= places:  # a link that is gone is gone at both ends
            made = self._plan((places | far) & there)
        with self._going_the_long_way(made):
            self._make_so(made)
        return Mended(len(made), tuple(sorted(made.places())))

    def _plan(self, places: Collection[str]) -> Plan:
        wanted = {key: one for key, one in self._desired.state.items() if one.place in places}
        return plan(objects_of(self._observed(places)), wanted, self._desired.state)

    def observe(self) -> KernelState:
        """Give everything of ours that is in the kernel."""
        return objects_of(self._observed(namespace.places()))

    def close(self) -> None:
        """Let go of sockets and contexts."""
        self._netlink.close()
        self._nft.close()
        self._lookout.close()
        if self.accelerator is not None:
            self.accelerator.close()

    def acceleration(self) -> Acceleration:
        """Tell whether flows are accelerated. See Engine."""
        if self.accelerator is None:
            return Acceleration(why=self._unaccelerated)
        return self.accelerator.shown()

    def tallies(self) -> int | None:
        """Give what counts flows on the shortcut. See Engine."""
        return None if self.accelerator is None else self.accelerator.tallies

    def _observed(self, places: Iterable[str]) -> Iterable[KernelObject]:
        for place in places:
            yield Namespace(place)
            wanted = self._desired.state.get(("settings", place))
            if isinstance(wanted, Settings) and (found := self._found_settings(wanted)):
                yield found
            for one in self._netlink.observe(place):
                if isinstance(wanted, Settings):
                    yield one
                elif isinstance(one, Device):  # what an instance makes of its own is its affair
                    yield replace(one, plain=True, aggregate=AGGREGATE)
                elif not isinstance(one, Loopback):
                    yield one
            yield from nft_text.parse(place, self._nft.read(place, "list ruleset"))

    def _make_so(self, made: Plan) -> None:
        self._netlink.remove(_by_place(made.removed, NETLINK))
        for one in made.putting(Namespace):
            self._make_namespace(one)
        self._settle(made)
        for place, text in nft_text.transactions(made):
            self._nft.run(place, text)
        for place in made.places_asking_anew():
            tracking.ask_again(place)
        self._netlink.put(_by_place(made.put, tuple(reversed(NETLINK))))
        for one in made.replacing:
            if isinstance(one, Device) and ("settings", one.place) in self._desired.state:
                self._netlink.make_plain(one)
        self._netlink.wait_until_they_send(
            one for one in made.putting(Device) if isinstance(one, Device)
        )
        self._netlink.wait_until_they_receive(
            one for one in made.putting(Address) if isinstance(one, Address)
        )
        self._end_connections(made)
        for one in made.removing(Namespace):
            self._netlink.forget(one.place)
            self._nft.forget(one.place)
            self._lookout.forget(one.place)
            if self.accelerator is not None:
                self.accelerator.forget(one.place)
            namespace.remove(one.place)
        self._keep_watch(made)

    def _settle(self, made: Plan) -> None:
        """Tell places again what others told them otherwise; a new one knows it."""
        new = {one.place for one in made.putting(Namespace)}
        for one in made.put:
            if isinstance(one, Settings) and one.place not in new:
                with namespace.entered(one.place):
                    settings.settle(one.values)
            elif isinstance(one, Loopback) and one.place not in new:
                self._netlink.put_loopback(one.place)

    def _keep_watch(self, made: Plan) -> None:
        """Watch the places that forward, and take what was done here for known. What an instance
        does to its own network is its own affair, until it touches a link."""
        places = made.places()
        for place in places:
            self._cover(place)
        self._lookout.settle(places)

    def _cover(self, place: str) -> None:
        one = self._desired.state.get(("namespace", place))
        if isinstance(one, Namespace) and one.forwards:
            try:
                self._lookout.cover(place)
            except OSError as error:
                raise EngineFailure(f"{place} cannot be watched: {error}.") from error

    def _end_connections(self, made: Plan) -> None:
        """End what came by interfaces that are gone, for it is not to go on when they come back,
        and what is with targets that are gone or have to be left."""
        for one in made.removing(PolicyRule):
            if isinstance(one, PolicyRule) and one.priority == answers.PRIORITY and one.mark:
                conntrack.forget_marked(one.place, one.mark)
        ending: dict[str, list[conntrack.Flows]] = {}
        for way, containers in (
            (made.putting, balancing.ENDING),
            (made.removing, balancing.HOLDING),
        ):
            for one in way(NftElement):
                if isinstance(one, NftElement) and one.container in containers:
                    ending.setdefault(one.place, []).append(balancing.flows_of(one))
        for place, flows in ending.items():
            conntrack.forget(place, flows)

    def _make_namespace(self, one: KernelObject) -> None:
        if not isinstance(one, Namespace) or (one.adopted and one.place in namespace.places()):
            return
        try:
            namespace.make(one.place)
            with namespace.entered(one.place):
                settings.settle(one.settings)
        except OSError as error:
            raise EngineFailure(f"no namespace for {one.place}: {error}.") from error
        if one.forwards:
            self._netlink.put_loopback(one.place)
        else:
            self._netlink.bring_up(one.place, "lo")


def _tell(made: Plan) -> None:
    """Say in the log what there is to mend, where it can be read."""
    if len(made) <= TOLD:
        for word, objects in (("removing", made.removed), ("putting", made.put)):
            for one in objects:
                LOG.info("%s %s", word, one)


def _by_place(objects: Iterable[KernelObject], kinds: tuple[type, ...]) -> list[KernelObject]:
    """Give the objects of these kinds so that those of a place stand together, by their kinds'
    order; devices, which join two places, stay before or after all else."""
    order = {kind: number for number, kind in enumerate(kinds)}
    wanted = [one for one in objects if type(one) in order]
    device, last = order[Device], len(order) - 1
    return sorted(
        wanted,
        key=lambda one: (
            isinstance(one, Device) == (device == last),
            "" if isinstance(one, Device) else one.place,
            order[type(one)],
        ),
    )

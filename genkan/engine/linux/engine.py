"""`LinuxEngine`: observe, plan, apply, with what was applied kept as kernel objects and their
owners.

Several entries may want the same object (two interfaces the same guard); it goes when the last of
them goes. Runs in a thread that has no event loop of its own: the netlink library brings one.
"""

from collections import Counter
from collections.abc import Iterable

from genkan.engine.linux import namespace, nft_text
from genkan.engine.linux.lower import SECTIONS, Ends, ends_of, lower
from genkan.engine.linux.netlink import Netlink
from genkan.engine.linux.nft import Nft
from genkan.engine.linux.objects import (
    Address,
    Device,
    KernelObject,
    KernelRoute,
    KernelState,
    Key,
    Namespace,
    Neighbour,
    PolicyRule,
)
from genkan.engine.linux.plan import Plan, objects_of, plan
from genkan.engine.linux.settings import settle
from genkan.engine.protocol import EngineFailure
from genkan.program import Delta, Entry, Program
from genkan.program.place import Link
from genkan.program.route import Forward, Route

DEPENDENT = (Neighbour, KernelRoute, PolicyRule)
NETLINK = (PolicyRule, KernelRoute, Neighbour, Address, Device)


class LinuxEngine:
    """An engine on this machine's kernel, inside the site's namespaces."""

    capabilities = SECTIONS

    def __init__(self) -> None:
        self._netlink = Netlink()
        self._nft = Nft()
        self._ends: Ends = {}
        self._wanted: KernelState = {}
        self._owners: Counter[Key] = Counter()

    def apply(self, before: Program, delta: Delta) -> None:
        """Make a difference so. See Engine."""
        links = any(isinstance(entry, Link) for entry in (*delta.put, *delta.removed))
        replaced = [old for entry in delta.put if (old := before.get(entry.key))]
        gone: list[Entry] = [*delta.removed, *replaced]
        new: list[Entry] = list(delta.put)
        if links:
            moved = _routes_over(before, delta)
            gone += moved
            new += moved
        old_objects = self._disown(gone)
        if links:
            self._ends = ends_of(before.apply(delta).of(Link))
        new_objects = self._own(new)
        kept = {key: self._wanted[key] for key in old_objects if key in self._wanted}
        made = plan(old_objects, {**kept, **new_objects}, self._wanted)
        self._make_so(made)

    def reconcile(self, program: Program) -> int:
        """Read back, compare, mend. See Engine."""
        self._ends = ends_of(program.of(Link))
        self._wanted, self._owners = {}, Counter()
        self._own(program)
        made = plan(self.observe(), self._wanted)
        self._make_so(made)
        return len(made)

    def observe(self) -> KernelState:
        """Give everything of ours that is in the kernel."""
        return objects_of(self._observed())

    def close(self) -> None:
        """Let go of sockets and contexts."""
        self._netlink.close()
        self._nft.close()

    def _observed(self) -> Iterable[KernelObject]:
        for place in namespace.places():
            yield Namespace(place)
            yield from self._netlink.observe(place)
            yield from nft_text.parse(place, self._nft.read(place, "list ruleset"))

    def _own(self, entries: Iterable[Entry]) -> KernelState:
        objects: KernelState = {}
        for entry in entries:
            for one in objects_of(lower(entry, self._ends)).values():
                objects[one.key] = self._wanted[one.key] = one
                self._owners[one.key] += 1
        return objects

    def _disown(self, entries: Iterable[Entry]) -> KernelState:
        """Give up what these entries wanted; give those objects as they were."""
        objects: KernelState = {}
        for entry in entries:
            for one in objects_of(lower(entry, self._ends)).values():
                objects[one.key] = self._wanted.get(one.key, one)
                self._owners[one.key] -= 1
                if self._owners[one.key] <= 0:
                    del self._owners[one.key]
                    self._wanted.pop(one.key, None)
        return objects

    def _make_so(self, made: Plan) -> None:
        for kind in NETLINK:
            self._remove(made, kind)
        for one in made.putting(Namespace):
            self._make_namespace(one)
        for place, text in nft_text.transactions(made):
            self._nft.run(place, text)
        for kind in reversed(NETLINK):
            for one in made.putting(kind):
                self._netlink.put(one)
        for one in made.removing(Namespace):
            self._netlink.forget(one.place)
            self._nft.forget(one.place)
            namespace.remove(one.place)

    def _remove(self, made: Plan, kind: type) -> None:
        for one in made.removing(kind):
            self._netlink.remove(one)

    def _make_namespace(self, one: KernelObject) -> None:
        if not isinstance(one, Namespace):
            return
        try:
            namespace.make(one.place)
            with namespace.entered(one.place):
                settle(one.forwards)
        except OSError as error:
            raise EngineFailure(f"no namespace for {one.place}: {error}.") from error
        self._netlink.bring_up(one.place, "lo")


def _routes_over(before: Program, delta: Delta) -> list[Entry]:
    """Give the unchanged routes that leave by links that come, go or change."""
    touched = {
        (end.place, end.name)
        for entry in (*delta.put, *delta.removed)
        if isinstance(entry, Link)
        for end in (entry.left, entry.right)
    }
    changed = {entry.key for entry in (*delta.put, *delta.removed)}
    return [
        route
        for route in before.of(Route)
        if isinstance(route.action, Forward)
        and (route.place, route.action.interface) in touched
        and route.key not in changed
    ]

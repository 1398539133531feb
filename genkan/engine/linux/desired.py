"""`Desired`: what a program wants of the kernel, as objects with a count of the entries that want
each.

Several entries may want the same object (two interfaces the same guard); it goes when the last of
them goes. Pure: a change of the program comes in, a plan goes out.
"""

from collections import Counter
from collections.abc import Iterable

from genkan.engine.linux.lower import Ends, ends_of, lower
from genkan.engine.linux.objects import KernelState, Key
from genkan.engine.linux.plan import Plan, objects_of, plan
from genkan.program import Delta, Entry, Program
from genkan.program.place import Link
from genkan.program.route import Forward, Route


class Desired:
    """The kernel objects of one program, brought along from change to change."""

    def __init__(self, program: Program | None = None) -> None:
        self.state: KernelState = {}
        self._owners: Counter[Key] = Counter()
        self._ends: Ends = ends_of(program.of(Link)) if program else {}
        self._routes: dict[tuple[str, str], dict[Key, Route]] = {}  # by the interface they leave by
        self._own(program or ())

    def change(self, before: Program, delta: Delta) -> Plan:
        """Take `delta` in on top of `before`, which is here already; say what it changes."""
        links = any(isinstance(entry, Link) for entry in (*delta.put, *delta.removed))
        replaced = [old for entry in delta.put if (old := before.get(entry.key))]
        gone: list[Entry] = [*delta.removed, *replaced]
        new: list[Entry] = list(delta.put)
        if links:
            moved = self._routes_over(replaced, delta)
            gone += moved
            new += moved
        old_objects = self._disown(gone)
        if links:
            for end in ends_of(entry for entry in gone if isinstance(entry, Link)):
                self._ends.pop(end, None)
            self._ends.update(ends_of(entry for entry in new if isinstance(entry, Link)))
        new_objects = self._own(new)
        kept = {key: self.state[key] for key in old_objects if key in self.state}
        return plan(old_objects, {**kept, **new_objects}, self.state)

    def _own(self, entries: Iterable[Entry]) -> KernelState:
        objects: KernelState = {}
        for entry in entries:
            if isinstance(entry, Route) and isinstance(entry.action, Forward):
                over = self._routes.setdefault((entry.place, entry.action.interface), {})
                over[entry.key] = entry
            for one in objects_of(lower(entry, self._ends)).values():
                objects[one.key] = self.state[one.key] = one
                self._owners[one.key] += 1
        return objects

    def _disown(self, entries: Iterable[Entry]) -> KernelState:
        """Give up what these entries wanted; give those objects as they were."""
        objects: KernelState = {}
        for entry in entries:
            if isinstance(entry, Route) and isinstance(entry.action, Forward):
                where = (entry.place, entry.action.interface)
                over = self._routes.get(where, {})
                over.pop(entry.key, None)
                if not over:
                    self._routes.pop(where, None)
            for one in objects_of(lower(entry, self._ends)).values():
                objects[one.key] = self.state.get(one.key, objects.get(one.key, one))
                self._owners[one.key] -= 1
                if not self._owners[one.key]:
                    del self._owners[one.key]
                    self.state.pop(one.key, None)
        return objects

    def _routes_over(self, replaced: Iterable[Entry], delta: Delta) -> list[Entry]:
        """Give the unchanged routes that leave by links that come, go or change."""
        touched = ends_of(
            entry for entry in (*delta.put, *delta.removed, *replaced) if isinstance(entry, Link)
        )
        changed = {entry.key for entry in (*delta.put, *delta.removed)}
        return [
            route
            for where in touched
            for key, route in self._routes.get(where, {}).items()
            if key not in changed
        ]

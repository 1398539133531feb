"""`Accelerator`: learns which flows may take the shortcut, and has them leave it in time.

Rules decide, always. A flow that goes on at a load balancer's node is told of by the program there;
its path is looked for (`path`), and its packets are watched at every device of it while they still
go through routes and rules. When they have been seen to enter and to leave each place, both ways,
the flow is handed on from then on. So what the rules would drop never is.

What it carries is counted in tallies, which who records adds to what the tables say.

A place that is changed is `held`: from before the change until after it nothing takes a shortcut
there, and what was learnt of it before counts no more. Connections that are handed on are kept in
the kernel's tables for as long as they would be there, and go the long way when they end.

Everything lives in this process and in the kernel by its descriptors: when the process ends, all
flows go the long way. A thread of its own does the work; the rest may be called by another one.
"""

import contextlib
import errno
import heapq
import logging
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from genkan.engine.linux.objects import KernelState
from genkan.engine.linux.shortcut import maps, program
from genkan.engine.linux.shortcut.kernel import Asked
from genkan.engine.linux.shortcut.maps import ENDED, HANDED, WATCHED, FlowState, Maps, Tuple
from genkan.engine.linux.shortcut.path import At, NoPath, NotYet, Path, Surveyor
from genkan.engine.linux.shortcut.places import BeingChanged, Places
from genkan.engine.linux.shortcut.ring import Ring
from genkan.engine.linux.tallies import Tallies
from genkan.engine.protocol import Acceleration
from genkan.engine.traffic import Flow as TrafficFlow

LOG = logging.getLogger(__name__)
FIRST_LOOK, LAST_LOOK = 0.005, 1.0  # seconds from the begin of watching to looks; each waits double
KEEP_EVERY = 5.0  # seconds between looks at what is handed on
IDLE = 20.0  # seconds after which a silent flow goes the long way again
NICENESS = -10  # before whatever the flows themselves keep a processor busy with
DECLINED_FOR, YOUNG_FOR = 10.0, 2.0
MOST_DECLINED = 4096
LEARNT_AT_ONCE, LEARNT_A_SECOND = 100, 200.0  # flows
SETTLED = 0.5  # seconds until no program in the kernel counts any more of a flow that was ended


@dataclass
class Flow:
    """A flow that is watched or handed on."""

    number: int
    serial: int
    path: Path
    keys: list[bytes]
    epochs: dict[str, int]
    tallies: dict[tuple[str, Tuple], int]  # by place and flow
    asked_as: bytes
    due: float
    wait: float = FIRST_LOOK
    handed: bool = False
    last: int = 0


@dataclass
class Counts:
    """What became of flows."""

    handed: int = 0
    declined: int = 0
    reasons: deque[str] = field(default_factory=lambda: deque(maxlen=10))


class Accelerator:
    """Hands flows on. Made where the kernel grants it."""

    def __init__(
        self, state: Callable[[], KernelState], threshold: int = program.THRESHOLD
    ) -> None:
        """Raises OSError: the kernel does not let this process, or has not what it takes."""
        self.counts = Counts()
        self._state = state
        self.keep_every = KEEP_EVERY
        self._maps = Maps()
        self._ring = Ring(self._maps.told, maps.RING)
        self._places = Places(self._maps, threshold)
        self._flows: dict[int, Flow] = {}
        self._by_key: dict[bytes, Flow] = {}
        self._free = deque(range(maps.MOST_FLOWS))
        self._tallies = Tallies(self._maps.tallies.descriptor)
        self._ending: deque[tuple[float, Collection[int]]] = deque()  # when, and which tallies
        self._serial = 0
        self._declined: list[tuple[float, bytes]] = []
        self._asked: dict[str, Asked] = {}
        self._following: dict[str, str] = {}
        self._changed: set[str] = set()
        self._allowance, self._allowed_at = float(LEARNT_AT_ONCE), time.monotonic()
        self._kept_at = 0.0
        self._closing = False
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="shortcut", daemon=True)
        self._thread.start()

    # Called by whoever changes places.

    @contextlib.contextmanager
    def held(self, places: Collection[str]) -> Iterator[None]:
        """Let nothing take a shortcut in these places; what was learnt there counts no more.

        When what happens meanwhile fails, they stay as they are: until they are held again.
        """
        self._places.hold(places)
        yield
        self._places.release(places)
        self._changed.update(places)
        self._rouse()

    def follow(self, node: str, device: str) -> None:
        """Learn flows from the answers that come to a load balancer's node by a device."""
        self._following[node] = device
        self._changed.add(node)
        self._rouse()

    def forget(self, place: str) -> None:
        """Know no more of a place that is gone."""
        self._following.pop(place, None)
        self._changed.add(place)
        self._places.forget(place)
        self._rouse()

    def pause(self, paused: bool) -> None:
        """Have everything go the long way, or no longer."""
        self._places.pause(paused)
        self._rouse()

    def shown(self) -> Acceleration:
        """Tell whether flows are handed on, and how many are now."""
        if not self._thread.is_alive():
            return Acceleration(why="it has failed; control's log says how")
        if self._places.paused:
            return Acceleration(why="it is paused")
        return Acceleration(on=True, flows=self.handed)

    @property
    def handed(self) -> int:
        """How many flows are handed on now."""
        return sum(one.handed for one in list(self._flows.values()))

    def carried(self) -> tuple[int, int]:
        """Give the packets and bytes of the flows that are handed on now."""
        firsts = [next(iter(one.tallies.values())) for one in list(self._flows.values())]
        amounts = [self._tallies.amount(one) for one in firsts]
        return (
            sum(one.packets + one.packets_back for one in amounts),
            sum(one.bytes + one.bytes_back for one in amounts),
        )

    @property
    def tallies(self) -> int:
        """The descriptor of what flows carry, for `tallies.Carried`."""
        return self._maps.tallies.descriptor

    def close(self) -> None:
        """End: everything goes the long way."""
        self._closing = True
        self._rouse()
        self._thread.join()

    # The thread's own.

    def _rouse(self) -> None:
        os.eventfd_write(self._wake, 1)

    def _run(self) -> None:
        with contextlib.suppress(
            OSError
        ):  # a turn is short, and flows wait for it with many others
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        poll = select.epoll()
        poll.register(self._wake, select.EPOLLIN)
        poll.register(self._maps.told.descriptor, select.EPOLLIN)
        try:
            while not self._closing:
                poll.poll(self._patience())
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._wake)
                self._turn()
        except Exception:
            LOG.exception("shortcuts end; everything goes through the rules")
        finally:
            poll.close()
            self._end()

    def _end(self) -> None:
        self._places.close()
        for one in self._asked.values():
            one.close()
        self._ring.close()
        self._tallies.close()
        self._maps.close()
        self._flows.clear()

    def _patience(self) -> float | None:
        """Give how long nothing is to be done, unless something is told."""
        now = time.monotonic()
        dues = [one.due for one in self._flows.values() if not one.handed]
        if any(one.handed for one in self._flows.values()):
            dues.append(self._kept_at + self.keep_every)
        if self._declined:
            dues.append(self._declined[0][0])
        if self._ending:
            dues.append(self._ending[0][0])
        return max(0.0, min(dues) - now) if dues else None

    def _turn(self) -> None:
        if self._changed:
            self._take_changes()
        for record in self._ring.records():
            self._hear(int.from_bytes(record[:8], "little"), record[8:])
        now = time.monotonic()
        for flow in [one for one in self._flows.values() if not one.handed and one.due <= now]:
            self._look(flow)
        if now >= self._kept_at + self.keep_every:
            self._kept_at = now
            for flow in [one for one in self._flows.values() if one.handed]:
                self._keep(flow)
        while self._declined and self._declined[0][0] <= now:
            self._maps.strangers.remove(heapq.heappop(self._declined)[1])
        while self._ending and self._ending[0][0] <= now:
            for number in self._ending.popleft()[1]:
                self._tallies.end(number)

    def _take_changes(self) -> None:
        changed: set[str] = set()
        while self._changed:
            changed.add(self._changed.pop())
        for flow in list(self._flows.values()):
            if not self._counts(flow):
                self._drop(flow)
        for place in changed:
            if place in self._asked:
                self._asked[place].forget_devices()
            device = self._following.get(place)
            if place not in self._following and self._places.number_of(place) is None:
                if place in self._asked:
                    self._asked.pop(place).close()
            elif device is not None:
                try:
                    index = self._ask(place).number_of(device)
                    self._places.attach(place, device, index, leaving=False, asks=True)
                except OSError as error:
                    LOG.warning("flows of %s are not learnt: %s", place, error)

    def _hear(self, what: int, key: bytes) -> None:
        known = self._by_key.get(key)
        if what == program.TOLD_END:
            if known is not None:
                self._drop(known)
            return
        if known is not None and self._counts(known):
            return
        if self._may_learn():
            self._learn(key)

    def _may_learn(self) -> bool:
        now = time.monotonic()
        more = (now - self._allowed_at) * LEARNT_A_SECOND
        self._allowance = min(LEARNT_AT_ONCE, self._allowance + more)
        self._allowed_at = now
        if self._allowance < 1 or not self._free:
            return False
        self._allowance -= 1
        return True

    def _learn(self, key: bytes) -> None:
        """Begin to watch the flow that is asked for by a key at a node."""
        number, device, answers = maps.read_key(key)
        node = self._places.called(number)
        if node is None or node not in self._following:
            return
        before = self._places.moment()
        try:
            path = Surveyor(self._state(), self._ask).find(node, device, answers)
            self._watch(key, path, before)
        except NotYet as why:
            self._decline(key, str(why), YOUNG_FOR)
        except NoPath as why:
            self._decline(key, str(why))
        except OSError as error:
            self._decline(key, f"{error}")
        except BeingChanged:
            pass  # it is told of again

    def _ask(self, place: str) -> Asked:
        if place not in self._asked:
            self._asked[place] = Asked(place)
        return self._asked[place]

    def _watch(self, asked_as: bytes, path: Path, before: int) -> None:
        epochs = {place: self._places.epoch_of(place, before) for place in path.places}
        for at in path.hops:
            self._places.attach(at.place, at.device, at.number, at.leaving, self._asks_at(at))
        keys = [self._key(at) for at in path.hops]
        for key in keys:
            if key in self._by_key:
                self._drop(self._by_key[key])
        tallies = self._give_tallies(path)
        self._serial += 1
        due = time.monotonic() + FIRST_LOOK
        flow = Flow(self._free.popleft(), self._serial, path, keys, epochs, tallies, asked_as, due)
        self._flows[flow.number] = flow
        self._set(flow, WATCHED)
        for key, at in zip(keys, path.hops, strict=True):
            tally = tallies.get((at.place, at.hop.enters.back if at.hop.back else at.hop.enters), 0)
            value = maps.hop_value(at.hop, epochs[at.place], flow.number, flow.serial, tally)
            self._by_key[key] = flow
            self._maps.hops.put(key, value)

    def _give_tallies(self, path: Path) -> dict[tuple[str, Tuple], int]:
        """Have a flow counted where packets are recorded, which is in VPCs. Raises OSError."""
        given = {}
        for place, one in path.tracked:
            if place not in self._following:
                asks = one.asks
                ports = asks.source_port, asks.destination_port
                known_as = TrafficFlow(asks.source, asks.destination, asks.protocol, *ports)
                number = self._tallies.give(self._ask(place).namespace, known_as)
                if number is None:
                    raise OSError(errno.ENOSPC, "there are no tallies left")
                given[place, asks] = number
        return given

    def _asks_at(self, at: At) -> bool:
        return not at.leaving and self._following.get(at.place) == at.device

    def _key(self, at: At) -> bytes:
        side = program.EGRESS if at.leaving else 0
        place = self._places.number(at.place)
        return maps.key(place, at.number | side, at.hop.enters)

    def _set(self, flow: Flow, mode: int) -> None:
        value = FlowState(flow.serial, mode, last=time.monotonic_ns()).value
        self._maps.flows.put(maps.number(flow.number), value)

    def _read(self, flow: Flow) -> FlowState:
        return FlowState.read(self._maps.flows.get(maps.number(flow.number)) or bytes(64))

    def _counts(self, flow: Flow) -> bool:
        """Tell whether nothing has changed since the flow was learnt."""
        return all(self._places.is_at(place, epoch) for place, epoch in flow.epochs.items())

    def _look(self, flow: Flow) -> None:
        """Look whether a watched flow's packets were seen everywhere."""
        if not self._counts(flow) or self._read(flow).mode == ENDED:
            self._drop(flow)
        elif all(maps.seen(self._maps.hops.get(key) or bytes(64)) for key in flow.keys):
            self._hand_on(flow)
        elif flow.wait > LAST_LOOK:
            self._drop(flow)
            self._decline(flow.asked_as, "its packets are not seen at every device")
        else:
            flow.due = time.monotonic() + flow.wait
            flow.wait *= 2

    def _hand_on(self, flow: Flow) -> None:
        for at, key in zip(flow.path.hops, flow.keys, strict=True):
            if at.leaving:
                self._maps.hops.remove(key)
        if not self._remember(flow, 0.0):
            self._drop(flow)
            return
        self._set(flow, HANDED)
        flow.handed = True
        self._remember(flow, 0.0)  # what the tables saw meanwhile is not to judge what they do not
        self.counts.handed += 1

    def _remember(self, flow: Flow, silent: float) -> bool:
        """Have the tables keep a flow's connections as if they had seen its last packet."""
        try:
            return all(
                self._ask(place).keep(one, one.timeout + 1 - int(silent))
                for place, one in flow.path.tracked
            )
        except OSError as error:
            LOG.warning("%s", error)
            return False

    def _keep(self, flow: Flow) -> None:
        state = self._read(flow)
        silent = (time.monotonic_ns() - state.last) * 1e-9
        fresh, flow.last = state.last != flow.last, state.last
        lost = fresh and not self._remember(flow, silent)
        if state.mode == ENDED or lost or silent > IDLE or not self._counts(flow):
            self._drop(flow)

    def _drop(self, flow: Flow) -> None:
        """Have a flow go the long way from now on."""
        self._maps.flows.put(maps.number(flow.number), FlowState(0, ENDED).value)
        for key in flow.keys:
            self._maps.hops.remove(key)
            self._by_key.pop(key, None)
        self._flows.pop(flow.number, None)
        self._free.append(flow.number)
        self._ending.append((time.monotonic() + SETTLED, flow.tallies.values()))

    def _decline(self, key: bytes, why: str, seconds: float = DECLINED_FOR) -> None:
        """Hear no more of a flow for a while."""
        self.counts.declined += 1
        self.counts.reasons.append(why)
        if len(self._declined) < MOST_DECLINED:
            self._maps.strangers.put(key, maps.number(maps.DECLINED))
            heapq.heappush(self._declined, (time.monotonic() + seconds, key))

"""Datagrams relayed: flows that reach a load balancer's node by one IP version and go on by the
other.

A flow is a client's address and port, as the node's translation gives them: two clients of equal
address and port, of two intakes, have another port each. It has a socket of its own towards its
target, and what comes back there goes to that client. One on which nobody says anything for the
port's idle time is forgotten. A port has MOST flows: a client beyond is not heard, so that a storm
costs what it costs and no more.
"""

import asyncio
import contextlib
import errno
import logging
import socket
from collections import OrderedDict
from collections.abc import Callable

from genkan.front.handing import chosen, is_over
from genkan.program.address import Address
from genkan.program.balancing import Held, RelayedPort

LOG = logging.getLogger(__name__)
MOST = 4096  # flows of a port
LARGEST = 65535
A_TURN = 64  # datagrams, so that one socket's storm leaves the others their turn

Client = tuple[str, int]
Opened = Callable[[str, Address, int], socket.socket]


class DatagramPort:
    """One port and its flows. Lives in one event loop."""

    def __init__(self, bound: Opened, entry: RelayedPort) -> None:
        """`bound` gives a socket of a place that has an address and port of it. Raises OSError."""
        self._bound = bound
        self._entry = entry
        self._loop = asyncio.get_running_loop()
        self._flows: OrderedDict[Client, _Flow] = OrderedDict()  # the one silent longest first
        self._sweep: asyncio.TimerHandle | None = None
        self._complained = False  # said once in a storm, not for each datagram of it
        self._socket = bound(entry.place, entry.address, entry.port)
        self._loop.add_reader(self._socket, self._take)

    def __len__(self) -> int:
        """Give how many flows there are."""
        return len(self._flows)

    def change(self, entry: RelayedPort) -> None:
        """Go on by another entry; end what it does not keep."""
        self._entry = entry
        for client, flow in list(self._flows.items()):
            if is_over(entry, flow.held):
                self._forget(client)

    def close(self) -> None:
        self._loop.remove_reader(self._socket)
        self._socket.close()
        for client in list(self._flows):
            self._forget(client)
        if self._sweep is not None:
            self._sweep.cancel()

    def _take(self) -> None:
        """Hand on what clients sent."""
        with contextlib.suppress(OSError):  # nothing more, or a target that refused the last one
            for _ in range(A_TURN):
                data, (address, port, *_) = self._socket.recvfrom(LARGEST)
                flow = self._flow((address, port))
                if flow is not None:
                    with contextlib.suppress(OSError):  # a datagram that cannot go on is lost
                        flow.socket.send(data)

    def _flow(self, client: Client) -> "_Flow | None":
        flow = self._flows.get(client)
        if flow is None:
            try:
                if len(self._flows) >= MOST:
                    raise OSError(errno.ENOSPC, f"{MOST} clients are there already")
                flow = self._begun(client)
            except OSError as error:
                self._complain(error)
                return None
            self._complained = False
        self._said(client, flow)
        return flow

    def _complain(self, error: OSError) -> None:
        if not self._complained:
            at = self._entry.place, self._entry.port
            LOG.warning("no more clients are heard at %s port %s: %r", *at, error)
        self._complained = True

    def _begun(self, client: Client) -> "_Flow":
        target = chosen(self._entry, *client)
        sources = self._entry.sources
        seen = next(one for one in sources if one.version == target.address.version)
        opened = self._bound(self._entry.place, seen, 0)
        try:
            opened.connect((str(target.address), target.port))
        except OSError:
            opened.close()
            raise
        self._flows[client] = flow = _Flow(opened, (target.address, target.port))
        self._loop.add_reader(opened, self._answer, client, flow)
        if self._sweep is None:
            self._sweep = self._loop.call_later(self._entry.idle, self._end_idle)
        return flow

    def _answer(self, client: Client, flow: "_Flow") -> None:
        """Hand back what a target sent."""
        with contextlib.suppress(OSError):
            for _ in range(A_TURN):
                data = flow.socket.recv(LARGEST)
                self._said(client, flow)
                self._socket.sendto(data, client)

    def _said(self, client: Client, flow: "_Flow") -> None:
        flow.last = self._loop.time()
        self._flows.move_to_end(client)

    def _end_idle(self) -> None:
        """End flows whose time is over, and look again when the next one's will be."""
        self._sweep = None
        now = self._loop.time()
        while self._flows:
            client, flow = next(iter(self._flows.items()))
            if flow.last + self._entry.idle > now:
                due = flow.last + self._entry.idle - now
                self._sweep = self._loop.call_later(due, self._end_idle)
                return
            self._forget(client)

    def _forget(self, client: Client) -> None:
        flow = self._flows.pop(client)
        self._loop.remove_reader(flow.socket)
        flow.socket.close()


class _Flow:
    """A client's way to its target, and when either last said something."""

    __slots__ = ("held", "last", "socket")

    def __init__(self, opened: socket.socket, held: Held) -> None:
        self.socket = opened
        self.held = held
        self.last = 0.0

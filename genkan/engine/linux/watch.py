"""`Watch`: one place's connections and drops, by a socket that was opened there and is kept.

The socket's queue in the kernel bounds what a storm can cost: what does not fit is lost, and said
to be. Connections that end come by themselves; those that last are asked for, their counters set
back by the same look.
"""

import errno
import socket
import time
from collections.abc import Iterator

from genkan.engine.linux import ctnetlink, nflog
from genkan.engine.linux.namespace import entered, path_of
from genkan.engine.linux.nfnetlink import (
    ADD_MEMBERSHIP,
    DONE,
    DROP_MEMBERSHIP,
    ERROR,
    LARGEST,
    PATIENCE,
    SOL_NETLINK,
    messages,
    open_socket,
)
from genkan.engine.linux.tallies import Carried
from genkan.engine.traffic import Begun, Connection, Lost, Seen, Table

QUEUE = 2 << 20  # bytes
READS_A_TURN = 16  # so that one place's storm leaves the others their turn


class Watch:
    """Sees one place. Its descriptor is readable when there is something to see."""

    def __init__(
        self, place: str, connections: bool = True, carried: Carried | None = None
    ) -> None:
        """Begin to see; `carried`: what passes beside the rules. Raises OSError, FileNotFoundError
        for a place that is not there."""
        self.place = place
        self._carried = Carried() if carried is None else carried
        self._namespace = path_of(place).stat().st_ino
        self._begun = False
        self._names: dict[int, str] = {}
        with entered(place):
            self._socket = open_socket(QUEUE)
        try:
            nflog.bind(self._socket)
            if connections:
                self._join(ctnetlink.GROUP_DESTROY, ADD_MEMBERSHIP)
        except OSError:
            self._socket.close()
            raise
        self._socket.setblocking(False)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def show_begun(self, wanted: bool) -> None:
        """See connections when they begin as well, or no longer."""
        if wanted != self._begun:
            self._begun = wanted
            self._join(ctnetlink.GROUP_NEW, ADD_MEMBERSHIP if wanted else DROP_MEMBERSHIP)

    def _join(self, group: int, how: int) -> None:
        self._socket.setsockopt(SOL_NETLINK, how, group)

    def see(self) -> Iterator[Seen]:
        """Give what there is to see now, a turn of it."""
        for _ in range(READS_A_TURN):
            try:
                data = self._socket.recv(LARGEST)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                yield Lost()
                continue
            yield from self._read(data)

    def _read(self, data: bytes) -> Iterator[Seen]:
        now = time.time()
        for kind, start, end, _ in messages(data):
            if kind == ctnetlink.SUBSYSTEM | ctnetlink.DELETE:
                ended = ctnetlink.read(data, start, end)
                yield self._carried.add_to(ended, self._namespace, take=True)
            elif kind == ctnetlink.SUBSYSTEM | ctnetlink.NEW:
                yield Begun(ctnetlink.read(data, start, end))
            elif kind == nflog.SUBSYSTEM | nflog.PACKET:
                drop = nflog.read(data, start, end, now, self._name_of)
                if drop is not None:
                    yield drop

    def _name_of(self, index: int) -> str | None:
        if index not in self._names:
            with entered(self.place):
                self._names = dict(socket.if_nameindex())
        return self._names.setdefault(index, "")

    def connections(self, reset: bool) -> Iterator[list[Connection]]:
        """Give the connections that last, some at a time; with `reset` their counters begin anew,
        and what is left of those that ended is given as well.

        Raises OSError.
        """
        kind = ctnetlink.GET_AND_RESET if reset else ctnetlink.GET
        self._carried.read()
        for data in dump(self.place, ctnetlink.request(kind)):
            yield [
                self._carried.add_to(ctnetlink.read(data, start, end), self._namespace, take=reset)
                for message, start, end, _ in messages(data)
                if message == ctnetlink.SUBSYSTEM | ctnetlink.NEW
            ]
        if reset:
            yield list(self._carried.remaining(self._namespace, time.time()))


def dump(place: str, request: bytes) -> Iterator[bytes]:
    """Ask for a table in a place; give it as it is read. Raises OSError."""
    with entered(place):
        asked = open_socket()
    with asked:
        asked.settimeout(PATIENCE)
        asked.send(request)
        while True:
            data = asked.recv(LARGEST)
            yield data
            if any(kind in (DONE, ERROR) for kind, *_ in messages(data)):
                return


def table_of(place: str) -> Table:
    """Give how full a place's table of connections is. Raises OSError."""
    wanted = ctnetlink.SUBSYSTEM | ctnetlink.GET_CPU_STATISTICS
    processors = [
        ctnetlink.numbers(data, start, end)
        for data in dump(place, ctnetlink.request(ctnetlink.GET_CPU_STATISTICS))
        for kind, start, end, _ in messages(data)
        if kind == wanted
    ]
    totals: dict[int, int] = {}
    for data in dump(place, ctnetlink.request(ctnetlink.GET_STATISTICS, dump=False)):
        for kind, start, end, _ in messages(data):
            if kind == ctnetlink.SUBSYSTEM | ctnetlink.GET_STATISTICS:
                totals = ctnetlink.numbers(data, start, end)
        break
    return ctnetlink.read_table(iter(processors), totals)

"""What the rules of routers drop, packet by packet, as they log it: at which stage, and which."""

import contextlib
import socket
import struct

from genkan.engine.linux import nflog, nfnetlink
from genkan.engine.linux.namespace import entered
from genkan.engine.linux.nfnetlink import attribute, attributes
from genkan.engine.linux.ruleset import BEYOND, LOG_GROUP, SEPARATOR

ALL = 0xFFFF  # bytes of a packet
AT_ONCE = 1  # packets until the reader is woken
BUFFER = 1 << 21


class DropLog:
    """The log of one place."""

    def __init__(self, place: str) -> None:
        self.place = place
        with entered(place):
            self.socket = nfnetlink.open_socket(BUFFER)
        settings = (
            attribute(nflog.COMMAND, nflog.BIND),
            attribute(nflog.MODE, struct.pack(">IBx", ALL, nflog.COPY_PACKET))
            + attribute(nflog.THRESHOLD, struct.pack(">I", AT_ONCE)),
        )
        for one in settings:
            kind = nflog.SUBSYSTEM | nflog.CONFIGURE
            request = nfnetlink.message(kind, nfnetlink.ACK, socket.AF_UNSPEC, LOG_GROUP, one)
            nfnetlink.acknowledged(self.socket, request)
        self.socket.setblocking(False)

    def read(self) -> list[tuple[str, bytes]]:
        """Give (stage, packet) of each that was dropped since the last time."""
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                for _, start, end, data in nfnetlink.messages(self.socket.recv(nfnetlink.LARGEST)):
                    at = attributes(data, start + 4, end)
                    if nflog.PREFIX in at and nflog.PAYLOAD in at:
                        told = data[slice(*at[nflog.PREFIX])].rstrip(b"\0").decode()
                        stage = told.partition(SEPARATOR)[0].removeprefix(BEYOND)
                        found.append((stage, data[slice(*at[nflog.PAYLOAD])]))
        return found

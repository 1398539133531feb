"""One real packet from inside an instance, and what it meets.

The instance's namespaces are entered by a child, as `exec` does; what it meets comes back by a
pipe.
"""

import ctypes
import errno
import os
import socket
import struct
from dataclasses import dataclass

from genkan.client.site import Inside

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PATIENCE = 2.0  # seconds until silence is called silence
TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
ANSWERS = {ICMP: 0, ICMPV6: 129}


@dataclass(frozen=True, slots=True)
class Probe:
    source: str
    destination: str
    protocol: int
    port: int | None = None

    @property
    def family(self) -> int:
        return socket.AF_INET6 if ":" in self.destination else socket.AF_INET


def send_probe(inside: Inside, probe: Probe) -> str:
    """Give what a probe meets: answered, refused, unreachable, silence. Raises OSError."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        told = "failed"
        try:
            os.close(reader)
            _enter(inside)
            told = meet(probe)
        except OSError as error:
            told = f"failed: {error}"
        finally:
            os.write(writer, told.encode())
            os._exit(0)
    os.close(writer)
    os.close(inside.pidfd)
    with os.fdopen(reader) as file:
        met = file.read()
    os.waitpid(child, 0)
    if met.startswith("failed"):
        raise OSError(met)
    return met


def meet(probe: Probe) -> str:
    """Send it from here."""
    try:
        if probe.protocol == TCP:
            return _connect(probe)
        return _datagram(probe) if probe.protocol == UDP else _echo(probe)
    except TimeoutError:
        return "silence"
    except ConnectionRefusedError:
        return "refused"
    except OSError as error:
        if error.errno in (errno.EHOSTUNREACH, errno.ENETUNREACH):
            return "unreachable"
        raise


def _connect(probe: Probe) -> str:
    with socket.socket(probe.family, socket.SOCK_STREAM) as one:
        one.settimeout(PATIENCE)
        one.bind((probe.source, 0))
        one.connect((probe.destination, probe.port))
    return "answered"


def _datagram(probe: Probe) -> str:
    with socket.socket(probe.family, socket.SOCK_DGRAM) as one:
        one.settimeout(PATIENCE)
        one.bind((probe.source, 0))
        one.connect((probe.destination, probe.port))
        one.send(b"\0")
        one.recv(100)
    return "answered"


def _echo(probe: Probe) -> str:
    version6 = probe.protocol == ICMPV6
    with socket.socket(probe.family, socket.SOCK_RAW, probe.protocol) as one:
        one.bind((probe.source, 0))
        one.settimeout(PATIENCE)
        number = os.getpid() & 0xFFFF
        request = struct.pack("!BBHHH", 128 if version6 else 8, 0, 0, number, 1)
        if not version6:  # for IPv6, the kernel writes the sum
            total = sum(struct.unpack("!4H", request))
            total = (total & 0xFFFF) + (total >> 16)
            request = request[:2] + struct.pack("!H", ~total & 0xFFFF) + request[4:]
        one.sendto(request, (probe.destination, 0))
        while True:
            packet = one.recv(1000)
            body = packet if version6 else packet[(packet[0] & 15) * 4 :]
            if body[0] == ANSWERS[probe.protocol] and body[4:6] == struct.pack("!H", number):
                return "answered"


def _enter(inside: Inside) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    kinds = CLONE_NEWNET | (CLONE_NEWUSER if inside.rootless else 0)
    if libc.setns(inside.pidfd, kinds) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{inside.place} cannot be entered: {os.strerror(error)}")

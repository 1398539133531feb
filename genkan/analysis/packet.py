"""A packet's header as filters, routes and translations see it.

A port that somebody else chooses is the range that it is chosen from.
"""

from dataclasses import dataclass, replace

from genkan.program.address import Address

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
Ports = tuple[int, int]  # first and last
# For a port below the first number, one of these (nf_nat_l4proto_unique_tuple).
DRAWN: tuple[tuple[int, Ports], ...] = (
    (512, (1, 511)),
    (1024, (600, 1023)),
    (65536, (1024, 65535)),
)

# Requests that begin a connection in the kernel's eyes, and what answers them.
ICMP_ANSWERS = {(ICMP, 8): 0, (ICMP, 13): 14, (ICMP, 15): 16, (ICMP, 17): 18, (ICMPV6, 128): 129}


@dataclass(frozen=True, slots=True)
class Packet:
    """`icmp` is a type and code. `is_answer`: it is part of what somebody else began."""

    source: Address
    destination: Address
    protocol: int
    source_port: Ports | None = None
    destination_port: Ports | None = None
    icmp: tuple[int, int] | None = None
    is_answer: bool = False

    @classmethod
    def to_port(
        cls, source: Address, destination: Address, protocol: int, port: int, source_port: int
    ) -> "Packet":
        """Give the first packet to a port of TCP or UDP."""
        return cls(source, destination, protocol, (source_port, source_port), (port, port))

    @property
    def begins(self) -> bool:
        """Tell whether it can be the first of its connection, where nobody knows of one."""
        if self.protocol == TCP:
            return not self.is_answer
        if self.protocol in (ICMP, ICMPV6):
            return self.icmp is not None and (self.protocol, self.icmp[0]) in ICMP_ANSWERS
        return True

    def answered(self) -> "Packet":
        """Give what its receiver sends back."""
        icmp = self.icmp and (ICMP_ANSWERS.get((self.protocol, self.icmp[0]), self.icmp[0]), 0)
        return Packet(
            self.destination,
            self.source,
            self.protocol,
            self.destination_port,
            self.source_port,
            icmp,
            not self.is_answer,
        )

    def from_source(self, address: Address, ports: Ports | None) -> "Packet":
        return replace(self, source=address, source_port=ports)

    def to_destination(self, address: Address, ports: Ports | None = None) -> "Packet":
        return replace(self, destination=address, destination_port=ports or self.destination_port)

    def __str__(self) -> str:
        name = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmpv6"}.get(self.protocol)
        told = [name or f"protocol {self.protocol}", _end(self.source, self.source_port), "→"]
        told.append(_end(self.destination, self.destination_port))
        if self.icmp:
            told.append(f"type {self.icmp[0]} code {self.icmp[1]}")
        return " ".join(told)


def drawn(packet: Packet) -> Ports | None:
    """Give the ports from which a translation draws: reserved ones stay among reserved ones."""
    if packet.protocol not in (TCP, UDP) or packet.source_port is None:
        return packet.source_port
    port = packet.source_port[0]
    return next(ports for below, ports in DRAWN if port < below)


def _end(address: Address, ports: Ports | None) -> str:
    if ports is None:
        return str(address)
    shown = str(ports[0]) if ports[0] == ports[1] else f"{ports[0]}-{ports[1]}"
    return f"[{address}]:{shown}" if address.version == 6 else f"{address}:{shown}"

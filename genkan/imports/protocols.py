"""Protocols and ports of rules, as answers of every age write them: by name or number, with the
type and the code of ICMP in the place of ports."""

from typing import Any

from genkan.imports.members import Unusable
from genkan.model.security_group import PortRange

NUMBERS: dict[str, int | None] = {
    "-1": None,
    "all": None,
    "tcp": 6,
    "udp": 17,
    "icmp": 1,
    "icmpv6": 58,
}
WITH_PORTS, ICMP = (6, 17), (1, 58)
HIGHEST_PROTOCOL, HIGHEST_PORT, ANY = 255, 65_535, -1


def parse_protocol(value: Any) -> int | None:  # noqa: ANN401 - a name, a number, either as text
    """Give a protocol's number, None for every protocol. Raises Unusable."""
    word = str(value).lower()
    if word in NUMBERS:
        return NUMBERS[word]
    if word.isascii() and word.isdigit() and int(word) <= HIGHEST_PROTOCOL:
        return int(word)
    raise Unusable(f"its protocol, {value!r}, is none")


def parse_ports(protocol: int | None, first: int | None, last: int | None) -> PortRange | None:
    """Give the ports of a rule, or ICMP's type and code; None for every one. Raises Unusable."""
    if protocol in ICMP:
        kind = ANY if first is None else first
        return PortRange(kind, ANY if last is None or kind == ANY else last)
    if protocol not in WITH_PORTS or first == ANY:
        return None
    low = 0 if first is None else first
    high = HIGHEST_PORT if last is None else last
    if not 0 <= low <= high <= HIGHEST_PORT:
        raise Unusable(f"its ports, {first} to {last}, are no range")
    return PortRange(low, high)

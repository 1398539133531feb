"""IP protocols and ports of security group rules: read, checked, shown.

A port range is two ports of TCP and UDP, type and code of ICMP and ICMPv6 (-1 is any), and nothing
for other protocols, whatever is given. "IpPermission" in the Amazon EC2 API reference.
"""

from typing import Any

from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.security_group import PortRange

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
NAMES = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmpv6", None: "-1"}
NUMBERS = {name: number for number, name in NAMES.items()}
HIGHEST_PROTOCOL = 255
HIGHEST_PORT = 65535
ANY = -1
HIGHEST_ICMP = 255


class InvalidPermissionMalformed(Refused):
    code = "InvalidPermission.Malformed"


def parse_protocol(text: str | None) -> int | None:
    """Read a protocol's name or number; None is every protocol."""
    if text is None:
        raise InvalidParameterValue(
            "Invalid value 'null' for protocol. VPC security group rules must specify protocols "
            "explicitly."
        )
    if text.lower() in NUMBERS:
        return NUMBERS[text.lower()]
    if text.isascii() and text.isdigit() and int(text) <= HIGHEST_PROTOCOL:
        return int(text)
    raise InvalidParameterValue(
        f"Invalid value '{text}' for IP protocol. Unknown protocol. "
        "Give tcp, udp, icmp, icmpv6, a number up to 255, or -1 for every protocol."
    )


def parse_ports(protocol: int | None, first: int | None, last: int | None) -> PortRange | None:
    """Check a protocol's ports. Raises InvalidParameterValue, InvalidPermissionMalformed."""
    if protocol in (TCP, UDP):
        return _parse_ports(first, last)
    if protocol in (ICMP, ICMPV6):
        return _parse_icmp(protocol, first, last)
    return None


def shown_protocol(protocol: int | None) -> str:
    return NAMES.get(protocol) or str(protocol)


def shown_ports(ports: PortRange | None) -> dict[str, Any]:
    """Give the port members of a permission; a protocol without ports has none."""
    return {"FromPort": ports.first, "ToPort": ports.last} if ports else {}


def _parse_ports(first: int | None, last: int | None) -> PortRange:
    if first is None or last is None:
        raise InvalidParameterValue(
            "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."
        )
    for port in (first, last):
        if not 0 <= port <= HIGHEST_PORT:
            raise InvalidPermissionMalformed(
                f"TCP/UDP port ({port}) out of range. Give 0 to {HIGHEST_PORT}."
            )
    if first > last:
        raise InvalidParameterValue(
            f"Invalid TCP/UDP port range ({first}:{last}). Put the lower port first."
        )
    return PortRange(first, last)


def _parse_icmp(protocol: int, kind: int | None, code: int | None) -> PortRange:
    if kind is None and code is None and protocol == ICMPV6:
        return PortRange(ANY, ANY)
    if kind is None or code is None:
        raise InvalidParameterValue(
            "Invalid value 'Must specify both from and to ports with ICMP.' for portRange."
        )
    for name, value in (("type", kind), ("code", code)):
        if not ANY <= value <= HIGHEST_ICMP:
            raise InvalidPermissionMalformed(
                f"ICMP {name} ({value}) out of range. Give {ANY} to {HIGHEST_ICMP}."
            )
    if kind == ANY and code != ANY:
        raise InvalidPermissionMalformed(
            f"ICMP code ({code}) cannot be given with every type. Give -1 for the code too."
        )
    return PortRange(kind, code)

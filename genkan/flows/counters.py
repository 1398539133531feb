"""Counters of endpoints: connections, bytes, packets, resets; as metrics of CloudWatch and as
Prometheus text.

"CloudWatch metrics for AWS PrivateLink" in the AWS PrivateLink guide: an endpoint's by its type,
service and VPC, and by its subnets; an endpoint service's as a whole, by zone and by endpoint.
Gateway endpoints have none. Counting begins when the recorder does. A connection counts as reset
when it ended so; whoever did it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from genkan.engine.traffic import Connection
from genkan.program.record import Interface

ENDPOINTS, SERVICES = "AWS/PrivateLinkEndpoints", "AWS/PrivateLinkServices"
TYPES = {"vpc_endpoint": "Interface", "gateway_load_balancer_endpoint": "GatewayLoadBalancer"}
OWN_SERVICE = ".vpce-svc-"  # in the name of a service that a customer offers
Dimensions = tuple[tuple[str, str], ...]
Datum = dict[str, str]


@dataclass(slots=True)
class Counts:
    """What was counted at an endpoint's interface; `active` is now, the rest since the start."""

    active: int = 0
    new: int = 0
    bytes: int = 0
    packets: int = 0
    resets: int = 0
    dropped: int = 0

    def less(self, other: "Counts") -> "Counts":
        """Give what came since `other`, and what is active now."""
        return Counts(
            self.active,
            self.new - other.new,
            self.bytes - other.bytes,
            self.packets - other.packets,
            self.resets - other.resets,
            self.dropped - other.dropped,
        )


class Counters:
    """Counts by interface."""

    def __init__(self) -> None:
        self._counts: dict[str, Counts] = {}
        self._told: dict[str, Counts] = {}

    def add(self, interface: Interface, one: Connection, since: float) -> None:
        """Count what a connection to an endpoint carried since its counters were read last."""
        counts = self._of(interface)
        counts.new += one.began >= since
        counts.bytes += one.bytes + one.bytes_back
        counts.packets += one.packets + one.packets_back
        counts.resets += one.state == "reset" and one.ended is not None

    def drop(self, interface: Interface) -> None:
        """Count a packet that an endpoint did not take."""
        self._of(interface).dropped += 1

    def show_active(self, place: str, active: dict[str, int], there: Iterable[Interface]) -> None:
        """Take in how many connections last now at a place, by interface."""
        for interface in there:
            if interface.place == place:
                self._of(interface).active = active.get(interface.id, 0)

    def keep(self, interfaces: dict[str, Interface]) -> None:
        """Forget the endpoints that are gone."""
        for counts in (self._counts, self._told):
            for name in [name for name in counts if name not in interfaces]:
                del counts[name]

    def of(self, interface: Interface) -> Counts:
        return self._counts.get(interface.id, Counts())

    def _of(self, interface: Interface) -> Counts:
        return self._counts.setdefault(interface.id, Counts())

    def since_told(self, interface: Interface) -> Counts:
        """Give what came since this was asked last."""
        now = self.of(interface)
        more = now.less(self._told.get(interface.id, Counts()))
        self._told[interface.id] = now.less(Counts())
        return more


def is_counted(interface: Interface | None) -> bool:
    return interface is not None and interface.kind in TYPES and interface.owner is not None


def prometheus(interfaces: Iterable[Interface], counters: Counters) -> str:
    """Write the counters in Prometheus' text format, version 0.0.4."""
    rows = sorted((one for one in interfaces if is_counted(one)), key=lambda one: one.id)
    return "".join(_family(name, kind, words, rows, counters) for name, kind, words in _FAMILIES)


_FAMILIES = (
    ("active", "gauge", "Connections through the endpoint that last now."),
    ("new", "counter", "Connections that began."),
    ("bytes", "counter", "Bytes both ways."),
    ("packets", "counter", "Packets both ways."),
    ("resets", "counter", "Connections that ended by a reset."),
    ("dropped", "counter", "Packets that the endpoint did not take."),
)
_NAMES = {
    "active": "active_connections",
    "new": "new_connections_total",
    "bytes": "bytes_total",
    "packets": "packets_total",
    "resets": "resets_total",
    "dropped": "dropped_packets_total",
}


def _family(name: str, kind: str, words: str, rows: list[Interface], counters: Counters) -> str:
    whole = f"genkan_endpoint_{_NAMES[name]}"
    lines = [f"# HELP {whole} {words}", f"# TYPE {whole} {kind}"]
    lines += [f"{whole}{{{_labels(one)}}} {getattr(counters.of(one), name)}" for one in rows]
    return "\n".join(lines) + "\n"


def _labels(one: Interface) -> str:
    names = {
        "endpoint": one.owner,
        "name": one.name,
        "service": one.service,
        "vpc": one.place,
        "subnet": one.subnet,
        "interface": one.id,
        "account": one.account,
    }
    return label(names)


def label(names: Mapping[str, str | None]) -> str:
    """Write labels of a row in Prometheus' text format, those without a value left out."""
    return ",".join(f'{key}="{_quoted(value)}"' for key, value in names.items() if value)


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def of_endpoints(interface: Interface, counts: Counts, at: str) -> Iterator[Datum]:
    """Give the metrics of an endpoint, as a whole and in a subnet."""
    whole: Dimensions = (
        ("Endpoint Type", TYPES[interface.kind]),
        ("Service Name", interface.service or ""),
        ("VPC Endpoint Id", interface.owner or ""),
        ("VPC Id", interface.place),
    )
    for dimensions in (whole, (*whole, ("Subnet Id", interface.subnet))):
        yield from datum(
            dimensions,
            at,
            (
                ("ActiveConnections", "Count", counts.active),
                ("NewConnections", "Count", counts.new),
                ("BytesProcessed", "Bytes", counts.bytes),
                ("PacketsDropped", "Count", counts.dropped),
                ("RstPacketsReceived", "Count", counts.resets),
            ),
        )


def of_service(interface: Interface, counts: Counts, at: str) -> Iterator[Datum]:
    """Give what a customer's endpoint service is told of one of its endpoints' interfaces."""
    service = (interface.service or "").rpartition(".")[2]
    for more in ((), (("Az", interface.zone),), (("VPC Endpoint Id", interface.owner or ""),)):
        yield from datum(
            (("Service Id", service), *more),
            at,
            (
                ("ActiveConnections", "Count", counts.active),
                ("NewConnections", "Count", counts.new),
                ("BytesProcessed", "Bytes", counts.bytes),
                ("RstPacketsSent", "Count", counts.resets),
            ),
        )


def endpoints_count(service: str, number: int, at: str) -> Iterator[Datum]:
    """Give how many endpoints a service has."""
    yield from datum((("Service Id", service),), at, (("EndpointsCount", "Count", number),))


def datum(
    dimensions: Dimensions, at: str, values: Iterable[tuple[str, str, int]]
) -> Iterator[Datum]:
    """Give metrics by name, unit and value, as PutMetricData's members."""
    named = {
        f"Dimensions.member.{number}.{part}": text
        for number, (name, value) in enumerate(dimensions, 1)
        for part, text in (("Name", name), ("Value", value))
    }
    for name, unit, value in values:
        yield {
            "MetricName": name,
            "Timestamp": at,
            "Value": str(value),
            "Unit": unit,
            **named,
        }

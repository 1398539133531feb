"""Connections that NAT gateways had no port for, as a metric of CloudWatch and as Prometheus text.

ErrorPortAllocation in "NAT gateway metrics and dimensions" of the Amazon VPC guide. The kernel
counts them since the gateway is there; what came before anybody asked is told first.
"""

from collections.abc import Callable, Iterable, Iterator

from genkan.engine.traffic import Table
from genkan.flows.counters import Datum, datum, label
from genkan.program.record import Interface

NAMESPACE = "AWS/NATGateway"
KIND = "nat_gateway"  # of an interface; a gateway's place is called as it is
_NAME = "genkan_nat_gateway_port_allocation_errors_total"


class NatGateways:
    """Reads what gateways count. `table_of` raises OSError for a place that is not there."""

    def __init__(self, table_of: Callable[[str], Table]) -> None:
        self._table_of = table_of
        self._told: dict[str, int] = {}

    def since_told(self, gateways: Iterable[Interface]) -> Iterator[tuple[Interface, int]]:
        """Give how many connections found no port since this was asked last, by gateway."""
        now = dict(self._counted(gateways))
        for one, count in now.items():
            before = self._told.get(one.id, 0)
            yield one, count - before if count >= before else count  # its place was made anew
        self._told = {one.id: count for one, count in now.items()}

    def prometheus(self, gateways: Iterable[Interface]) -> str:
        """Write the counters in Prometheus' text format, version 0.0.4."""
        lines = [
            f"# HELP {_NAME} Connections that found no port free for their destination.",
            f"# TYPE {_NAME} counter",
        ]
        for one, count in sorted(self._counted(gateways), key=lambda pair: pair[0].id):
            names = {
                "gateway": one.owner,
                "name": one.name,
                "vpc": one.place,
                "subnet": one.subnet,
                "account": one.account,
            }
            lines.append(f"{_NAME}{{{label(names)}}} {count}")
        return "\n".join(lines) + "\n"

    def _counted(self, gateways: Iterable[Interface]) -> Iterator[tuple[Interface, int]]:
        for one in gateways:
            try:
                yield one, self._table_of(one.owner or "").clashed
            except OSError:  # it is being made, or deleted
                continue


def is_gateway(interface: Interface) -> bool:
    return interface.kind == KIND and interface.owner is not None


def of_gateway(interface: Interface, count: int, at: str) -> Iterator[Datum]:
    """Give the metrics of a NAT gateway."""
    dimensions = (("NatGatewayId", interface.owner or ""),)
    yield from datum(dimensions, at, (("ErrorPortAllocation", "Count", count),))

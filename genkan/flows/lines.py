"""Flow log records as lines of text. "Flow log records" in the Amazon VPC user guide.

`-` stands where a field says nothing: of what does not exist here (ECS tasks, sublocations), of
directions that have no path, and of everything but the interface where there was no data.
"""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address

from genkan.engine.traffic import ICMP
from genkan.flows.reasons import Reasons
from genkan.flows.sightings import UNSAID
from genkan.flows.windows import Record, Window
from genkan.program.record import FlowLog, Interface

OK, NO_DATA, SKIPPED = "OK", "NODATA", "SKIPDATA"
ALL = "ALL"


def lines_of(
    log: FlowLog,
    interface: Interface,
    window: Window,
    records: list[Record],
    end: float,
    reasons: Reasons,
) -> Iterator[tuple[float, str]]:
    """Give what a log says of an interface in a window: (start, line) each, a line at least."""
    wanted = [one for one in records if log.traffic in (ALL, one.action)]
    for record in wanted:
        yield record.start, _line(log, _fields_of(log, record, reasons))
    status = SKIPPED if window.is_skipped(interface) else None if wanted else NO_DATA
    if status is not None:
        yield window.start, _line(log, _without_data(log, interface, window.start, end, status))


def header_of(log: FlowLog) -> str:
    """Give the first line of a file."""
    return " ".join(log.fields)


def _line(log: FlowLog, values: Mapping[str, str]) -> str:
    return " ".join(values.get(field, UNSAID) for field in log.fields)


def _without_data(
    log: FlowLog, interface: Interface, start: float, end: float, status: str
) -> dict[str, str]:
    return {
        **_of_interface(log, interface),
        "start": str(int(start)),
        "end": str(int(end)),
        "log-status": status,
    }


def _of_interface(log: FlowLog, interface: Interface) -> dict[str, str]:
    owner = interface.owner or UNSAID
    return {
        "version": str(log.version),
        "account-id": interface.account,
        "interface-id": interface.id,
        "vpc-id": interface.place,
        "subnet-id": interface.subnet,
        "instance-id": owner if owner.startswith("i-") else UNSAID,
        "region": interface.region,
        "az-id": interface.zone_id,
        "resource-id": owner if owner.startswith("nat-") else UNSAID,
    }


def _fields_of(log: FlowLog, record: Record, reasons: Reasons) -> dict[str, str]:
    values = _of_interface(log, record.interface)
    for field in log.fields:
        said = _OF_RECORD.get(field)
        if said is not None:
            values[field] = said(record)
    if "genkan-stage" in log.fields or "genkan-because" in log.fields:
        stage, because = _reason(record, reasons)
        values |= {"genkan-stage": stage, "genkan-because": because.replace(" ", "/")}
    return values


def _reason(record: Record, reasons: Reasons) -> tuple[str, str]:
    if record.stage is not None:
        return record.stage, record.because or UNSAID
    is_answer = record.flow != record.first
    found = reasons.of(record.interface, record.egress is not is_answer, record.first)
    return (found.stage, found.because) if found else (UNSAID, UNSAID)


def _source(record: Record) -> str:
    """Give the interface's own address where it sends what is somebody else's."""
    own = record.interface.addresses
    if record.egress and not _is_own(record.interface, record.flow.source) and own:
        return str(own[0])
    return str(ip_address(record.flow.source))


def _destination(record: Record) -> str:
    own = record.interface.addresses
    if not record.egress and not _is_own(record.interface, record.flow.destination) and own:
        return str(own[0])
    return str(ip_address(record.flow.destination))


def _is_own(interface: Interface, address: bytes) -> bool:
    return any(one.packed == address for one in interface.addresses)


def _port(record: Record, port: int) -> str:
    return "0" if record.flow.protocol in ICMP else str(port)


_OF_RECORD: dict[str, Callable[[Record], str]] = {
    "srcaddr": _source,
    "dstaddr": _destination,
    "srcport": lambda record: _port(record, record.flow.source_port),
    "dstport": lambda record: _port(record, record.flow.destination_port),
    "protocol": lambda record: str(record.flow.protocol),
    "packets": lambda record: str(record.packets),
    "bytes": lambda record: str(record.bytes),
    "start": lambda record: str(int(record.start)),
    "end": lambda record: str(int(record.end)),
    "action": lambda record: record.action,
    "log-status": lambda record: OK,
    "tcp-flags": lambda record: str(record.tcp_flags),
    "type": lambda record: "IPv4" if len(record.flow.source) == 4 else "IPv6",
    "pkt-srcaddr": lambda record: str(ip_address(record.flow.source)),
    "pkt-dstaddr": lambda record: str(ip_address(record.flow.destination)),
    "flow-direction": lambda record: "egress" if record.egress else "ingress",
    "traffic-path": lambda record: record.path if record.egress else UNSAID,
}

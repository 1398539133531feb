"""What a zone would answer, told without asking it: TestDNSAnswer.

"Checking DNS responses from Route 53" in the Amazon Route 53 developer guide. Aliases are followed
inside the zone; what lies outside it is the name server's to know, and the answer has no records.
"""

from collections.abc import Iterable

from genkan.api.call import Answer, Call
from genkan.api.hosted_zone_lookup import need_zone, records_of
from genkan.api.record_values import CHECKS
from genkan.api.route53_errors import InvalidInput
from genkan.model.domain_names import (
    WILDCARD,
    canonical,
    is_at_or_below,
    parse_name,
    print_name,
)
from genkan.model.hosted_zone import HostedZone, ResourceRecordSet

NO_ERROR, NO_NAME = "NOERROR", "NXDOMAIN"
LONGEST_CHAIN = 16  # of aliases

Rows = list[ResourceRecordSet]


def test_dns_answer(
    call: Call, *, hosted_zone_id: str, record_name: str, record_type: str
) -> Answer:
    zone = need_zone(call, hosted_zone_id)
    if record_type not in CHECKS:
        raise InvalidInput(f"{record_type} is no type of record. Use one of {', '.join(CHECKS)}.")
    try:
        name = canonical(record_name)
    except ValueError as error:
        raise InvalidInput(f"{error} in '{record_name[:300]}'. Give a domain name.") from None
    if not is_at_or_below(name, zone.zone_name):
        raise InvalidInput(f"{name} is not in the zone {zone.zone_name}.")
    rows = records_of(call, zone)
    held = _held(zone, rows, name)
    return Answer(
        {
            "Nameserver": zone.name_servers[0],
            "RecordName": name,
            "RecordType": record_type,
            "RecordData": _data(zone, rows, held or [], record_type),
            "ResponseCode": NO_NAME if held is None else NO_ERROR,
            "Protocol": "UDP",
        }
    )


def _data(zone: HostedZone, rows: Rows, held: Rows, of_type: str) -> list[str]:
    """Give the values of a type, or of the CNAME that stands for every type."""
    for _ in range(LONGEST_CHAIN):
        alike = [row for row in held if row.record_type == of_type]
        alike = alike or [row for row in held if row.record_type == "CNAME"]
        targets = [row.alias for row in alike if row.alias]
        if not targets:
            return list(dict.fromkeys(value for row in alike for value in row.values))
        if targets[0].hosted_zone_id != zone.id:
            return []
        held = _held(zone, rows, targets[0].dns_name) or []
    return []


def _held(zone: HostedZone, rows: Rows, name: str) -> Rows | None:
    """Give the record sets that answer for a name, by itself or a wildcard; None: no such name."""
    if _exists(rows, name):
        return _named(rows, name)
    labels = parse_name(name)
    for at in range(1, len(labels) + 1):
        above = print_name(labels[at:])
        if above == zone.zone_name or _exists(rows, above):
            return _named(rows, f"{WILDCARD}.{above}") or None
    return None


def _exists(rows: Iterable[ResourceRecordSet], name: str) -> bool:
    return any(is_at_or_below(row.record_name, name) for row in rows)


def _named(rows: Iterable[ResourceRecordSet], name: str) -> Rows:
    return [row for row in rows if row.record_name == name]

"""What a batch of changes makes of a zone's record sets: all of it, or nothing and every reason.

Changes count in their order. "ChangeResourceRecordSets" and "Choosing between alias and non-alias
records" in the Amazon Route 53 documentation.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from genkan.api.call import Call
from genkan.api.health_checks import need_check
from genkan.api.record_parsing import WrongRecord, parse_record_set
from genkan.api.route53_errors import InvalidChangeBatch, InvalidInput
from genkan.model.catalogue.addresses import vpce_zone_id
from genkan.model.catalogue.load_balancer_zones import network_load_balancer_zone
from genkan.model.catalogue.regions import REGIONS
from genkan.model.hosted_zone import HostedZone, ResourceRecordSet, owner_of
from genkan.model.network import Change

CREATE, DELETE, UPSERT = "CREATE", "DELETE", "UPSERT"
ACTIONS = (CREATE, DELETE, UPSERT)
MOST_CHANGES = 1000  # of a batch
MOST_RECORDS = 10_000  # of a zone
ENDPOINTS = ".vpce.amazonaws.com."
ADDRESSES = ("A", "AAAA")


def apply_batch(call: Call, zone: HostedZone, changes: Iterable[Mapping[str, Any]]) -> Change:
    """Give what a batch puts and deletes. Raises InvalidChangeBatch, InvalidInput."""
    rows = _Rows(call, zone)
    faults: list[str] = []
    aliases: list[ResourceRecordSet] = []
    for number, one in enumerate(changes):
        if number == MOST_CHANGES:
            raise InvalidChangeBatch(f"Number of records limit of {MOST_CHANGES} exceeded.")
        action = one["Action"]
        if action not in ACTIONS:
            raise InvalidInput(f"{action} is no action. Use one of {', '.join(ACTIONS)}.")
        try:
            row = parse_record_set(zone, one["ResourceRecordSet"], action)
            if row.health_check_id and action != DELETE:
                need_check(call, row.health_check_id)
            _change(zone, rows, action, row)
        except WrongRecord as wrong:
            faults += wrong.messages
            continue
        if row.alias and action != DELETE:
            aliases.append(row)
    faults += [fault for row in aliases if (fault := _wrong_target(call, zone, rows, row))]
    change = rows.change()
    count = sum(1 for _ in call.network.where(ResourceRecordSet, zone_id=zone.id))
    count += sum(row.id not in rows.before for row in change.puts) - len(change.deletes)
    if count > MOST_RECORDS:
        faults.append(f"The zone would have {count} record sets; {MOST_RECORDS} is the limit")
    if faults:
        raise InvalidChangeBatch(*faults)
    return change


class _Rows:
    """The record sets of the names that a batch touches, as they were and as they become."""

    def __init__(self, call: Call, zone: HostedZone) -> None:
        self._call = call
        self._zone = zone
        self._after: dict[str, dict[str, ResourceRecordSet]] = {}  # by name, then by id
        self.before: dict[str, ResourceRecordSet] = {}

    def named(self, name: str) -> dict[str, ResourceRecordSet]:
        """Give the record sets of a name, to be changed."""
        if name not in self._after:
            owner = owner_of(self._zone.id, name)
            found = {
                one.id: one for one in self._call.network.where(ResourceRecordSet, owner=owner)
            }
            self.before |= found
            self._after[name] = found
        return self._after[name]

    def change(self) -> Change:
        """Give what leads from what they were to what they are."""
        after = {name: row for named in self._after.values() for name, row in named.items()}
        return Change(
            puts=tuple(row for name, row in after.items() if self.before.get(name) != row),
            deletes=tuple(
                (row.kind, row.id) for name, row in self.before.items() if name not in after
            ),
        )


def _change(zone: HostedZone, rows: _Rows, action: str, row: ResourceRecordSet) -> None:
    """Make one change in `rows`. Raises WrongRecord."""
    named = rows.named(row.record_name)
    present = named.get(row.id)
    if action == DELETE:
        _check_deletion(zone, present, row)
        del named[row.id]
        return
    if action == CREATE and present:
        raise WrongRecord(f"Tried to create {_named(row)} but it already exists")
    _check_beside(zone, row, [other for other in named.values() if other.id != row.id])
    named[row.id] = row


def _check_deletion(
    zone: HostedZone, present: ResourceRecordSet | None, row: ResourceRecordSet
) -> None:
    if present is None:
        raise WrongRecord(f"Tried to delete {_named(row)} but it was not found")
    if _content(present) != _content(row):
        raise WrongRecord(
            f"Tried to delete {_named(row)} but the values provided do not match the current values"
        )
    if row.record_name == zone.zone_name and row.record_type in ("NS", "SOA"):
        number = "exactly one SOA" if row.record_type == "SOA" else "at least one NS"
        raise WrongRecord(f"A HostedZone must contain {number} record for the zone itself.")


def _check_beside(
    zone: HostedZone, row: ResourceRecordSet, others: list[ResourceRecordSet]
) -> None:
    """Raise WrongRecord when a record set cannot stand beside those of the same name."""
    for other in others:
        if other.record_type != row.record_type:
            if "CNAME" in (other.record_type, row.record_type):
                raise WrongRecord(
                    f"RRSet of type {row.record_type} with DNS name {row.record_name} is not "
                    f"permitted because a conflicting RRSet of type {other.record_type} with the "
                    f"same DNS name already exists in zone {zone.zone_name}"
                )
            continue
        what = f"RRSet with DNS name {row.record_name}, type {row.record_type}"
        if row.routing is None or other.routing is None:
            raise WrongRecord(
                f"{what} cannot be created as other RRSets exist with the same name and type: all "
                "of them have the same routing policy, or there is one and it has none"
            )
        if row.routing.policy != other.routing.policy:
            raise WrongRecord(
                f"{what}, SetIdentifier {row.set_identifier} cannot be created: its policy is "
                f"{row.routing.policy}, that of {other.set_identifier} is {other.routing.policy}"
            )
        _check_apart(what, row, other)


def _check_apart(what: str, row: ResourceRecordSet, other: ResourceRecordSet) -> None:
    """Raise WrongRecord for two sets that the same question would find equally good."""
    for mine, theirs in zip(_chosen_by(row), _chosen_by(other), strict=True):
        if mine is not None and mine == theirs:
            raise WrongRecord(
                f"{what}, SetIdentifier {row.set_identifier} cannot be created: "
                f"{other.set_identifier} has {mine} already"
            )


def _chosen_by(row: ResourceRecordSet) -> tuple[str | None, ...]:
    one = row.routing
    return (one.latency_region, one.failover, one.geolocation) if one else ()


def _wrong_target(call: Call, zone: HostedZone, rows: _Rows, row: ResourceRecordSet) -> str | None:
    """Say why an alias cannot have its target: it must be of the zone, or a service's."""
    target = row.alias
    if target is None:
        return None
    what = (
        f"Tried to create an alias that targets {target.dns_name}, type {row.record_type} in zone "
        f"{target.hosted_zone_id}, but "
    )
    if target.hosted_zone_id == zone.id:
        found = target.dns_name != row.record_name and any(
            other.record_type == row.record_type for other in rows.named(target.dns_name).values()
        )
        return None if found else what + "the alias target name was not found"
    if call.network.get(HostedZone, target.hosted_zone_id):
        return what + f"the target zone is not {zone.id}, where the alias is"
    wanted = _service_zone(target.dns_name)
    if wanted is None:
        return None
    if target.hosted_zone_id != wanted:
        return what + "that target does not lie within the target zone"
    if row.record_type not in ADDRESSES:
        return what + "a name of that service has addresses alone"
    return None


def _service_zone(name: str) -> str | None:
    """Give the public zone that holds an endpoint's or a network load balancer's name."""
    for region in REGIONS:
        if name.endswith(f".{region}{ENDPOINTS}"):
            return vpce_zone_id(region)
        if name.endswith(f".elb.{region}.amazonaws.com."):
            return network_load_balancer_zone(region)
    return None


def _content(row: ResourceRecordSet) -> tuple[Any, ...]:
    return (row.ttl, sorted(row.values), row.alias, row.routing)


def _named(row: ResourceRecordSet) -> str:
    identifier = f", set identifier='{row.set_identifier}'" if row.routing else ""
    return f"resource record set [name='{row.record_name}', type='{row.record_type}'{identifier}]"

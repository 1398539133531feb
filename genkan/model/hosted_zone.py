"""Hosted zones of Route 53, the records in them, and the changes made to them.

"Working with public hosted zones" and "Working with private hosted zones" in the Amazon Route 53
developer guide. Route 53 is in no Region: `region` is "aws-global" throughout.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Any, ClassVar

from genkan.model.endpoint_names import endpoint_id_of
from genkan.model.resource import Resource

GLOBAL = "aws-global"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneVpc:
    """A VPC that a private zone names, by its Region and id."""

    region: str
    vpc_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedZone(Resource):
    """`zone_name` is canonical (see `domain_names`).

    A private zone answers in `vpcs`; `authorized` are those of other accounts that may be
    associated, and are not yet.
    """

    kind: ClassVar[str] = "hostedzone"

    zone_name: str
    caller_reference: str
    private: bool
    name_servers: tuple[str, ...]
    comment: str | None = None
    vpcs: tuple[ZoneVpc, ...] = ()
    authorized: tuple[ZoneVpc, ...] = ()
    delegation_set_id: str | None = None  # of a reusable one


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationSet(Resource):
    """Name servers that public zones have in common: a reusable set."""

    kind: ClassVar[str] = "delegationset"

    caller_reference: str
    name_servers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryLoggingConfig(Resource):
    """The log group that a public zone's questions are to be logged in: kept and shown."""

    kind: ClassVar[str] = "queryloggingconfig"

    zone_id: str
    log_group_arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTarget:
    """The name whose records stand in for one's own; `dns_name` is canonical.

    With `evaluate_target_health` the record set is as healthy as its target is.
    """

    hosted_zone_id: str
    dns_name: str
    evaluate_target_health: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """Which of the record sets of one name and type answers; one of the members has a value."""

    set_identifier: str
    weight: int | None = None
    latency_region: str | None = None
    failover: str | None = None  # PRIMARY or SECONDARY
    multivalue: bool | None = None
    geolocation: str | None = None  # JSON, as it came

    @property
    def policy(self) -> str:
        """The API's name of the member that has a value."""
        given = {
            "Weight": self.weight,
            "Region": self.latency_region,
            "Failover": self.failover,
            "MultiValueAnswer": self.multivalue,
            "GeoLocation": self.geolocation,
        }
        return next(name for name, value in given.items() if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceRecordSet(Resource):
    """`values` as they came, in the order they came; an alias has a target instead, and no TTL."""

    kind: ClassVar[str] = "resource-record-set"

    zone_id: str
    record_name: str  # canonical
    record_type: str
    ttl: int | None = None
    values: tuple[str, ...] = ()
    alias: AliasTarget | None = None
    routing: Routing | None = None
    health_check_id: str | None = None

    @property
    def owner(self) -> str:
        """The zone and the name, which is what record sets are looked up by."""
        return owner_of(self.zone_id, self.record_name)

    @property
    def set_identifier(self) -> str | None:
        return self.routing.set_identifier if self.routing else None

    @property
    def evaluated(self) -> str | None:
        """What its health depends on beside its own check: the owner of other record sets of its
        zone, the id of an endpoint, the name of a load balancer or of something else."""
        if self.alias is None or not self.alias.evaluate_target_health:
            return None
        if self.alias.hosted_zone_id == self.zone_id:
            return owner_of(self.zone_id, self.alias.dns_name)
        name = self.alias.dns_name
        balancer, dot, domain = name.partition(".elb.")
        if dot:  # a zone may stand before it
            return f"{balancer.rpartition('.')[2]}{dot}{domain}"
        return endpoint_id_of(name) or name


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck(Resource):
    """What is asked whether it is well. `config` is JSON text, by the API's names."""

    kind: ClassVar[str] = "healthcheck"

    caller_reference: str
    config: str
    version: int

    @property
    def settings(self) -> dict[str, Any]:
        """`config`, read."""
        return self.read(self.config)

    @staticmethod
    def read(config: str) -> dict[str, Any]:
        """Read a config."""
        return dict(json.loads(config))

    @property
    def address(self) -> str | None:
        """The address of its endpoint, in the form that `ipaddress` prints."""
        named = self.settings.get("IPAddress")
        return str(ip_address(named)) if named else None

    @property
    def children(self) -> tuple[str, ...]:
        """The checks that a calculated one counts, by their ids."""
        return tuple(self.settings.get("ChildHealthChecks", ()))


def owner_of(zone_id: str, name: str) -> str:
    """Give what the record sets of a name in a zone have in common."""
    return f"{zone_id}/{name}"


def record_set_id(zone_id: str, name: str, of_type: str, set_identifier: str | None) -> str:
    """Give the id under which a record set is kept: what it is unique by."""
    return f"{owner_of(zone_id, name)}/{of_type}/{set_identifier or ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneChange(Resource):
    """A change that was asked for, in force since it was answered."""

    kind: ClassVar[str] = "change"

    submitted_at: datetime
    comment: str | None = None

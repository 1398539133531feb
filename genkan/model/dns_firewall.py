"""Route 53 Resolver DNS Firewall: lists of domains, groups of rules about them, and the VPCs whose
questions a group filters.

"How Route 53 Resolver DNS Firewall works" in the Amazon Route 53 developer guide.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallDomainList(Resource):
    """`domains` are as they were given: "example.com." for that name alone, "*.example.com." for
    all below it, "*" for every name."""

    kind: ClassVar[str] = "firewall-domain-list"

    list_name: str
    creator_request_id: str
    created_at: datetime
    modified_at: datetime
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRule:
    """What is done with a question for a domain of a list; a group has one a list and `qtype`."""

    list_id: str
    rule_name: str
    priority: int  # the lowest is asked first
    action: str  # ALLOW, ALERT or BLOCK
    creator_request_id: str
    created_at: datetime
    modified_at: datetime
    block_response: str | None = None  # NODATA, NXDOMAIN or OVERRIDE
    override_domain: str | None = None
    override_ttl: int | None = None
    redirection: str = "INSPECT_REDIRECTION_DOMAIN"  # or TRUST_REDIRECTION_DOMAIN
    qtype: str | None = None  # None: every type


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRuleGroup(Resource):
    kind: ClassVar[str] = "firewall-rule-group"

    group_name: str
    creator_request_id: str
    created_at: datetime
    modified_at: datetime
    rules: tuple[FirewallRule, ...] = ()  # by priority

    @property
    def list_ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(rule.list_id for rule in self.rules))


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRuleGroupAssociation(Resource):
    kind: ClassVar[str] = "firewall-rule-group-association"

    group_id: str
    vpc_id: str
    association_name: str
    priority: int  # among the groups of the VPC
    protected: bool
    creator_request_id: str
    created_at: datetime
    modified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallConfig(Resource):
    """Whether a VPC's questions are answered when its firewall cannot be asked."""

    kind: ClassVar[str] = "firewall-config"

    vpc_id: str
    fail_open: str  # ENABLED, DISABLED or USE_LOCAL_RESOURCE_SETTING

"""DNS Firewall: what a list, a rule, an association cannot be."""

from dataclasses import replace

from genkan.api import firewall_domain_lists, firewall_rules
from genkan.model.dns_firewall import FirewallDomainList, FirewallRuleGroup
from tests.api.boto import Site
from tests.api.examples.dns_firewall import ASSOCIATION, GROUP, LIST, firewall
from tests.api.refusals.row import Row, rows

NEW = {
    **GROUP,
    "FirewallDomainListId": "<second>",
    "CreatorRequestId": "new",
    "Name": "new",
    "Priority": 1,
    "Action": "ALLOW",
}
SECOND = firewall(
    "CreateFirewallDomainList",
    {"Name": "second", "CreatorRequestId": "second"},
    second="FirewallDomainList.Id",
)
OTHER_GROUP = firewall(
    "CreateFirewallRuleGroup",
    {"Name": "other", "CreatorRequestId": "other"},
    other_group="FirewallRuleGroup.Id",
)
ASSOCIATE = {
    "FirewallRuleGroupId": "<other_group>",
    "VpcId": "<vpc>",
    "CreatorRequestId": "again",
    "Name": "again",
    "Priority": 201,
}
PROTECTED = firewall(
    "UpdateFirewallRuleGroupAssociation", {**ASSOCIATION, "MutationProtection": "ENABLED"}
)
BLOCKS = {"Action": "BLOCK", "BlockResponse": "NODATA"}


def full_group(site: Site) -> None:
    """Give the group as many rules as one has."""
    group = next(iter(site.call.network.all(FirewallRuleGroup)))
    one = group.rules[0]
    many = [
        replace(one, creator_request_id=f"r{n}", priority=1000 + n)
        for n in range(firewall_rules.MOST)
    ]
    site.put(replace(group, rules=tuple(many)))


def full_list(site: Site) -> None:
    """Give the list as many domains as one has."""
    held = next(iter(site.call.network.all(FirewallDomainList)))
    domains = tuple(f"d{n}.example.com." for n in range(firewall_domain_lists.MOST))
    site.put(replace(held, domains=domains))


def _new(*changes: tuple) -> list[tuple]:
    return [(differing, code, word, SECOND, *more) for differing, code, word, *more in changes]


ROWS: tuple[Row, ...] = (
    *rows(
        "route53resolver:UpdateFirewallDomains",
        {**LIST, "Operation": "ADD", "Domains": ["more.example.com"]},
        ({"Domains": ["not a domain"]}, "ValidationException", "not a domain"),
        ({"Domains": ["a.*.example.com"]}, "ValidationException", "a.*.example.com"),
        ({"Operation": "DENY"}, "ValidationException", "DENY"),
        (
            {"Domains": [f"d{n}.example.com" for n in range(1_001)]},
            "LimitExceededException",
            "1001",
        ),
        ({}, "LimitExceededException", "100000", full_list),
    ),
    *rows("route53resolver:DeleteFirewallDomainList", LIST, ({}, "ConflictException", "<frg>")),
    *rows(
        "route53resolver:DeleteFirewallRuleGroup", GROUP, ({}, "ConflictException", "<frgassoc>")
    ),
    *rows(
        "route53resolver:CreateFirewallRule",
        NEW,
        *_new(
            ({"Priority": 10}, "ValidationException", "sinkhole"),
            ({"FirewallDomainListId": "<fdl>"}, "ValidationException", "<fdl>"),
            ({"Qtype": "BANANA"}, "ValidationException", "BANANA"),
            ({"Qtype": "TYPE65535"}, "ValidationException", "TYPE65535"),
            ({"BlockResponse": "NODATA"}, "ValidationException", "ALLOW"),
            ({"Action": "BLOCK"}, "ValidationException", "BlockResponse"),
            ({**BLOCKS, "BlockOverrideTtl": 1}, "ValidationException", "NODATA"),
            ({**BLOCKS, "BlockResponse": "OVERRIDE"}, "ValidationException", "BlockOverrideTtl"),
            ({"Name": "12"}, "ValidationException", "12"),
            ({}, "LimitExceededException", "100", full_group),
        ),
    ),
    *rows(
        "route53resolver:DeleteFirewallRule",
        {**GROUP, **LIST, "Qtype": "A"},
        ({}, "ResourceNotFoundException", "<fdl>"),
    ),
    *rows(
        "route53resolver:AssociateFirewallRuleGroup",
        ASSOCIATE,
        ({"Priority": 100}, "ValidationException", "100", OTHER_GROUP),
        ({"Priority": 9_900}, "ValidationException", "9900", OTHER_GROUP),
        ({"Priority": 200}, "ConflictException", "<frgassoc>", OTHER_GROUP),
        ({"FirewallRuleGroupId": "<frg>"}, "ConflictException", "<frg>", OTHER_GROUP),
    ),
    *rows(
        "route53resolver:UpdateFirewallRuleGroupAssociation",
        {**ASSOCIATION, "Priority": 300},
        ({}, "ConflictException", "DISABLED", PROTECTED),
    ),
    *rows(
        "route53resolver:DisassociateFirewallRuleGroup",
        ASSOCIATION,
        ({}, "ConflictException", "DISABLED", PROTECTED),
    ),
)

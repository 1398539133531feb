"""DNS Firewall: lists of domains, groups of rules, which VPCs they filter."""

from tests.api.examples.example import example

GROUP = {"FirewallRuleGroupId": "<frg>"}
LIST = {"FirewallDomainListId": "<fdl>"}
ASSOCIATION = {"FirewallRuleGroupAssociationId": "<frgassoc>"}


def firewall(operation: str, parameters: dict | None = None, **keep: str):
    return example(f"route53resolver:{operation}", parameters, **keep)


MAKE = (
    firewall(
        "CreateFirewallDomainList",
        {"Name": "malware", "CreatorRequestId": "list", "Tags": [{"Key": "a", "Value": "b"}]},
        fdl="FirewallDomainList.Id",
        fdl_arn="FirewallDomainList.Arn",
    ),
    firewall(
        "UpdateFirewallDomains",
        {**LIST, "Operation": "ADD", "Domains": ["bad.example.com", "*.worse.example.com"]},
    ),
    firewall(
        "CreateFirewallRuleGroup",
        {"Name": "group", "CreatorRequestId": "group"},
        frg="FirewallRuleGroup.Id",
        frg_arn="FirewallRuleGroup.Arn",
    ),
    firewall(
        "CreateFirewallRule",
        {
            **GROUP,
            **LIST,
            "CreatorRequestId": "rule",
            "Name": "sinkhole",
            "Priority": 10,
            "Action": "BLOCK",
            "BlockResponse": "OVERRIDE",
            "BlockOverrideDomain": "sinkhole.example.com",
            "BlockOverrideDnsType": "CNAME",
            "BlockOverrideTtl": 30,
        },
    ),
    firewall(
        "AssociateFirewallRuleGroup",
        {
            **GROUP,
            "VpcId": "<vpc>",
            "CreatorRequestId": "association",
            "Name": "filtered",
            "Priority": 200,
        },
        frgassoc="FirewallRuleGroupAssociation.Id",
    ),
)
USE = (
    firewall("GetFirewallDomainList", LIST),
    firewall("ListFirewallDomainLists"),
    firewall("ListFirewallDomains", LIST),
    firewall("UpdateFirewallDomains", {**LIST, "Operation": "REMOVE", "Domains": ["a.b"]}),
    firewall("GetFirewallRuleGroup", GROUP),
    firewall("ListFirewallRuleGroups"),
    firewall("ListFirewallRules", GROUP),
    firewall("UpdateFirewallRule", {**GROUP, **LIST, "Priority": 20}),
    firewall("GetFirewallRuleGroupAssociation", ASSOCIATION),
    firewall("ListFirewallRuleGroupAssociations", {**GROUP, "VpcId": "<vpc>"}),
    firewall("UpdateFirewallRuleGroupAssociation", {**ASSOCIATION, "Priority": 300}),
    firewall("ListTagsForResource", {"ResourceArn": "<fdl_arn>"}),
    firewall("GetFirewallConfig", {"ResourceId": "<vpc>"}),
    firewall("UpdateFirewallConfig", {"ResourceId": "<vpc>", "FirewallFailOpen": "ENABLED"}),
    firewall("ListFirewallConfigs"),
)
UNMAKE = (
    firewall("DisassociateFirewallRuleGroup", ASSOCIATION),
    firewall("DeleteFirewallRule", {**GROUP, **LIST}),
    firewall("DeleteFirewallRuleGroup", GROUP),
    firewall("DeleteFirewallDomainList", LIST),
)

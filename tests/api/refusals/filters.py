"""Security groups and their rules, network ACLs, prefix lists."""

from genkan.api import quotas
from genkan.model.network_acl import NetworkAcl
from genkan.model.prefix_list import ManagedPrefixList
from genkan.model.security_group import SecurityGroup
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import many

DEFAULT_VPC = example("CreateDefaultVpc")
WEB = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]
FROM_ANYWHERE = [{**WEB, "IpRanges": ANYWHERE}]
FROM_TEN = [{**WEB, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
IN_GROUP = {"GroupId": "<spare_sg>", "IpPermissions": FROM_ANYWHERE}
NO_RULE = {"GroupId": "<spare_sg>", "IpPermissions": FROM_TEN}
ENTRY = {
    "NetworkAclId": "<acl>",
    "RuleNumber": 100,
    "Protocol": "-1",
    "RuleAction": "allow",
    "Egress": False,
    "CidrBlock": "0.0.0.0/0",
}
HUNDRED = example("CreateNetworkAclEntry", ENTRY)
LIST = {"PrefixListName": "branches", "MaxEntries": 2, "AddressFamily": "IPv4"}
ADDED = [{"Cidr": "10.0.0.0/8"}]
OFFICE = [{"Cidr": "198.51.100.0/24"}]
EDIT = {"PrefixListId": "<pl>", "CurrentVersion": 1}
IN_RULE = example(
    "AuthorizeSecurityGroupIngress",
    {"GroupId": "<sg>", "IpPermissions": [{**WEB, "PrefixListIds": [{"PrefixListId": "<pl>"}]}]},
)
OF_AWS = example("DescribePrefixLists", aws_pl="PrefixLists[0].PrefixListId")


def permission(**differing: object) -> dict:
    """Give the parameters with one permission that differs."""
    return {"IpPermissions": [{**FROM_ANYWHERE[0], **differing}]}


ROWS: tuple[Row, ...] = (
    *rows(
        "CreateSecurityGroup",
        {"GroupName": "new", "Description": "new", "VpcId": "<vpc>"},
        ({"VpcId": None}, "VPCIdNotSpecified", "default VPC"),
        ({"GroupName": "web"}, "InvalidGroup.Duplicate", "web"),
        ({"GroupName": "default"}, "InvalidParameterValue", "default"),
        ({"GroupName": "sg-1"}, "InvalidParameterValue", "sg-1"),
        ({"GroupName": ""}, "InvalidParameterValue", "empty"),
        ({"Description": ""}, "MissingParameter", "GroupDescription"),
        ({"Description": "玄関"}, "InvalidParameterValue", "玄関"),
        ({"Description": "d" * 256}, "InvalidParameterValue", "256"),
        ({}, "SecurityGroupLimitExceeded", "security", many(SecurityGroup, quotas.SECURITY_GROUPS)),
    ),
    *rows(
        "DeleteSecurityGroup",
        {"GroupId": "<sg>"},
        ({}, "DependencyViolation", "<sg>"),
        ({"GroupId": "<default_sg>"}, "CannotDelete", "<default_sg>"),
        ({"GroupName": "web"}, "InvalidParameterCombination", "groupName"),
        ({"GroupId": None}, "MissingParameter", "groupId"),
        ({"GroupId": None, "GroupName": "nobody"}, "InvalidGroup.NotFound", "nobody", DEFAULT_VPC),
    ),
    *rows(
        "AuthorizeSecurityGroupIngress",
        IN_GROUP,
        ({"GroupId": "<sg>"}, "InvalidPermission.Duplicate", "0.0.0.0/0"),
        ({"IpPermissions": None}, "MissingParameter", "ipPermissions"),
        ({"IpProtocol": "tcp", "CidrIp": "10.0.0.0/8"}, "InvalidParameterCombination", "cidrIp"),
        (permission(IpRanges=ANYWHERE * 2), "InvalidParameterValue", "multiple times"),
        (permission(IpRanges=[{"CidrIp": "10.0.0.0"}]), "InvalidParameterValue", "10.0.0.0"),
        (
            permission(IpRanges=[], UserIdGroupPairs=[{"GroupId": "<peer_sg>"}]),
            "InvalidGroup.NotFound",
            "<peer_sg>",
            example("DeleteVpcPeeringConnection", {"VpcPeeringConnectionId": "<pcx>"}),
        ),
        (
            permission(IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "é"}]),
            "InvalidParameterValue",
            "description",
        ),
        (permission(IpRanges=[]), "MissingParameter", "source"),
        (permission(IpProtocol="banana"), "InvalidParameterValue", "banana"),
        (
            {"IpPermissions": [{"FromPort": 1, "ToPort": 2, "IpRanges": ANYWHERE}]},
            "InvalidParameterValue",
            "'null' for protocol",
        ),
        (
            {"IpPermissions": [{"IpProtocol": "tcp", "FromPort": 1, "IpRanges": ANYWHERE}]},
            "InvalidParameterValue",
            "TCP/UDP",
        ),
        (permission(FromPort=444), "InvalidParameterValue", "444:443"),
        (permission(ToPort=65536), "InvalidPermission.Malformed", "65536"),
        (
            {"IpPermissions": [{"IpProtocol": "icmp", "FromPort": 8, "IpRanges": ANYWHERE}]},
            "InvalidParameterValue",
            "ICMP",
        ),
        (
            permission(IpProtocol="icmp", FromPort=-1, ToPort=3),
            "InvalidPermission.Malformed",
            "every type",
        ),
        (
            permission(IpProtocol="icmp", FromPort=256, ToPort=0),
            "InvalidPermission.Malformed",
            "256",
        ),
        (
            {
                "IpPermissions": [
                    {**WEB, "IpRanges": [{"CidrIp": f"10.{n // 250}.{n % 250}.0/24"}]}
                    for n in range(quotas.RULES + 1)
                ]
            },
            "RulesPerSecurityGroupLimitExceeded",
            str(quotas.RULES),
        ),
    ),
    *rows(
        "RevokeSecurityGroupIngress",
        NO_RULE,
        ({}, "InvalidPermission.NotFound", "10.0.0.0/8"),
        ({"SecurityGroupRuleIds": ["<sgr>"]}, "InvalidParameterCombination", "RuleIds"),
    ),
    *rows(
        "AssociateSecurityGroupVpc",
        {"GroupId": "<sg>", "VpcId": "<peer_vpc>"},
        ({"GroupId": "<default_sg>"}, "InvalidParameterValue", "<default_sg>"),
        ({"VpcId": "<vpc>"}, "InvalidParameterValue", "itself"),
    ),
    *rows(
        "DisassociateSecurityGroupVpc",
        {"GroupId": "<sg>", "VpcId": "<peer_vpc>"},
        ({}, "InvalidVpcID.NotFound", "not associated"),
        (
            {},
            "DependencyViolation",
            "<worn>",
            example("AssociateSecurityGroupVpc", {"GroupId": "<sg>", "VpcId": "<peer_vpc>"}),
            example(
                "CreateNetworkInterface",
                {"SubnetId": "<peer_subnet>", "Groups": ["<sg>"]},
                worn="NetworkInterface.NetworkInterfaceId",
            ),
        ),
    ),
    *rows(
        "DescribeSecurityGroupRules",
        {"Filters": [{"Name": "group-id", "Values": ["banana"]}]},
        ({}, "InvalidGroupId.Malformed", "banana"),
    ),
    *rows(
        "ModifySecurityGroupRules",
        {"GroupId": "<sg>"},
        ({"SecurityGroupRules": []}, "MissingParameter", "ecurityGroupRules"),
        (
            {"SecurityGroupRules": [{"SecurityGroupRuleId": "<sgr>", "SecurityGroupRule": WEB}]},
            "MissingParameter",
            "exactly one",
        ),
        (
            {
                "SecurityGroupRules": [
                    {
                        "SecurityGroupRuleId": "<sgr>",
                        "SecurityGroupRule": {
                            **WEB,
                            "CidrIpv4": "10.0.0.0/8",
                            "CidrIpv6": "::/0",
                        },
                    }
                ]
            },
            "InvalidParameterCombination",
            "exactly one",
        ),
        (
            {
                "SecurityGroupRules": [
                    {
                        "SecurityGroupRuleId": "<second>",
                        "SecurityGroupRule": {**WEB, "CidrIpv4": "0.0.0.0/0"},
                    }
                ]
            },
            "InvalidPermission.Duplicate",
            "0.0.0.0/0",
            example(
                "AuthorizeSecurityGroupIngress",
                {"GroupId": "<sg>", "IpPermissions": FROM_TEN},
                second="SecurityGroupRules[0].SecurityGroupRuleId",
            ),
        ),
    ),
    *rows(
        "UpdateSecurityGroupRuleDescriptionsIngress",
        NO_RULE,
        ({}, "InvalidPermission.NotFound", "10.0.0.0/8"),
        ({"IpPermissions": None}, "MissingParameter", "ipPermissions"),
        (
            {"SecurityGroupRuleDescriptions": [{"SecurityGroupRuleId": "<sgr>"}]},
            "InvalidParameterCombination",
            "Descriptions",
        ),
    ),
    *rows(
        "CreateNetworkAcl",
        {"VpcId": "<vpc>"},
        ({}, "NetworkAclLimitExceeded", "<vpc>", many(NetworkAcl, quotas.NETWORK_ACLS)),
    ),
    *rows(
        "DeleteNetworkAcl",
        {"NetworkAclId": "<acl>"},
        ({"NetworkAclId": "<default_acl>"}, "InvalidParameterValue", "<default_acl>"),
        (
            {},
            "DependencyViolation",
            "<acl>",
            example(
                "ReplaceNetworkAclAssociation",
                {"AssociationId": "<aclassoc>", "NetworkAclId": "<acl>"},
            ),
        ),
    ),
    *rows(
        "ReplaceNetworkAclAssociation",
        {"AssociationId": "<aclassoc>", "NetworkAclId": "<peer_acl>"},
        (
            {},
            "InvalidParameterValue",
            "<peer_acl>",
            example(
                "CreateNetworkAcl", {"VpcId": "<peer_vpc>"}, peer_acl="NetworkAcl.NetworkAclId"
            ),
        ),
    ),
    *rows(
        "CreateNetworkAclEntry",
        ENTRY,
        ({}, "NetworkAclEntryAlreadyExists", "100", HUNDRED),
        ({"RuleNumber": 0}, "InvalidParameterValue", "ruleNumber"),
        ({"RuleNumber": 32767}, "InvalidParameterValue", "32767"),
        ({"RuleAction": "maybe"}, "InvalidParameterValue", "maybe"),
        ({"Protocol": "6"}, "MissingParameter", "portRange"),
        ({"Protocol": "1"}, "MissingParameter", "icmpTypeCode"),
        ({"Ipv6CidrBlock": "::/0"}, "InvalidParameterCombination", "ipv6CidrBlock"),
        ({"CidrBlock": None}, "MissingParameter", "cidrBlock"),
        (
            {},
            "NetworkAclEntryLimitExceeded",
            "<acl>",
            *(
                example("CreateNetworkAclEntry", {**ENTRY, "RuleNumber": 200 + n})
                for n in range(quotas.NETWORK_ACL_ENTRIES)
            ),
        ),
    ),
    *rows("ReplaceNetworkAclEntry", ENTRY, ({}, "InvalidNetworkAclEntry.NotFound", "ingress")),
    *rows(
        "DeleteNetworkAclEntry",
        {"NetworkAclId": "<acl>", "RuleNumber": 7, "Egress": True},
        ({}, "InvalidNetworkAclEntry.NotFound", "egress"),
    ),
    *rows(
        "CreateManagedPrefixList",
        LIST,
        ({"AddressFamily": "IPv5"}, "InvalidParameterValue", "IPv5"),
        ({"MaxEntries": 0}, "InvalidParameterValue", "MaxEntries"),
        ({"PrefixListName": "com.amazonaws.mine"}, "InvalidParameterValue", "com.amazonaws"),
        ({"Entries": [{"Description": "HQ"}]}, "MissingParameter", "Cidr"),
        ({"Entries": [{"Cidr": "::/0"}]}, "InvalidParameterValue", "IPv4"),
        (
            {"Entries": [{"Cidr": "10.0.0.0/8", "Description": "d" * 256}]},
            "InvalidParameterValue",
            "10.0.0.0/8",
        ),
        (
            {"Entries": [{"Cidr": f"10.{n}.0.0/16"} for n in range(3)]},
            "PrefixListMaxEntriesExceeded",
            "3",
        ),
        (
            {"Entries": [{"Cidr": "10.0.0.0/8"}] * 2},
            "InvalidPrefixListModification",
            "twice",
        ),
        (
            {"MaxEntries": 500, "Entries": [{"Cidr": f"10.{n}.0.0/16"} for n in range(101)]},
            "InvalidPrefixListModification",
            "100",
        ),
        ({}, "PrefixListLimitExceeded", "prefix lists", many(ManagedPrefixList, 1_000)),
    ),
    *rows(
        "ModifyManagedPrefixList",
        EDIT,
        ({}, "MissingParameter", "change"),
        (
            {"MaxEntries": 9, "AddEntries": ADDED},
            "InvalidPrefixListModification",
            "calls",
        ),
        (
            {"CurrentVersion": None, "AddEntries": ADDED},
            "MissingParameter",
            "CurrentVersion",
        ),
        (
            {"CurrentVersion": 7, "AddEntries": ADDED},
            "PrefixListVersionMismatch",
            "7",
        ),
        (
            {"RemoveEntries": ADDED},
            "InvalidPrefixListModification",
            "10.0.0.0/8",
        ),
        (
            {
                "RemoveEntries": OFFICE,
                "AddEntries": [{"Cidr": "198.51.100.0/24"}],
            },
            "InvalidPrefixListModification",
            "198.51.100.0/24",
        ),
        (
            {"PrefixListId": "<aws_pl>", "PrefixListName": "mine"},
            "UnauthorizedOperation",
            "<aws_pl>",
            OF_AWS,
        ),
    ),
    *rows(
        "RestoreManagedPrefixListVersion",
        {"PrefixListId": "<pl>", "CurrentVersion": 1, "PreviousVersion": 4},
        ({}, "InvalidPrefixListVersion.NotFound", "4"),
    ),
    *rows(
        "GetManagedPrefixListEntries",
        {"PrefixListId": "<pl>", "TargetVersion": 8},
        ({}, "InvalidPrefixListVersion.NotFound", "8"),
    ),
    *rows(
        "DeleteManagedPrefixList",
        {"PrefixListId": "<pl>"},
        ({}, "DependencyViolation", "<sg>", IN_RULE),
    ),
)

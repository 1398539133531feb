"""Security groups, network ACLs, prefix lists."""

from tests.api.examples.example import by, example, tagged

WEB = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
ANYWHERE = [{**WEB, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
FROM_GROUP = [{**WEB, "UserIdGroupPairs": [{"GroupId": "<spare_sg>"}]}]
FROM_LIST = [{**WEB, "PrefixListIds": [{"PrefixListId": "<pl>"}]}]
PEERS = [{**WEB, **FROM_GROUP[0], **FROM_LIST[0]}]
TO_ALL = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
TO_DNS = [
    {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
]
ENTRY = {"NetworkAclId": "<acl>", "Protocol": "-1", "Egress": False}

MAKE = (
    example(
        "CreateSecurityGroup",
        {
            "GroupName": "web",
            "Description": "web servers",
            "VpcId": "<vpc>",
            "TagSpecifications": tagged("security-group", "web"),
        },
        sg="GroupId",
    ),
    example(
        "CreateSecurityGroup",
        {"GroupName": "spare", "Description": "of nobody", "VpcId": "<vpc>"},
        spare_sg="GroupId",
    ),
    example(
        "CreateSecurityGroup",
        {"GroupName": "web", "Description": "over there", "VpcId": "<peer_vpc>"},
        peer_sg="GroupId",
    ),
    example(
        "DescribeSecurityGroups",
        {"Filters": [*by("vpc-id", "<vpc>"), *by("group-name", "default")]},
        default_sg="SecurityGroups[0].GroupId",
    ),
    example(
        "AuthorizeSecurityGroupIngress",
        {"GroupId": "<sg>", "IpPermissions": ANYWHERE},
        sgr="SecurityGroupRules[0].SecurityGroupRuleId",
    ),
    example(
        "AuthorizeSecurityGroupEgress",
        {"GroupId": "<sg>", "IpPermissions": TO_DNS},
        egress_sgr="SecurityGroupRules[0].SecurityGroupRuleId",
    ),
    example(
        "CreateManagedPrefixList",
        {
            "PrefixListName": "offices",
            "MaxEntries": 5,
            "AddressFamily": "IPv4",
            "Entries": [{"Cidr": "198.51.100.0/24", "Description": "Kyoto"}],
        },
        pl="PrefixList.PrefixListId",
    ),
    example("CreateNetworkAcl", {"VpcId": "<vpc>"}, acl="NetworkAcl.NetworkAclId"),
    example(
        "DescribeNetworkAcls",
        {"Filters": [*by("vpc-id", "<vpc>"), *by("default", "true")]},
        default_acl="NetworkAcls[0].NetworkAclId",
        aclassoc="NetworkAcls[0].Associations[?SubnetId=='<spare_subnet>']"
        ".NetworkAclAssociationId | [0]",
    ),
)
USE = (
    example("AssociateSecurityGroupVpc", {"GroupId": "<spare_sg>", "VpcId": "<peer_vpc>"}),
    example("DescribeSecurityGroupVpcAssociations"),
    example("GetSecurityGroupsForVpc", {"VpcId": "<peer_vpc>"}),
    example("DisassociateSecurityGroupVpc", {"GroupId": "<spare_sg>", "VpcId": "<peer_vpc>"}),
    example("DescribeSecurityGroups", {"GroupIds": ["<sg>"]}),
    example("DescribeSecurityGroupRules", {"SecurityGroupRuleIds": ["<sgr>"]}),
    example("AuthorizeSecurityGroupIngress", {"GroupId": "<sg>", "IpPermissions": FROM_GROUP}),
    example("AuthorizeSecurityGroupIngress", {"GroupId": "<sg>", "IpPermissions": FROM_LIST}),
    example("DescribeSecurityGroupReferences", {"GroupId": ["<spare_sg>"]}),
    example("DescribeStaleSecurityGroups", {"VpcId": "<vpc>"}),
    example(
        "ModifySecurityGroupRules",
        {
            "GroupId": "<sg>",
            "SecurityGroupRules": [
                {
                    "SecurityGroupRuleId": "<sgr>",
                    "SecurityGroupRule": {**WEB, "ReferencedGroupId": "<default_sg>"},
                }
            ],
        },
    ),
    example(
        "ModifySecurityGroupRules",
        {
            "GroupId": "<sg>",
            "SecurityGroupRules": [
                {
                    "SecurityGroupRuleId": "<sgr>",
                    "SecurityGroupRule": {**WEB, "CidrIpv4": "10.0.0.0/8"},
                }
            ],
        },
    ),
    example(
        "UpdateSecurityGroupRuleDescriptionsIngress",
        {
            "GroupId": "<sg>",
            "SecurityGroupRuleDescriptions": [
                {"SecurityGroupRuleId": "<sgr>", "Description": "inside"}
            ],
        },
    ),
    example(
        "UpdateSecurityGroupRuleDescriptionsEgress",
        {
            "GroupId": "<sg>",
            "SecurityGroupRuleDescriptions": [
                {"SecurityGroupRuleId": "<egress_sgr>", "Description": "names"}
            ],
        },
    ),
    example("AuthorizeSecurityGroupEgress", {"GroupId": "<sg>", "IpPermissions": PEERS}),
    example(
        "UpdateSecurityGroupRuleDescriptionsIngress", {"GroupId": "<sg>", "IpPermissions": PEERS}
    ),
    example(
        "UpdateSecurityGroupRuleDescriptionsEgress", {"GroupId": "<sg>", "IpPermissions": PEERS}
    ),
    example("RevokeSecurityGroupEgress", {"GroupId": "<sg>", "IpPermissions": PEERS}),
    example("RevokeSecurityGroupIngress", {"GroupId": "<sg>", "IpPermissions": FROM_GROUP}),
    example("RevokeSecurityGroupIngress", {"GroupId": "<sg>", "IpPermissions": FROM_LIST}),
    example("DescribePrefixLists", aws_pl="PrefixLists[0].PrefixListId"),
    example("DescribePrefixLists", {"PrefixListIds": ["<aws_pl>"]}),
    example("DescribeManagedPrefixLists", {"PrefixListIds": ["<pl>"]}),
    example("GetManagedPrefixListEntries", {"PrefixListId": "<pl>"}),
    example("GetManagedPrefixListAssociations", {"PrefixListId": "<pl>"}),
    example(
        "ModifyManagedPrefixList",
        {
            "PrefixListId": "<pl>",
            "CurrentVersion": 1,
            "AddEntries": [{"Cidr": "203.0.113.0/24"}],
        },
    ),
    example(
        "RestoreManagedPrefixListVersion",
        {"PrefixListId": "<pl>", "PreviousVersion": 1, "CurrentVersion": 2},
    ),
    example(
        "CreateNetworkAclEntry",
        {**ENTRY, "RuleNumber": 100, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"},
    ),
    example(
        "ReplaceNetworkAclEntry",
        {**ENTRY, "RuleNumber": 100, "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"},
    ),
    example("DescribeNetworkAcls", {"NetworkAclIds": ["<acl>"]}),
    example(
        "ReplaceNetworkAclAssociation",
        {"AssociationId": "<aclassoc>", "NetworkAclId": "<acl>"},
        aclassoc="NewAssociationId",
    ),
    example(
        "ReplaceNetworkAclAssociation",
        {"AssociationId": "<aclassoc>", "NetworkAclId": "<default_acl>"},
        aclassoc="NewAssociationId",
    ),
)
UNMAKE = (
    example("RevokeSecurityGroupIngress", {"GroupId": "<sg>", "SecurityGroupRuleIds": ["<sgr>"]}),
    example("RevokeSecurityGroupEgress", {"GroupId": "<sg>", "IpPermissions": TO_ALL}),
    example(
        "RevokeSecurityGroupEgress", {"GroupId": "<sg>", "SecurityGroupRuleIds": ["<egress_sgr>"]}
    ),
    example("DeleteSecurityGroup", {"GroupId": "<spare_sg>"}),
    example("DeleteNetworkAclEntry", {"NetworkAclId": "<acl>", "RuleNumber": 100, "Egress": False}),
    example("DeleteNetworkAcl", {"NetworkAclId": "<acl>"}),
    example("DeleteManagedPrefixList", {"PrefixListId": "<pl>"}),
)

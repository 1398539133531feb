"""What every call shares, tags, flow logs, DHCP options, gateways at the edge of a VPC, VPNs."""

from genkan.api import quotas
from genkan.api.tagging import MOST_TAGS
from genkan.model.account import KeyPair
from genkan.model.dhcp_options import DhcpOptions
from genkan.model.flow_log import FlowLog
from genkan.model.vpc import EgressOnlyInternetGateway, InternetGateway
from genkan.model.vpn import CustomerGateway, VpnGateway
from tests.api.boto import Site
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import many

LOG = {
    "ResourceIds": ["<subnet>"],
    "ResourceType": "Subnet",
    "TrafficType": "ALL",
    "LogDestinationType": "s3",
    "LogDestination": "arn:aws:s3:::logs",
}
TO_GROUP = {"LogDestinationType": None, "LogDestination": None}
TAGS = {"Resources": ["<vpc>"], "Tags": [{"Key": "a", "Value": "b"}]}
USED = example("AssociateDhcpOptions", {"DhcpOptionsId": "<dopt>", "VpcId": "<vpc>"})
SPARE_VGW = example("CreateVpnGateway", {"Type": "ipsec.1"}, spare_vgw="VpnGateway.VpnGatewayId")
PUBLIC = example("AssociateAddress", {"AllocationId": "<eip>", "NetworkInterfaceId": "<eni>"})
TOKEN = {"SubnetId": "<subnet>", "ClientToken": "once"}


def options(*configurations: tuple[str, list[str]]) -> dict:
    """Give the parameter with these keys and values."""
    return {"DhcpConfigurations": [{"Key": key, "Values": held} for key, held in configurations]}


def on_mars(site: Site) -> None:
    """Go on in a Region that there is not."""
    site.become(region="mars-1")


ROWS: tuple[Row, ...] = (
    *rows(
        "CreateTransitGateway",
        {},
        ({}, "InvalidAction", "CreateTransitGateway"),
    ),
    *rows(
        "DescribeVpcs",
        {},
        ({"MaxResults": 5, "VpcIds": ["<vpc>"]}, "InvalidParameterCombination", "MaxResults"),
        ({"MaxResults": 4}, "InvalidParameterValue", "greater than or equal to 5"),
        ({"MaxResults": 1_001}, "InvalidParameterValue", "less than or equal to 1000"),
        ({"NextToken": "again"}, "InvalidNextToken", "again"),
        ({"Filters": [{"Name": "colour", "Values": ["red"]}]}, "InvalidParameterValue", "colour"),
        (
            {"Filters": [{"Name": "vpc-id", "Values": [f"vpc-{n:017x}" for n in range(201)]}]},
            "FilterLimitExceeded",
            "200",
        ),
    ),
    *rows(
        "CreateVpcEndpoint",
        {"VpcId": "<vpc>", "ServiceName": "com.amazonaws.<region>.sqs", "ServiceNetworkArn": "x"},
        ({}, "UnsupportedOperation", "parameter ServiceNetworkArn yet"),
    ),
    *rows("DescribeVpcEndpoints", {"MaxResults": 0}, ({}, "InvalidParameterValue", "maxResults")),
    *(
        row
        for operation, asked in (
            ("DescribeVpcEndpointConnections", {}),
            ("DescribeVpcEndpointServiceConfigurations", {}),
            ("DescribeVpcEndpointServicePermissions", {"ServiceId": "<vpce_svc>"}),
        )
        for row in rows(operation, {**asked, "MaxResults": 4}, ({}, "InvalidParameterValue", "5"))
    ),
    *rows(
        "DescribeAccountAttributes",
        {"AttributeNames": ["colour"]},
        ({}, "InvalidParameterValue", "colour"),
    ),
    *rows(
        "CreateNetworkInterface",
        TOKEN,
        ({"ClientToken": "t" * 65}, "InvalidClientToken", "65"),
        (
            {"Description": "another"},
            "IdempotentParameterMismatch",
            "once",
            example("CreateNetworkInterface", TOKEN),
        ),
    ),
    *rows(
        "CreateSubnet",
        {"VpcId": "<mars_vpc>", "CidrBlock": "10.0.0.0/24"},
        (
            {},
            "InvalidParameterValue",
            "mars-1",
            on_mars,
            example("CreateVpc", {"CidrBlock": "10.0.0.0/16"}, mars_vpc="Vpc.VpcId"),
        ),
    ),
    *rows(
        "CreateTags",
        TAGS,
        ({"Tags": None}, "MissingParameter", "ags"),
        ({"Resources": None}, "MissingParameter", "esources"),
        ({"Resources": ["banana"]}, "InvalidID", "banana"),
        ({"Tags": [{"Key": "aws:a", "Value": "b"}]}, "InvalidParameterValue", "aws:"),
        ({"Tags": [{"Key": "a", "Value": "b"}] * 2}, "InvalidParameterValue", "Duplicate"),
        ({"Tags": [{"Key": "k" * 129, "Value": "b"}]}, "InvalidParameterValue", "128"),
        ({"Tags": [{"Key": "a", "Value": "v" * 257}]}, "InvalidParameterValue", "257"),
        (
            {"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(MOST_TAGS + 1)]},
            "TagLimitExceeded",
            str(MOST_TAGS),
        ),
        (
            {"Resources": [f"vpc-{n:017x}" for n in range(quotas.TAGGED_AT_ONCE + 1)]},
            "InvalidParameterValue",
            str(quotas.TAGGED_AT_ONCE),
        ),
    ),
    *rows(
        "CreateFlowLogs",
        LOG,
        ({"ResourceIds": None}, "MissingParameter", "esourceIds"),
        ({"TrafficType": None}, "MissingParameter", "TrafficType"),
        ({"ResourceType": "Moon"}, "InvalidParameterValue", "Moon"),
        ({"DestinationOptions": {"FileFormat": "csv"}}, "InvalidParameterValue", "FileFormat"),
        ({"LogGroupName": "logs"}, "InvalidParameterCombination", "LogGroupName"),
        ({"LogDestination": None}, "MissingParameter", "LogDestination"),
        (TO_GROUP, "MissingParameter", "LogGroupName"),
        (
            {"LogDestinationType": None, "LogGroupName": "logs"},
            "InvalidParameterCombination",
            "LogGroupName",
        ),
        ({**TO_GROUP, "LogGroupName": "logs"}, "MissingParameter", "DeliverLogsPermissionArn"),
        (
            {"LogDestinationType": "kinesis-data-firehose"},
            "UnsupportedOperation",
            "kinesis-data-firehose",
        ),
        ({"DestinationOptions": {"FileFormat": "parquet"}}, "UnsupportedOperation", "Parquet"),
        ({"LogFormat": "${colour}"}, "InvalidParameterValue", "colour"),
        ({"LogDestinationType": "file"}, "InvalidParameterCombination", "LogDestination"),
        ({"LogDestination": "bucket"}, "InvalidParameterValue", "bucket"),
        ({}, "FlowLogAlreadyExists", "<subnet>", example("CreateFlowLogs", LOG)),
        (
            {"ResourceType": "VPC", "ResourceIds": ["<vpc>"]},
            "FlowLogsLimitExceeded",
            "<vpc>",
            many(FlowLog, quotas.FLOW_LOGS - 1),
        ),
    ),
    *rows(
        "CreateDhcpOptions",
        options(("domain-name", ["corp"])),
        ({"DhcpConfigurations": None}, "MissingParameter", "hcpConfiguration"),
        (options(("colour", ["red"])), "InvalidParameterValue", "colour"),
        (options(("domain-name", ["a"]), ("domain-name", ["b"])), "InvalidParameterValue", "twice"),
        (options(("domain-name", ["a", "b"])), "InvalidParameterValue", "one value"),
        (options(("domain-name", [])), "InvalidParameterValue", "no value"),
        (options(("netbios-node-type", ["3"])), "InvalidParameterValue", "netbios-node-type"),
        (options(("ntp-servers", ["clock"])), "InvalidParameterValue", "clock"),
        (
            options(("ntp-servers", [f"10.0.0.{n}" for n in range(1, 6)])),
            "InvalidParameterValue",
            "5 addresses",
        ),
        (
            {},
            "DhcpOptionsLimitExceeded",
            "DHCP",
            many(DhcpOptions, quotas.DHCP_OPTIONS),
        ),
    ),
    *rows(
        "DeleteDhcpOptions",
        {"DhcpOptionsId": "<dopt>"},
        ({}, "DependencyViolation", "<vpc>", USED),
        (
            {"DhcpOptionsId": "<main_dopt>"},
            "InvalidParameterValue",
            "<main_dopt>",
            USED,
            example("AssociateDhcpOptions", {"DhcpOptionsId": "<dopt>", "VpcId": "<peer_vpc>"}),
        ),
    ),
    *rows(
        "CreateInternetGateway",
        {},
        (
            {},
            "InternetGatewayLimitExceeded",
            "internet gateways",
            many(InternetGateway, quotas.INTERNET_GATEWAYS),
        ),
    ),
    *rows(
        "AttachInternetGateway",
        {"InternetGatewayId": "<igw>", "VpcId": "<peer_vpc>"},
        ({}, "Resource.AlreadyAssociated", "<vpc>"),
        (
            {"InternetGatewayId": "<third_igw>"},
            "InvalidParameterValue",
            "<peer_vpc>",
            example("CreateInternetGateway", third_igw="InternetGateway.InternetGatewayId"),
        ),
    ),
    *rows(
        "DetachInternetGateway",
        {"InternetGatewayId": "<igw>", "VpcId": "<vpc>"},
        ({"VpcId": "<peer_vpc>"}, "Gateway.NotAttached", "<vpc>"),
        ({"VpcId": "vpc-00000000"}, "Gateway.NotAttached", "vpc-00000000"),
        ({}, "DependencyViolation", "mapped public address", PUBLIC),
    ),
    *rows(
        "DeleteInternetGateway",
        {"InternetGatewayId": "<igw>"},
        ({}, "DependencyViolation", "<vpc>"),
    ),
    *rows(
        "CreateEgressOnlyInternetGateway",
        {"VpcId": "<vpc>"},
        (
            {},
            "EgressOnlyInternetGatewayLimitExceeded",
            "egress",
            many(EgressOnlyInternetGateway, quotas.EGRESS_ONLY_GATEWAYS),
        ),
    ),
    *rows(
        "CreateCustomerGateway",
        {"Type": "ipsec.1", "IpAddress": "198.51.100.8"},
        ({"Type": "ipsec.2"}, "InvalidParameterValue", "ipsec.2"),
        ({"BgpAsn": 0}, "InvalidParameterValue", "bgpAsn"),
        ({"IpAddress": None}, "MissingParameter", "ipAddress"),
        ({"IpAddress": "there"}, "InvalidParameterValue", "there"),
        (
            {},
            "CustomerGatewayLimitExceeded",
            "customer gateways",
            many(CustomerGateway, quotas.CUSTOMER_GATEWAYS),
        ),
    ),
    *rows(
        "CreateVpnGateway",
        {"Type": "ipsec.1"},
        ({"Type": "ipsec.2"}, "InvalidParameterValue", "ipsec.2"),
        ({"AmazonSideAsn": 7}, "InvalidParameterValue", "amazonSideAsn"),
        ({}, "VpnGatewayLimitExceeded", "gateways", many(VpnGateway, quotas.VPN_GATEWAYS)),
    ),
    *rows(
        "AttachVpnGateway",
        {"VpnGatewayId": "<vgw>", "VpcId": "<peer_vpc>"},
        ({}, "VpnGatewayAttachmentLimitExceeded", "<vpc>"),
        (
            {"VpnGatewayId": "<spare_vgw>", "VpcId": "<vpc>"},
            "InvalidVpcState",
            "<vgw>",
            SPARE_VGW,
        ),
    ),
    *rows(
        "DetachVpnGateway",
        {"VpnGatewayId": "<vgw>", "VpcId": "<peer_vpc>"},
        ({}, "InvalidVpnGatewayAttachment.NotFound", "<peer_vpc>"),
    ),
    *rows("DeleteVpnGateway", {"VpnGatewayId": "<vgw>"}, ({}, "IncorrectState", "<vpc>")),
    *rows(
        "EnableVgwRoutePropagation",
        {"RouteTableId": "<rtb>", "GatewayId": "<spare_vgw>"},
        ({}, "Gateway.NotAttached", "<spare_vgw>", SPARE_VGW),
    ),
    *rows(
        "DisableVgwRoutePropagation",
        {"RouteTableId": "<rtb>", "GatewayId": "<vgw>"},
        ({}, "InvalidRoute.NotFound", "<vgw>"),
    ),
    *rows(
        "CreateKeyPair",
        {"KeyName": "new"},
        ({"KeyName": "made"}, "InvalidKeyPair.Duplicate", "made"),
        ({"KeyName": "n" * 256}, "InvalidParameterValue", "255"),
        ({"KeyType": "dsa"}, "InvalidParameterValue", "dsa"),
        ({}, "KeyPairLimitExceeded", "key pairs", many(KeyPair, quotas.KEY_PAIRS)),
    ),
    *rows(
        "ImportKeyPair",
        {"KeyName": "new", "PublicKeyMaterial": b"secret"},
        ({}, "InvalidKey.Format", "ssh-rsa"),
    ),
    *rows("DeleteKeyPair", {}, ({}, "MissingParameter", "KeyName")),
    *rows(
        "DescribeKeyPairs",
        {},
        ({"KeyNames": ["nobody"]}, "InvalidKeyPair.NotFound", "nobody"),
        (
            {"KeyPairIds": ["key-00000000000000000"]},
            "InvalidKeyPair.NotFound",
            "key-00000000000000000",
        ),
    ),
)

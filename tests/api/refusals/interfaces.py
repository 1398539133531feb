"""Network interfaces and their addresses, Elastic IPs, NAT gateways."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv6Network

from genkan.api import quotas
from genkan.api.interface_limits import MOST_ADDRESSES
from genkan.model.elastic_ip import ElasticIp
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network_interface import NetworkInterface
from tests.api.boto import OTHER_ACCOUNT, Site
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import as_partner, many

NEW = {"SubnetId": "<subnet>"}
ENI = {"NetworkInterfaceId": "<eni>"}
TO_ENI = {"AllocationId": "<eip>", "NetworkInterfaceId": "<eni>"}
NAT = {"SubnetId": "<subnet>", "AllocationId": "<eip>"}
PRIVATE_NAT = {"SubnetId": "<subnet>", "ConnectivityType": "private"}
ATTACH = {"NetworkInterfaceId": "<eni>", "InstanceId": "<instance>", "DeviceIndex": 1}
ATTACHED = example("AttachNetworkInterface", ATTACH, attachment="AttachmentId")
GONE = example("TerminateInstances", {"InstanceIds": ["<instance>"]})
ON_ENI = example("AssociateAddress", TO_ENI, eipassoc="AssociationId")
WITH_IPV6 = (
    example("AssociateSubnetCidrBlock", {"SubnetId": "<subnet>", "Ipv6CidrBlock": "<subnet_ipv6>"}),
    example(
        "AssignIpv6Addresses",
        {"NetworkInterfaceId": "<eni>", "Ipv6AddressCount": 1},
        ipv6_address="AssignedIpv6Addresses[0]",
    ),
)

OFFER = {"AllocationId": "<eip>", "TransferAccountId": "<other>"}
OFFERED = example("EnableAddressTransfer", OFFER)
HAVE_IP = example("DescribeAddresses", {"AllocationIds": ["<eip>"]}, eip_ip="Addresses[0].PublicIp")


def after_a_week(site: Site) -> None:
    """Go on when an offer has expired."""
    site.call = replace(site.call, now=site.call.now + timedelta(days=7))


def name_prefix_parts(site: Site) -> None:
    """Call the first prefix of the subnet, which holds reserved addresses, by a name."""
    whole = IPv6Network(site.names["subnet_ipv6"])
    site.names["first_prefix"] = f"{whole[0]}/80"
    if "prefix" in site.names:
        site.names["prefix_ip"] = str(IPv6Network(site.names["prefix"])[7])


WITH_IPV6 = (*WITH_IPV6, name_prefix_parts)
WITH_PREFIX = (
    *WITH_IPV6,
    example(
        "AssignIpv6Addresses",
        {"NetworkInterfaceId": "<eni>", "Ipv6PrefixCount": 1},
        prefix="AssignedIpv6Prefixes[0]",
    ),
    name_prefix_parts,
)
PRIMARY_IPV6 = example(
    "ModifyNetworkInterfaceAttribute", {"NetworkInterfaceId": "<eni>", "EnablePrimaryIpv6": True}
)
PEER_ENI = example(
    "CreateNetworkInterface",
    {"SubnetId": "<peer_subnet>"},
    peer_eni="NetworkInterface.NetworkInterfaceId",
)
ENI_C = example(
    "CreateNetworkInterface",
    {"SubnetId": "<subnet_c>"},
    eni_c="NetworkInterface.NetworkInterfaceId",
)
LONE = (
    example("CreateVpc", {"CidrBlock": "10.70.0.0/16"}, lone_vpc="Vpc.VpcId"),
    example(
        "CreateSubnet",
        {"VpcId": "<lone_vpc>", "CidrBlock": "10.70.0.0/24"},
        lone_subnet="Subnet.SubnetId",
    ),
    example(
        "CreateNetworkInterface",
        {"SubnetId": "<lone_subnet>"},
        lone_eni="NetworkInterface.NetworkInterfaceId",
    ),
)
DELETED_NAT = example("DeleteNatGateway", {"NatGatewayId": "<private_nat>"})
GROUPS = tuple(
    example(
        "CreateSecurityGroup",
        {"GroupName": f"g{n}", "Description": "one of many", "VpcId": "<vpc>"},
        **{f"g{n}": "GroupId"},
    )
    for n in range(17)
)


def pending(site: Site) -> None:
    """Let the NAT gateway be on its way."""
    from dataclasses import replace

    gateway = site.call.network.get(NatGateway, site.names["private_nat"])
    site.put(replace(gateway, state=NatGatewayState.PENDING))


ROWS: tuple[Row, ...] = (
    *rows(
        "CreateNetworkInterface",
        NEW,
        ({"InterfaceType": "efa"}, "UnsupportedOperation", "efa"),
        ({"Description": "d" * 256}, "InvalidParameterValue", "256"),
        ({"Groups": ["<peer_sg>"]}, "InvalidParameter", "<peer_sg>"),
        (
            {"Groups": [f"<g{n}>" for n in range(17)]},
            "SecurityGroupsPerInterfaceLimitExceeded",
            "17",
            *GROUPS,
        ),
        ({"PrivateIpAddress": "ten"}, "InvalidParameterValue", "ten"),
        ({"PrivateIpAddress": "10.0.0.1"}, "InvalidParameterValue", "10.0.0.1"),
        ({"PrivateIpAddress": "10.9.9.9"}, "InvalidParameterValue", "10.9.9.9"),
        (
            {"PrivateIpAddress": "10.0.0.88"},
            "InvalidIPAddress.InUse",
            "10.0.0.88",
            example("CreateNetworkInterface", {**NEW, "PrivateIpAddress": "10.0.0.88"}),
        ),
        (
            {
                "PrivateIpAddresses": [
                    {"PrivateIpAddress": "10.0.0.81", "Primary": True},
                    {"PrivateIpAddress": "10.0.0.82", "Primary": True},
                ]
            },
            "InvalidParameterCombination",
            "primary",
        ),
        (
            {
                "PrivateIpAddresses": [
                    {"PrivateIpAddress": "10.0.0.81", "Primary": True},
                    {"PrivateIpAddress": "10.0.0.82", "Primary": False},
                ],
                "SecondaryPrivateIpAddressCount": 1,
            },
            "InvalidParameterCombination",
            "counted",
        ),
        ({"SecondaryPrivateIpAddressCount": -1}, "InvalidParameterValue", "-1"),
        (
            {"SecondaryPrivateIpAddressCount": MOST_ADDRESSES + 1},
            "PrivateIpAddressLimitExceeded",
            str(MOST_ADDRESSES),
        ),
        (
            {"Ipv6Addresses": [{"Ipv6Address": "2001:db8::1"}], "Ipv6AddressCount": 1},
            "InvalidParameterCombination",
            "counted",
        ),
        ({"Ipv6AddressCount": -1}, "InvalidParameterValue", "-1"),
        ({"Ipv6Addresses": [{"Ipv6Address": "six"}]}, "InvalidParameterValue", "six"),
        ({"Ipv6AddressCount": 1}, "InvalidParameterValue", "<subnet>"),
        ({"EnablePrimaryIpv6": True}, "InvalidParameterValue", "IPv6"),
        (
            {"ConnectionTrackingSpecification": {"TcpEstablishedTimeout": 1}},
            "InvalidParameterValue",
            "1",
        ),
        (
            {"SubnetId": "<tiny_subnet>"},
            "InsufficientFreeAddressesInSubnet",
            "<tiny_subnet>",
            example(
                "CreateSubnet",
                {"VpcId": "<vpc>", "CidrBlock": "10.0.222.0/28"},
                tiny_subnet="Subnet.SubnetId",
            ),
            *(example("CreateNetworkInterface", {"SubnetId": "<tiny_subnet>"}) for _ in range(11)),
        ),
        (
            {},
            "NetworkInterfaceLimitExceeded",
            "interfaces",
            many(NetworkInterface, quotas.INTERFACES, subnet_id="subnet-0", vpc_id="vpc-0"),
        ),
    ),
    *rows(
        "DeleteNetworkInterface",
        {"NetworkInterfaceId": "<instance_eni>"},
        ({}, "InvalidParameterValue", "<instance_eni>"),
        ({"NetworkInterfaceId": "<vpce_eni>"}, "OperationNotPermitted", "<vpce_eni>"),
    ),
    *rows(
        "ModifyNetworkInterfaceAttribute",
        ENI,
        ({"EnablePrimaryIpv6": False}, "InvalidParameterValue", "stays", *WITH_IPV6, PRIMARY_IPV6),
        ({"AssociatePublicIpAddress": True}, "InvalidParameterValue", "<eni>"),
        ({"Attachment": {"DeleteOnTermination": True}}, "MissingParameter", "attachmentId"),
        ({"Attachment": {"DefaultEnaQueueCount": True}}, "UnsupportedOperation", "EnaQueueCount"),
        ({}, "MissingParameter", "No attributes"),
    ),
    *rows("ResetNetworkInterfaceAttribute", ENI, ({}, "MissingParameter", "sourceDestCheck")),
    *rows(
        "DescribeNetworkInterfaceAttribute",
        ENI,
        ({}, "MissingParameter", "No attributes"),
        ({"Attribute": "colour"}, "InvalidParameterValue", "colour"),
    ),
    *rows(
        "EnableAddressTransfer",
        OFFER,
        ({"TransferAccountId": "12"}, "InvalidParameterValue", "12"),
        ({"TransferAccountId": "<account>"}, "InvalidParameterValue", "<account>"),
    ),
    *rows(
        "DisableAddressTransfer",
        {"AllocationId": "<eip>"},
        ({}, "InvalidTransfer.AddressNotFound", "transfer"),
        ({}, "InvalidTransfer.AddressNotFound", "transfer", OFFERED, after_a_week),
    ),
    *rows(
        "AcceptAddressTransfer",
        {"Address": "<eip_ip>"},
        ({}, "InvalidTransfer.AddressNotFound", "<eip_ip>", HAVE_IP, as_partner),
        (
            {},
            "InvalidTransfer.AddressNotFound",
            "<eip_ip>",
            HAVE_IP,
            OFFERED,
            as_partner,
            after_a_week,
        ),
        ({}, "InvalidTransfer.AddressNotFound", "<eip_ip>", HAVE_IP, OFFERED),
        ({"Address": "ten"}, "InvalidAddress.Malformed", "ten"),
        (
            {},
            "InvalidTransfer.AddressAssociated",
            "<eip_ip>",
            HAVE_IP,
            ON_ENI,
            OFFERED,
            as_partner,
        ),
        (
            {},
            "InvalidTransfer.AddressCustomPtrSet",
            "mail.example.com",
            HAVE_IP,
            example(
                "ModifyAddressAttribute",
                {"AllocationId": "<eip>", "DomainName": "mail.example.com"},
            ),
            OFFERED,
            as_partner,
        ),
        (
            {},
            "AddressLimitExceeded",
            "Elastic",
            HAVE_IP,
            OFFERED,
            as_partner,
            many(ElasticIp, quotas.ELASTIC_IPS, account=OTHER_ACCOUNT),
        ),
    ),
    *rows(
        "AssignIpv6Addresses",
        ENI,
        (
            {"Ipv6AddressCount": 1, "Ipv6PrefixCount": 1},
            "InvalidParameterCombination",
            "two",
            *WITH_IPV6,
        ),
        (
            {"Ipv6Prefixes": ["<prefix>"], "Ipv6PrefixCount": 1},
            "InvalidParameterCombination",
            "ipv6PrefixCount",
            *WITH_PREFIX,
        ),
        ({"Ipv6PrefixCount": 51}, "InvalidParameterValue", "51", *WITH_IPV6),
        ({"Ipv6Prefixes": ["<subnet_ipv6>"]}, "InvalidParameterValue", "/80", *WITH_IPV6),
        ({"Ipv6Prefixes": ["fd00::/80"]}, "InvalidParameterValue", "fd00::/80", *WITH_IPV6),
        ({"Ipv6Prefixes": ["<first_prefix>"]}, "InvalidParameterValue", "never", *WITH_IPV6),
        ({"Ipv6Prefixes": ["<prefix>"]}, "InvalidIPAddress.InUse", "<prefix>", *WITH_PREFIX),
        ({"Ipv6Addresses": ["<prefix_ip>"]}, "InvalidIPAddress.InUse", "<prefix>", *WITH_PREFIX),
        ({"Ipv6PrefixCount": 1}, "InsufficientCidrBlocks", "/80"),
        (
            {"NetworkInterfaceId": "<instance_eni>", "Ipv6PrefixCount": 3},
            "PrivateIpAddressLimitExceeded",
            "3",
            *WITH_IPV6,
        ),
    ),
    *rows(
        "UnassignIpv6Addresses",
        ENI,
        ({"Ipv6Prefixes": ["fd00::/80"]}, "InvalidParameterValue", "fd00::/80", *WITH_PREFIX),
    ),
    *rows(
        "CreateNetworkInterface",
        {"SubnetId": "<subnet>"},
        (
            {"Ipv6Prefixes": [{"Ipv6Prefix": "<prefix>"}]},
            "InvalidIPAddress.InUse",
            "<prefix>",
            *WITH_PREFIX,
        ),
    ),
    *rows(
        "AssignPrivateIpAddresses",
        ENI,
        (
            {"PrivateIpAddresses": ["10.0.0.90"], "Ipv4PrefixCount": 1},
            "InvalidParameterCombination",
            "two",
        ),
        (
            {"Ipv4Prefixes": ["10.0.0.160/28"], "Ipv4PrefixCount": 1},
            "InvalidParameterCombination",
            "ipv4PrefixCount",
        ),
        ({"Ipv4PrefixCount": 51}, "InvalidParameterValue", "51"),
        ({"Ipv4PrefixCount": 50}, "InsufficientCidrBlocks", "50"),
        ({"Ipv4Prefixes": ["10.0.0.160/27"]}, "InvalidParameterValue", "/28"),
        ({"Ipv4Prefixes": ["10.0.0.0/28"]}, "InvalidParameterValue", "never assigned"),
        (
            {"Ipv4Prefixes": ["10.0.0.160/28"]},
            "InvalidIPAddress.InUse",
            "10.0.0.160/28",
            example(
                "CreateNetworkInterface",
                {"SubnetId": "<subnet>", "Ipv4Prefixes": [{"Ipv4Prefix": "10.0.0.160/28"}]},
            ),
        ),
        (
            {"PrivateIpAddresses": ["10.0.0.90"], "SecondaryPrivateIpAddressCount": 1},
            "InvalidParameterCombination",
            "together",
        ),
        ({}, "MissingParameter", "must be specified"),
        ({"SecondaryPrivateIpAddressCount": -1}, "InvalidParameterValue", "-1"),
        (
            {"NetworkInterfaceId": "<instance_eni>", "SecondaryPrivateIpAddressCount": 9},
            "PrivateIpAddressLimitExceeded",
            "t3.micro",
        ),
    ),
    *rows(
        "UnassignPrivateIpAddresses",
        {"NetworkInterfaceId": "<instance_eni>"},
        ({}, "MissingParameter", "privateIpAddresses"),
        ({"PrivateIpAddresses": ["10.0.0.99"]}, "InvalidParameterValue", "10.0.0.99"),
        ({"Ipv4Prefixes": ["10.0.0.160/28"]}, "InvalidParameterValue", "10.0.0.160/28"),
        (
            {"PrivateIpAddresses": ["<own_ip>"]},
            "InvalidParameterValue",
            "primary",
            example(
                "DescribeNetworkInterfaces",
                {"NetworkInterfaceIds": ["<instance_eni>"]},
                own_ip="NetworkInterfaces[0].PrivateIpAddress",
            ),
        ),
    ),
    *rows(
        "UnassignIpv6Addresses",
        ENI,
        ({}, "MissingParameter", "ipv6Addresses"),
        ({"Ipv6Addresses": ["2001:db8::9"]}, "InvalidParameterValue", "2001:db8::9"),
        (
            {"Ipv6Addresses": ["<ipv6_address>"]},
            "InvalidParameterValue",
            "primary",
            *WITH_IPV6,
            PRIMARY_IPV6,
        ),
    ),
    *rows(
        "AttachNetworkInterface",
        ATTACH,
        ({"DeviceIndex": 2}, "InvalidNetworkInterface.InUse", "<eni>", ATTACHED),
        ({}, "IncorrectState", "terminated", GONE),
        ({"NetworkInterfaceId": "<eni_c>"}, "InvalidParameterCombination", "zone", ENI_C),
        ({"NetworkInterfaceId": "<peer_eni>"}, "InvalidParameterCombination", "VPC", PEER_ENI),
        ({"DeviceIndex": 0}, "InvalidParameterValue", "0"),
        ({"NetworkInterfaceId": "<spare_eni>"}, "InvalidParameterValue", "1", ATTACHED),
        ({"NetworkCardIndex": 1}, "InvalidParameterValue", "card 1"),
        (
            {"NetworkInterfaceId": "<spare_eni>", "DeviceIndex": 2},
            "AttachmentLimitExceeded",
            "t3.micro",
            ATTACHED,
        ),
    ),
    *rows(
        "DetachNetworkInterface",
        {"AttachmentId": "<instance_attachment>"},
        ({}, "OperationNotPermitted", "index 0"),
    ),
    *rows(
        "CreateNetworkInterfacePermission",
        {**ENI, "AwsAccountId": "<other>", "Permission": "INSTANCE-ATTACH"},
        ({"Permission": "LOOK"}, "InvalidParameterValue", "LOOK"),
        ({"AwsAccountId": None}, "MissingParameter", "awsAccountId"),
        ({"AwsAccountId": "12"}, "InvalidParameterValue", "12"),
    ),
    *rows(
        "AllocateAddress",
        {},
        ({"Domain": "standard"}, "InvalidParameterValue", "standard"),
        ({"NetworkBorderGroup": "moon-1"}, "InvalidParameterValue", "<region>"),
        ({"Address": "198.51.100.1"}, "InvalidAddress.NotFound", "198.51.100.1"),
        ({}, "AddressLimitExceeded", "Elastic", many(ElasticIp, quotas.ELASTIC_IPS)),
    ),
    *rows(
        "ReleaseAddress",
        {"AllocationId": "<eip>"},
        ({"NetworkBorderGroup": "moon-1"}, "InvalidParameterValue", "moon-1"),
        ({"AllocationId": None, "PublicIp": "<public_ip>"}, "InvalidParameterValue", "allocation"),
        ({}, "InvalidIPAddress.InUse", "<eni>", ON_ENI),
        ({"AllocationId": "<nat_eip>"}, "InvalidIPAddress.InUse", "in use"),
        (
            {},
            "InvalidAddress.Locked",
            "mail.example.org",
            example(
                "ModifyAddressAttribute",
                {"AllocationId": "<eip>", "DomainName": "mail.example.org"},
            ),
        ),
    ),
    *rows(
        "DescribeAddresses",
        {"PublicIps": ["198.51.100.1"]},
        ({}, "InvalidAddress.NotFound", "198.51.100.1"),
        ({"PublicIps": ["ten"]}, "InvalidAddress.Malformed", "ten"),
    ),
    *rows(
        "AssociateAddress",
        TO_ENI,
        ({"PublicIp": "<public_ip>"}, "InvalidParameterCombination", "both"),
        ({"AllocationId": None}, "MissingParameter", "allocation"),
        ({"InstanceId": "<instance>"}, "InvalidParameterCombination", "both"),
        ({"NetworkInterfaceId": None}, "MissingParameter", "InstanceId"),
        (
            {"NetworkInterfaceId": None, "InstanceId": "<instance>"},
            "InvalidInstanceID",
            "terminated",
            GONE,
        ),
        (
            {"NetworkInterfaceId": None, "InstanceId": "<instance>"},
            "InvalidInstanceID",
            "multiple",
            ATTACHED,
        ),
        ({"PrivateIpAddress": "10.0.0.99"}, "InvalidParameterValue", "10.0.0.99"),
        ({"NetworkInterfaceId": "<lone_eni>"}, "Gateway.NotAttached", "<lone_vpc>", *LONE),
        ({"AllocationId": "<second_eip>"}, "Resource.AlreadyAssociated", "<eni>", ON_ENI),
        (
            {"NetworkInterfaceId": "<spare_eni>"},
            "Resource.AlreadyAssociated",
            "<eip>",
            ON_ENI,
        ),
    ),
    *rows(
        "DisassociateAddress",
        {},
        ({}, "MissingParameter", "AssociationId"),
        (
            {"PublicIp": "<nat_ip>"},
            "AuthFailure",
            "permission",
            example(
                "DescribeAddresses",
                {"AllocationIds": ["<nat_eip>"]},
                nat_ip="Addresses[0].PublicIp",
            ),
        ),
    ),
    *rows(
        "ModifyAddressAttribute",
        {"AllocationId": "<eip>"},
        ({}, "MissingParameter", "DomainName"),
        ({"DomainName": "mail"}, "InvalidParameterValue", "mail"),
    ),
    *rows(
        "ResetAddressAttribute",
        {"AllocationId": "<eip>", "Attribute": "colour"},
        ({}, "InvalidParameterValue", "colour"),
    ),
    *rows(
        "CreateNatGateway",
        NAT,
        ({"SubnetId": None}, "MissingParameter", "ubnetId"),
        ({"ConnectivityType": "half"}, "InvalidParameterValue", "half"),
        ({"AllocationId": None}, "MissingParameter", "AllocationId"),
        ({"SecondaryAllocationIds": ["<eip>"]}, "InvalidParameterValue", "multiple"),
        ({"ConnectivityType": "private"}, "InvalidParameterValue", "private NAT"),
        (
            {"SecondaryPrivateIpAddresses": ["10.0.0.61"], "SecondaryPrivateIpAddressCount": 1},
            "InvalidParameterCombination",
            "together",
        ),
        ({"SecondaryPrivateIpAddressCount": 1}, "InvalidParameterCombination", "private"),
        ({"SecondaryPrivateIpAddresses": ["10.0.0.61"]}, "InvalidParameterValue", "0 secondary"),
        (
            {**PRIVATE_NAT, "AllocationId": None, "SecondaryPrivateIpAddressCount": -1},
            "InvalidParameterValue",
            "-1",
        ),
        (
            {**PRIVATE_NAT, "AllocationId": None, "SecondaryPrivateIpAddressCount": 8},
            "PrivateIpAddressLimitExceeded",
            "8",
        ),
        ({}, "NatGatewayLimitExceeded", "NAT", many(NatGateway, quotas.NAT_GATEWAYS)),
    ),
    *rows(
        "AssociateNatGatewayAddress",
        {"NatGatewayId": "<nat>", "AllocationIds": ["<eip>"]},
        ({}, "Resource.AlreadyAssociated", "<eip>", ON_ENI),
        (
            {"PrivateIpAddresses": ["10.0.0.61", "10.0.0.62"]},
            "InvalidParameterValue",
            "2 private",
        ),
        ({"NatGatewayId": "<private_nat>"}, "InvalidParameterValue", "private"),
    ),
    *rows(
        "AssignPrivateNatGatewayAddress",
        {"NatGatewayId": "<private_nat>"},
        (
            {"PrivateIpAddresses": ["10.0.0.61"], "PrivateIpAddressCount": 1},
            "InvalidParameterCombination",
            "together",
        ),
        ({}, "MissingParameter", "must be specified"),
        ({"PrivateIpAddressCount": 1}, "IncorrectState", "pending", pending),
    ),
    *rows(
        "UnassignPrivateNatGatewayAddress",
        {"NatGatewayId": "<private_nat>", "PrivateIpAddresses": ["10.0.0.99"]},
        ({}, "InvalidParameterValue", "10.0.0.99"),
        ({"MaxDrainDurationSeconds": 0}, "InvalidParameterValue", "0"),
    ),
)

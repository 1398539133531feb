"""Network interfaces, Elastic IPs, NAT gateways."""

from tests.api.boto import OTHER_ACCOUNT
from tests.api.examples.example import example, tagged

MAKE = (
    example(
        "CreateNetworkInterface",
        {
            "SubnetId": "<subnet>",
            "Groups": ["<sg>"],
            "Description": "second",
            "TagSpecifications": tagged("network-interface", "second"),
        },
        eni="NetworkInterface.NetworkInterfaceId",
    ),
    example(
        "CreateNetworkInterface",
        {"SubnetId": "<subnet>"},
        spare_eni="NetworkInterface.NetworkInterfaceId",
    ),
    example(
        "CreateNetworkInterfacePermission",
        {
            "NetworkInterfaceId": "<spare_eni>",
            "AwsAccountId": "<other>",
            "Permission": "INSTANCE-ATTACH",
        },
        eni_perm="InterfacePermission.NetworkInterfacePermissionId",
    ),
    example("AllocateAddress", {"Domain": "vpc"}, eip="AllocationId", public_ip="PublicIp"),
    example("AllocateAddress", {"Domain": "vpc"}, nat_eip="AllocationId"),
    example("AllocateAddress", {"Domain": "vpc"}, second_eip="AllocationId"),
    example(
        "CreateNatGateway",
        {"SubnetId": "<subnet>", "AllocationId": "<nat_eip>"},
        nat="NatGateway.NatGatewayId",
    ),
    example(
        "CreateNatGateway",
        {"SubnetId": "<subnet>", "ConnectivityType": "private"},
        private_nat="NatGateway.NatGatewayId",
    ),
)
USE = (
    example("DescribeNetworkInterfaces", {"NetworkInterfaceIds": ["<eni>"]}),
    example(
        "DescribeNetworkInterfacePermissions", {"NetworkInterfacePermissionIds": ["<eni_perm>"]}
    ),
    example(
        "AssignPrivateIpAddresses",
        {"NetworkInterfaceId": "<eni>", "PrivateIpAddresses": ["10.0.0.50"]},
    ),
    example(
        "UnassignPrivateIpAddresses",
        {"NetworkInterfaceId": "<eni>", "PrivateIpAddresses": ["10.0.0.50"]},
    ),
    example(
        "AssignPrivateIpAddresses",
        {"NetworkInterfaceId": "<eni>", "Ipv4Prefixes": ["10.0.0.160/28"]},
    ),
    example(
        "UnassignPrivateIpAddresses",
        {"NetworkInterfaceId": "<eni>", "Ipv4Prefixes": ["10.0.0.160/28"]},
    ),
    example(
        "AssociateSubnetCidrBlock",
        {"SubnetId": "<subnet>", "Ipv6CidrBlock": "<subnet_ipv6>"},
        subnet_ipv6_association="Ipv6CidrBlockAssociation.AssociationId",
    ),
    example(
        "AssignIpv6Addresses",
        {"NetworkInterfaceId": "<eni>", "Ipv6AddressCount": 1},
        ipv6_address="AssignedIpv6Addresses[0]",
    ),
    example(
        "UnassignIpv6Addresses",
        {"NetworkInterfaceId": "<eni>", "Ipv6Addresses": ["<ipv6_address>"]},
    ),
    example(
        "AssignIpv6Addresses",
        {"NetworkInterfaceId": "<eni>", "Ipv6PrefixCount": 1},
        ipv6_prefix="AssignedIpv6Prefixes[0]",
    ),
    example(
        "UnassignIpv6Addresses",
        {"NetworkInterfaceId": "<eni>", "Ipv6Prefixes": ["<ipv6_prefix>"]},
    ),
    example("DisassociateSubnetCidrBlock", {"AssociationId": "<subnet_ipv6_association>"}),
    example("AllocateAddress", offered_eip="AllocationId", offered_ip="PublicIp"),
    example(
        "EnableAddressTransfer",
        {"AllocationId": "<offered_eip>", "TransferAccountId": "<other>"},
    ),
    example("DisableAddressTransfer", {"AllocationId": "<offered_eip>"}),
    example(
        "EnableAddressTransfer",
        {"AllocationId": "<offered_eip>", "TransferAccountId": "<other>"},
    ),
    example("DescribeAddressTransfers", {"AllocationIds": ["<offered_eip>"]}),
    example("AcceptAddressTransfer", {"Address": "<offered_ip>"}, account=OTHER_ACCOUNT),
    example(
        "ModifyNetworkInterfaceAttribute",
        {"NetworkInterfaceId": "<eni>", "Groups": ["<sg>", "<default_sg>"]},
    ),
    example(
        "ModifyNetworkInterfaceAttribute",
        {"NetworkInterfaceId": "<eni>", "SourceDestCheck": {"Value": False}},
    ),
    example(
        "DescribeNetworkInterfaceAttribute",
        {"NetworkInterfaceId": "<eni>", "Attribute": "sourceDestCheck"},
    ),
    example(
        "ResetNetworkInterfaceAttribute",
        {"NetworkInterfaceId": "<eni>", "SourceDestCheck": "true"},
    ),
    example(
        "AttachNetworkInterface",
        {"NetworkInterfaceId": "<eni>", "InstanceId": "<instance>", "DeviceIndex": 1},
        attachment="AttachmentId",
    ),
    example(
        "ModifyNetworkInterfaceAttribute",
        {
            "NetworkInterfaceId": "<eni>",
            "Attachment": {"AttachmentId": "<attachment>", "DeleteOnTermination": True},
        },
    ),
    example(
        "AssociateAddress",
        {"AllocationId": "<eip>", "NetworkInterfaceId": "<eni>"},
        eipassoc="AssociationId",
    ),
    example("DisassociateAddress", {"AssociationId": "<eipassoc>"}),
    example("DetachNetworkInterface", {"AttachmentId": "<attachment>"}),
    example(
        "AssociateAddress",
        {"AllocationId": "<eip>", "InstanceId": "<instance>"},
        eipassoc="AssociationId",
    ),
    example("DisassociateAddress", {"AssociationId": "<eipassoc>"}),
    example("DescribeAddresses", {"AllocationIds": ["<eip>"]}),
    example("ModifyAddressAttribute", {"AllocationId": "<eip>", "DomainName": "a.example.org"}),
    example(
        "DescribeAddressesAttribute",
        {"AllocationIds": ["<eip>"], "Attribute": "domain-name"},
    ),
    example("ResetAddressAttribute", {"AllocationId": "<eip>", "Attribute": "domain-name"}),
    example("DescribeNatGateways", {"NatGatewayIds": ["<nat>"]}),
    example("AllocateAddress", {"Domain": "vpc"}, third_eip="AllocationId"),
    example("AllocateAddress", {"Domain": "vpc"}, fourth_eip="AllocationId"),
    example(
        "CreateNatGateway",
        {
            "SubnetId": "<subnet>",
            "AllocationId": "<third_eip>",
            "SecondaryAllocationIds": ["<fourth_eip>"],
        },
    ),
    example(
        "AssociateNatGatewayAddress",
        {"NatGatewayId": "<nat>", "AllocationIds": ["<second_eip>"]},
        nat_eipassoc="NatGatewayAddresses[?AllocationId=='<second_eip>'].AssociationId | [0]",
    ),
    example(
        "DisassociateNatGatewayAddress",
        {"NatGatewayId": "<nat>", "AssociationIds": ["<nat_eipassoc>"]},
    ),
    example(
        "AssignPrivateNatGatewayAddress",
        {"NatGatewayId": "<private_nat>", "PrivateIpAddresses": ["10.0.0.60"]},
    ),
    example(
        "UnassignPrivateNatGatewayAddress",
        {"NatGatewayId": "<private_nat>", "PrivateIpAddresses": ["10.0.0.60"]},
    ),
)
UNMAKE = (
    example("DeleteNatGateway", {"NatGatewayId": "<private_nat>"}),
    example("ReleaseAddress", {"AllocationId": "<eip>"}),
    example("DeleteNetworkInterfacePermission", {"NetworkInterfacePermissionId": "<eni_perm>"}),
    example("DeleteNetworkInterface", {"NetworkInterfaceId": "<spare_eni>"}),
)

"""Instances: launched, changed, stopped; their types, profiles, images and disks."""

from genkan.api.instances import LARGEST_USER_DATA, MOST_AT_ONCE
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows

LAUNCH = {
    "ImageId": "<ami>",
    "InstanceType": "t3.micro",
    "MinCount": 1,
    "MaxCount": 1,
    "SubnetId": "<subnet>",
}
BY_INTERFACES = {**LAUNCH, "SubnetId": None}
ONE = {"InstanceId": "<instance>"}
SEVERAL = {"InstanceIds": ["<instance>"]}
GONE = example("TerminateInstances", SEVERAL)
PEER_ENI = example(
    "CreateNetworkInterface",
    {"SubnetId": "<peer_subnet>"},
    peer_eni="NetworkInterface.NetworkInterfaceId",
)
FULL_DEFAULT = (
    example("CreateDefaultVpc", default_vpc="Vpc.VpcId"),
    example(
        "DescribeSubnets",
        {"Filters": [{"Name": "vpc-id", "Values": ["<default_vpc>"]}]},
        first="Subnets[0].SubnetId",
        second="Subnets[1].SubnetId",
        third="Subnets[2].SubnetId",
    ),
    *(example("DeleteSubnet", {"SubnetId": f"<{name}>"}) for name in ("first", "second", "third")),
)


def interfaces(*wanted: dict) -> dict:
    """Give the parameter with these interfaces."""
    return {"NetworkInterfaces": list(wanted)}


FIRST = {"DeviceIndex": 0, "SubnetId": "<subnet>"}

ROWS: tuple[Row, ...] = (
    *rows(
        "RunInstances",
        LAUNCH,
        ({"MinCount": 0}, "InvalidParameterValue", "minCount"),
        ({"MinCount": 2}, "InvalidParameterValue", "minCount"),
        ({"MaxCount": MOST_AT_ONCE + 1}, "InstanceLimitExceeded", str(MOST_AT_ONCE)),
        ({"InstanceType": "t9.pico"}, "InvalidParameterValue", "t9.pico"),
        ({"ImageId": "image"}, "InvalidAMIID.Malformed", "image"),
        ({"KeyName": "nobody"}, "InvalidKeyPair.NotFound", "nobody"),
        ({"Placement": {"AvailabilityZone": "mars-1a"}}, "InvalidParameterValue", "[mars-1a]"),
        ({"Placement": {"AvailabilityZone": "<region>c"}}, "InvalidParameterValue", "<region>a"),
        (
            {"MaxCount": 2, "PrivateIpAddress": "10.0.0.70"},
            "InvalidParameterCombination",
            "Several",
        ),
        ({"SubnetId": None}, "VPCIdNotSpecified", "default VPC"),
        ({"SubnetId": None}, "MissingInput", "<default_vpc>", *FULL_DEFAULT),
        (interfaces(FIRST), "InvalidParameterCombination", "NetworkInterfaces"),
    ),
    *rows(
        "RunInstances",
        BY_INTERFACES,
        (interfaces({**FIRST, "DeviceIndex": 1}), "InvalidParameterValue", "begin with 0"),
        (
            interfaces(
                {"DeviceIndex": 0, "NetworkInterfaceId": "<eni>"},
                {"DeviceIndex": 1, "NetworkInterfaceId": "<eni>"},
            ),
            "InvalidParameterValue",
            "<eni>",
        ),
        (
            interfaces(FIRST, {"DeviceIndex": 1, "SubnetId": "<peer_subnet>"}),
            "InvalidParameterValue",
            "one VPC",
        ),
        (
            interfaces(FIRST, {"DeviceIndex": 1, "SubnetId": "<subnet_c>"}),
            "InvalidParameterValue",
            "one zone",
        ),
        (
            interfaces(
                {**FIRST, "AssociatePublicIpAddress": True},
                {"DeviceIndex": 1, "SubnetId": "<subnet>"},
            ),
            "InvalidParameterCombination",
            "multiple network interfaces",
        ),
        (
            interfaces(
                FIRST,
                {"DeviceIndex": 1, "SubnetId": "<subnet>", "AssociatePublicIpAddress": True},
            ),
            "InvalidParameterCombination",
            "index 0",
        ),
        (interfaces({**FIRST, "NetworkCardIndex": 1}), "UnsupportedOperation", "NetworkCardIndex"),
        (
            interfaces({"DeviceIndex": 0, "NetworkInterfaceId": "<instance_eni>"}),
            "InvalidNetworkInterface.InUse",
            "<instance_eni>",
        ),
        (
            interfaces({"DeviceIndex": 0, "NetworkInterfaceId": "<eni>", "SubnetId": "<subnet>"}),
            "InvalidParameterCombination",
            "<eni>",
        ),
        (
            interfaces(*({**FIRST, "DeviceIndex": n} for n in range(3))),
            "AttachmentLimitExceeded",
            "t3.micro",
        ),
    ),
    *rows(
        "RunInstances",
        LAUNCH,
        (
            {"UserData": "x" * (LARGEST_USER_DATA + 1)},
            "InvalidParameterValue",
            str(LARGEST_USER_DATA),
        ),
        (
            {"SecurityGroupIds": ["<peer_sg>"]},
            "InvalidParameter",
            "<peer_sg>",
        ),
    ),
    *rows(
        "DescribeVolumes",
        {},
        ({"VolumeIds": ["vol-0123456789abcdef0"]}, "InvalidVolume.NotFound", "vol-0123"),
        ({"VolumeIds": ["disk"]}, "InvalidVolumeID.Malformed", "disk"),
    ),
    *rows("StartInstances", {}, ({}, "InvalidParameterCombination", "No instances")),
    *rows("StartInstances", SEVERAL, ({}, "IncorrectInstanceState", "<instance>", GONE)),
    *rows(
        "StopInstances",
        SEVERAL,
        ({}, "IncorrectInstanceState", "<instance>", GONE),
        (
            {},
            "OperationNotPermitted",
            "disableApiStop",
            example("ModifyInstanceAttribute", {**ONE, "DisableApiStop": {"Value": True}}),
        ),
    ),
    *rows("RebootInstances", SEVERAL, ({}, "IncorrectInstanceState", "<instance>", GONE)),
    *rows(
        "TerminateInstances",
        SEVERAL,
        (
            {},
            "OperationNotPermitted",
            "disableApiTermination",
            example("ModifyInstanceAttribute", {**ONE, "DisableApiTermination": {"Value": True}}),
        ),
    ),
    *rows(
        "ModifyInstanceCreditSpecification",
        {"InstanceCreditSpecifications": [{"InstanceId": "<instance>", "CpuCredits": "standard"}]},
        (
            {"InstanceCreditSpecifications": [{"InstanceId": "<instance>", "CpuCredits": "much"}]},
            "InvalidCpuCredits",
            "much",
        ),
        (
            {"InstanceCreditSpecifications": [{"InstanceId": "<instance>"}] * 2},
            "InvalidInstanceCreditSpecification.DuplicateInstanceId",
            "<instance>",
        ),
    ),
    *rows(
        "DescribeInstanceAttribute",
        {**ONE, "Attribute": "colour"},
        ({}, "InvalidParameterValue", "colour"),
    ),
    *rows(
        "ModifyInstanceAttribute",
        ONE,
        ({"Attribute": "colour", "Value": "red"}, "InvalidParameterValue", "colour"),
        (
            {"Attribute": "rootDeviceName", "Value": "/dev/sda1"},
            "UnsupportedInstanceAttribute",
            "rootDeviceName",
        ),
        ({"InstanceType": {"Value": "t3.small"}}, "IncorrectInstanceState", "stopped"),
        (
            {"InstanceType": {"Value": "t9.pico"}},
            "InvalidInstanceAttributeValue",
            "t9.pico",
            example("StopInstances", SEVERAL),
        ),
        ({}, "InvalidParameterCombination", "No attributes"),
    ),
    *rows(
        "ResetInstanceAttribute",
        {**ONE, "Attribute": "kernel"},
        ({}, "InvalidParameterValue", "kernel"),
    ),
    *rows(
        "ModifyInstanceMetadataOptions",
        ONE,
        ({"HttpPutResponseHopLimit": 65}, "InvalidParameterValue", "65"),
        ({"HttpTokens": "some"}, "InvalidParameterValue", "some"),
        ({"HttpTokens": "required"}, "IncorrectInstanceState", "terminated", GONE),
    ),
    *rows(
        "ModifyPrivateDnsNameOptions",
        {**ONE, "PrivateDnsHostnameType": "resource-name"},
        ({}, "IncorrectInstanceState", "stopped"),
    ),
    *rows(
        "AssociateIamInstanceProfile",
        {**ONE, "IamInstanceProfile": {"Name": "app"}},
        ({}, "IncorrectState", "<instance>"),
    ),
    *rows(
        "ReplaceIamInstanceProfileAssociation",
        {"AssociationId": "<profile_association>"},
        ({"IamInstanceProfile": {"Arn": ""}}, "MissingParameter", "IamInstanceProfile"),
        (
            {"IamInstanceProfile": {"Arn": "arn:aws:iam::1:role/x"}},
            "InvalidIamInstanceProfileArn.Malformed",
            "role/x",
        ),
    ),
    *rows(
        "DescribeInstanceTypes",
        {"InstanceTypes": ["t9.pico"]},
        ({}, "InvalidInstanceType", "t9.pico"),
    ),
    *rows(
        "DescribeInstanceTypeOfferings",
        {"LocationType": "moon"},
        ({}, "InvalidParameterValue", "moon"),
    ),
)

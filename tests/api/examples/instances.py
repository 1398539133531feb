"""Instances, key pairs, images, instance types and profiles."""

from tests.api.examples.example import by, example

PUBLIC_KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBMZB0bM3tGYJXQVjJ0mvuA7oKBmbzvmvYYc1pJVvKZx a@b"
LAUNCH = {"ImageId": "<ami>", "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
PROFILE = {"Name": "web"}

MAKE = (
    example(
        "ImportKeyPair",
        {"KeyName": "imported", "PublicKeyMaterial": PUBLIC_KEY},
        key="KeyPairId",
    ),
    example("CreateKeyPair", {"KeyName": "made", "KeyType": "ed25519"}, made_key="KeyPairId"),
    example("DescribeImages", {"Owners": ["amazon"]}, ami="Images[0].ImageId"),
    example(
        "RunInstances",
        {
            **LAUNCH,
            "SubnetId": "<subnet>",
            "SecurityGroupIds": ["<sg>"],
            "KeyName": "imported",
        },
        instance="Instances[0].InstanceId",
        instance_eni="Instances[0].NetworkInterfaces[0].NetworkInterfaceId",
        instance_attachment="Instances[0].NetworkInterfaces[0].Attachment.AttachmentId",
    ),
    example(
        "AssociateIamInstanceProfile",
        {"InstanceId": "<instance>", "IamInstanceProfile": PROFILE},
        profile_association="IamInstanceProfileAssociation.AssociationId",
    ),
)
USE = (
    example("GetInstanceMetadataDefaults"),
    example(
        "ModifyInstanceMetadataDefaults",
        {"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
    ),
    example(
        "ModifyInstanceMetadataDefaults",
        {"HttpTokens": "no-preference", "HttpPutResponseHopLimit": -1},
    ),
    example("DescribeCapacityReservations"),
    example("DescribeVpcClassicLink", {"VpcIds": ["<vpc>"]}),
    example("DescribeVpcClassicLinkDnsSupport", {"VpcIds": ["<vpc>"]}),
    example("DescribeClassicLinkInstances", {"InstanceIds": ["<instance>"]}),
    example("ModifyAvailabilityZoneGroup", {"GroupName": "<region>", "OptInStatus": "opted-in"}),
    example("DescribeImages", {"ImageIds": ["<ami>"]}),
    example(
        "CreateNetworkInterface",
        {"SubnetId": "<subnet>"},
        first_eni="NetworkInterface.NetworkInterfaceId",
    ),
    example(
        "RunInstances",
        {
            **LAUNCH,
            "NetworkInterfaces": [
                {"DeviceIndex": 0, "NetworkInterfaceId": "<first_eni>"},
                {"DeviceIndex": 1, "SubnetId": "<subnet>", "Groups": ["<sg>"]},
            ],
        },
        second_instance="Instances[0].InstanceId",
    ),
    example("TerminateInstances", {"InstanceIds": ["<second_instance>"]}),
    example("DescribeInstances", {"InstanceIds": ["<instance>"]}),
    example("DescribeInstanceStatus", {"InstanceIds": ["<instance>"]}),
    example("DescribeInstanceTypes", {"InstanceTypes": ["t3.micro"]}),
    example("DescribeInstanceTypeOfferings", {"LocationType": "availability-zone"}),
    example("DescribeInstanceCreditSpecifications", {"InstanceIds": ["<instance>"]}),
    example("DescribeVolumes", {"Filters": by("attachment.instance-id", "<instance>")}),
    example("DescribeKeyPairs", {"KeyPairIds": ["<key>"]}),
    example(
        "DescribeIamInstanceProfileAssociations", {"AssociationIds": ["<profile_association>"]}
    ),
    example(
        "ReplaceIamInstanceProfileAssociation",
        {"AssociationId": "<profile_association>", "IamInstanceProfile": {"Name": "app"}},
        profile_association="IamInstanceProfileAssociation.AssociationId",
    ),
    example("DescribeInstanceAttribute", {"InstanceId": "<instance>", "Attribute": "groupSet"}),
    example("ModifyInstanceAttribute", {"InstanceId": "<instance>", "Groups": ["<sg>"]}),
    example(
        "ModifyInstanceAttribute",
        {"InstanceId": "<instance>", "SourceDestCheck": {"Value": False}},
    ),
    example("ResetInstanceAttribute", {"InstanceId": "<instance>", "Attribute": "sourceDestCheck"}),
    example(
        "ModifyInstanceMetadataOptions", {"InstanceId": "<instance>", "HttpTokens": "required"}
    ),
    example(
        "ModifyPrivateDnsNameOptions",
        {"InstanceId": "<instance>", "EnableResourceNameDnsARecord": True},
    ),
    example(
        "ModifyInstanceMaintenanceOptions",
        {"InstanceId": "<instance>", "AutoRecovery": "disabled"},
    ),
    example(
        "ModifyInstanceCreditSpecification",
        {"InstanceCreditSpecifications": [{"InstanceId": "<instance>", "CpuCredits": "standard"}]},
    ),
    example("MonitorInstances", {"InstanceIds": ["<instance>"]}),
    example("UnmonitorInstances", {"InstanceIds": ["<instance>"]}),
    example("GetConsoleOutput", {"InstanceId": "<instance>"}),
    example("RebootInstances", {"InstanceIds": ["<instance>"]}),
    example("StopInstances", {"InstanceIds": ["<instance>"]}),
    example("StartInstances", {"InstanceIds": ["<instance>"]}),
)
UNMAKE = (
    example("DisassociateIamInstanceProfile", {"AssociationId": "<profile_association>"}),
    example("TerminateInstances", {"InstanceIds": ["<instance>"]}),
    example("DeleteKeyPair", {"KeyPairId": "<key>"}),
    example("DeleteKeyPair", {"KeyName": "made"}),
)

"""What services say of a subnet, a group or a VPC that there is not: each in its own words.

As AWS's services answer; those that the table does not have answer with EC2's own code.
"""

from genkan.services.network_mirror import Refusal

SUBNET, GROUP, VPC = "subnet", "sg", "vpc"
LAMBDA = "Error occurred while {call}. EC2 Error Code: {code}. EC2 Error Message: {message}"
OF_EC2 = {
    SUBNET: ("InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
    GROUP: ("InvalidGroup.NotFound", "The security group '{}' does not exist"),
    VPC: ("InvalidVpcID.NotFound", "The vpc ID '{}' does not exist"),
}
CALLS = {SUBNET: "DescribeSubnets", GROUP: "DescribeSecurityGroups", VPC: "DescribeVpcs"}
# IAM's prefix of the service → kind of id → code and message
WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "rds": {
        SUBNET: ("InvalidSubnet", "Some input subnets in :[{}] are invalid."),
        GROUP: ("InvalidParameterValue", "Invalid security group , groupId= {}, groupName=."),
    },
    "elasticache": {
        SUBNET: ("InvalidSubnet", "The subnet ID '{}' does not exist."),
        GROUP: ("InvalidParameterValue", "Some security group Ids are invalid: {}"),
    },
    "memorydb": {
        SUBNET: ("InvalidSubnet", "The subnet ID '{}' does not exist."),
        GROUP: ("InvalidParameterValueException", "Some security group Ids are invalid: {}"),
    },
    "redshift": {
        SUBNET: ("InvalidSubnet", "Some input subnets in :[{}] are invalid."),
        GROUP: ("InvalidParameterValue", "Invalid security group: {}"),
    },
    "elasticfilesystem": {
        SUBNET: ("SubnetNotFound", "The subnet ID '{}' does not exist"),
        GROUP: ("SecurityGroupNotFound", "One of the security groups does not exist: {}"),
    },
    "lambda": {
        kind: (
            "InvalidParameterValueException",
            LAMBDA.format(call=CALLS[kind], code=code, message=message),
        )
        for kind, (code, message) in OF_EC2.items()
    },
    **{
        service: {
            kind: ("InvalidParameterException", message) for kind, (_, message) in OF_EC2.items()
        }
        for service in ("ecs", "eks", "batch")
    },
}


def unknown(service: str, name: str) -> Refusal:
    """Give what a service answers to an id that there is not."""
    kind = name.partition("-")[0]
    code, message = WORDS.get(service, {}).get(kind) or OF_EC2[kind]
    return Refusal(code, message.format(name))

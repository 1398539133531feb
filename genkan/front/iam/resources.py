"""Which resources a request names, as ARNs: read from its parameters by a table.

A parameter that is an ARN of the service is one. Beside those, the table has the parameters that
name a resource in the caller's account. What neither finds is asked for on "*", which only a policy
for every resource allows: so for services that the table does not have.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

WHOLE = "*"
WHOLE_SECRET = re.compile("-[A-Za-z0-9]{6}$")
# IAM's prefix of a service → parameter → what follows "arn:aws:SERVICE:REGION:ACCOUNT:"
NAMED: dict[str, dict[str, str]] = {
    "dynamodb": {"TableName": "table/{}"},
    "ecr": {"repositoryName": "repository/{}", "repositoryNames": "repository/{}"},
    "elasticfilesystem": {"FileSystemId": "file-system/{}", "MountTargetId": "mount-target/{}"},
    "events": {"EventBusName": "event-bus/{}", "Name": "rule/{}", "Rule": "rule/{}"},
    "firehose": {"DeliveryStreamName": "deliverystream/{}"},
    "kinesis": {"StreamName": "stream/{}"},
    "kms": {"KeyId": "key/{}"},
    "lambda": {"FunctionName": "function:{}"},
    "rds": {
        "DBInstanceIdentifier": "db:{}",
        "DBClusterIdentifier": "cluster:{}",
        "DBSubnetGroupName": "subgrp:{}",
    },
    "secretsmanager": {"SecretId": "secret:{}", "Name": "secret:{}"},
    "sns": {"Name": "{}"},
    "sqs": {"QueueName": "{}"},
    "ssm": {"Name": "parameter/{}", "Names": "parameter/{}"},
    "states": {"name": "stateMachine:{}"},
}
# of services that have no Region in their ARNs
GLOBAL: dict[str, dict[str, str]] = {
    "iam": {
        "UserName": "{account}:user/{}",
        "RoleName": "{account}:role/{}",
        "GroupName": "{account}:group/{}",
        "InstanceProfileName": "{account}:instance-profile/{}",
        "PolicyName": "{account}:policy/{}",
    },
    "route53": {"Id": ":hostedzone/{}", "HostedZoneId": ":hostedzone/{}"},
}
# EC2's ids say what they are of; ARNs have words for a few that differ
EC2_KINDS = {
    "i": "instance",
    "eni": "network-interface",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "rtb": "route-table",
    "igw": "internet-gateway",
    "eigw": "egress-only-internet-gateway",
    "nat": "natgateway",
    "acl": "network-acl",
    "vpce": "vpc-endpoint",
    "vpce-svc": "vpc-endpoint-service",
    "pcx": "vpc-peering-connection",
    "pl": "prefix-list",
    "eipalloc": "elastic-ip",
    "dopt": "dhcp-options",
    "vol": "volume",
    "ami": "image",
    "fl": "vpc-flow-log",
    "subnet": "subnet",
    "vpc": "vpc",
}
EC2_MADE = {
    "Vpc": "vpc",
    "Subnet": "subnet",
    "SecurityGroup": "security-group",
    "RouteTable": "route-table",
    "InternetGateway": "internet-gateway",
    "NatGateway": "natgateway",
    "NetworkInterface": "network-interface",
    "NetworkAcl": "network-acl",
    "VpcEndpoint": "vpc-endpoint",
    "KeyPair": "key-pair",
}


def resources_of(
    prefix: str, operation: str, parameters: Mapping[str, Any], region: str, account: str
) -> list[str]:
    """Give the ARNs of what a request names, or "*" alone."""
    special = SPECIAL.get(prefix)
    found = list(special(operation, parameters, region, account)) if special else []
    by_name = list(_named(prefix, parameters, region, account))
    if prefix != "iam" or not by_name:  # whom a policy is attached to is meant, not the policy
        found += _arns(prefix, parameters)
    found = found or by_name
    return list(dict.fromkeys(found)) or [WHOLE]


def is_partly_named(arn: str) -> bool:
    """Tell whether the caller named a resource by what is a part of its ARN alone: a secret without
    its last characters, a key by its alias."""
    if arn.startswith("arn:aws:secretsmanager:"):
        return not WHOLE_SECRET.search(arn)
    return arn.startswith("arn:aws:kms:") and ":key/alias/" in arn


def _arns(prefix: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    for value in parameters.values():
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, str) and one.startswith("arn:") and one.split(":")[2:3] == [prefix]:
                yield one


def _named(prefix: str, parameters: Mapping[str, Any], region: str, account: str) -> Iterator[str]:
    start = f"arn:aws:{prefix}:{region}:{account}:"
    table = NAMED.get(prefix, {})
    if prefix in GLOBAL:
        start, table = f"arn:aws:{prefix}::", GLOBAL[prefix]
    for parameter, template in table.items():
        value = parameters.get(parameter)
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, str) and one:
                yield start + template.format(_last(prefix, one), account=account)


def _last(prefix: str, name: str) -> str:
    """Give what of a name stands in the ARN."""
    if prefix in ("route53", "ssm"):
        return name.removeprefix("/hostedzone/").lstrip("/")
    return name


def _dynamodb(
    operation: str, parameters: Mapping[str, Any], region: str, account: str
) -> Iterator[str]:
    items = parameters.get("RequestItems")
    names = list(items) if isinstance(items, dict) else []
    for one in parameters.get("TransactItems") or ():
        names += [str(part["TableName"]) for part in one.values() if "TableName" in part]
    index = parameters.get("IndexName")
    table = parameters.get("TableName")
    if index and table:
        names.append(f"{table}/index/{index}")
    start = f"arn:aws:dynamodb:{region}:{account}:table/"
    yield from (name if name.startswith("arn:") else start + name for name in names)


def _ec2(operation: str, parameters: Mapping[str, Any], region: str, account: str) -> Iterator[str]:
    if operation.startswith(("Describe", "Get", "Search")):
        return
    start = f"arn:aws:ec2:{region}:{account}:"
    for name, value in parameters.items():
        if name.endswith(("Id", "Ids", "Resources", "Groups")):
            for one in value if isinstance(value, list | tuple) else (value,):
                kind = EC2_KINDS.get(str(one).rpartition("-")[0])
                if kind:
                    yield f"{start}{kind}/{one}"
    made = EC2_MADE.get(operation.removeprefix("Create"))
    if made and operation.startswith("Create"):
        yield f"{start}{made}/*"
    if operation == "RunInstances":
        yield f"{start}instance/*"


def _sqs(operation: str, parameters: Mapping[str, Any], region: str, account: str) -> Iterator[str]:
    url = parameters.get("QueueUrl")
    if isinstance(url, str) and url:
        *_, owner, name = ("", account, *url.rstrip("/").split("/"))
        yield f"arn:aws:sqs:{region}:{owner if owner.isdigit() else account}:{name}"


def _sts(operation: str, parameters: Mapping[str, Any], region: str, account: str) -> Iterator[str]:
    if "RoleArn" in parameters:
        yield str(parameters["RoleArn"])
    if operation == "GetFederationToken" and "Name" in parameters:
        yield f"arn:aws:sts::{account}:federated-user/{parameters['Name']}"


def _logs(
    operation: str, parameters: Mapping[str, Any], region: str, account: str
) -> Iterator[str]:
    group = parameters.get("logGroupName")
    if group:
        stream = parameters.get("logStreamName") or ""
        yield f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:{stream}"


SPECIAL = {
    "dynamodb": _dynamodb,
    "ec2": _ec2,
    "logs": _logs,
    "sqs": _sqs,
    "sts": _sts,
}

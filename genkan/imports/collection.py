"""The read-only calls that describe a network, and the asking of them: what `genkan collect` does.

Each answer becomes a document with the request it answers, so that nothing has to be guessed when
it is read. A call that is refused is kept as what it is: something that is not known.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from genkan.imports.members import rows, texts


@dataclass(frozen=True, slots=True)
class Step:
    """A call; with `each`, one for each thing of an answer before it: (the member that has the
    things, the one that tells them apart, "" where they are names themselves, the parameter that
    names one). `absent` is the code of a refusal that says that there is nothing."""

    service: str
    operation: str
    each: tuple[str, str, str] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    absent: str | None = None


def _ec2(*operations: str) -> tuple[Step, ...]:
    return tuple(Step("ec2", operation) for operation in operations)


STEPS: tuple[Step, ...] = (
    *_ec2("DescribeVpcs"),
    *(
        Step("ec2", "DescribeVpcAttribute", ("Vpcs", "VpcId", "VpcId"), {"Attribute": attribute})
        for attribute in ("enableDnsSupport", "enableDnsHostnames")
    ),
    *_ec2(
        "DescribeDhcpOptions",
        "DescribeSubnets",
        "DescribeRouteTables",
        "DescribeNetworkAcls",
        "DescribeSecurityGroups",
        "DescribeSecurityGroupRules",
        "DescribeNetworkInterfaces",
        "DescribeInstances",
        "DescribeAddresses",
        "DescribeInternetGateways",
        "DescribeEgressOnlyInternetGateways",
        "DescribeNatGateways",
        "DescribeVpcPeeringConnections",
        "DescribePrefixLists",
        "DescribeManagedPrefixLists",
    ),
    Step("ec2", "GetManagedPrefixListEntries", ("PrefixLists", "PrefixListId", "PrefixListId")),
    *_ec2(
        "DescribeVpcEndpoints",
        "DescribeVpcEndpointConnections",
        "DescribeVpcEndpointServiceConfigurations",
    ),
    Step(
        "ec2",
        "DescribeVpcEndpointServicePermissions",
        ("ServiceConfigurations", "ServiceId", "ServiceId"),
    ),
    *_ec2("DescribeVpcBlockPublicAccessOptions", "DescribeVpcBlockPublicAccessExclusions"),
    Step("elbv2", "DescribeLoadBalancers"),
    Step(
        "elbv2",
        "DescribeListeners",
        ("LoadBalancers", "LoadBalancerArn", "LoadBalancerArn"),
    ),
    Step(
        "elbv2",
        "DescribeLoadBalancerAttributes",
        ("LoadBalancers", "LoadBalancerArn", "LoadBalancerArn"),
    ),
    Step("elbv2", "DescribeTargetGroups"),
    *(
        Step("elbv2", operation, ("TargetGroups", "TargetGroupArn", "TargetGroupArn"))
        for operation in ("DescribeTargetHealth", "DescribeTargetGroupAttributes")
    ),
    Step("route53resolver", "ListResolverEndpoints"),
    Step(
        "route53resolver",
        "ListResolverEndpointIpAddresses",
        ("ResolverEndpoints", "Id", "ResolverEndpointId"),
    ),
    Step("route53resolver", "ListResolverRules"),
    Step("route53resolver", "ListResolverRuleAssociations"),
    # Route 53 is in no Region: the same answers in each.
    Step("route53", "ListHostedZones"),
    Step("route53", "GetHostedZone", ("HostedZones", "Id", "Id")),
    Step("route53", "ListResourceRecordSets", ("HostedZones", "Id", "HostedZoneId")),
)
# What is behind names: the policies that ask how a call comes.
POLICIES: tuple[Step, ...] = (
    Step("s3", "ListBuckets"),
    Step("s3", "GetBucketPolicy", ("Buckets", "Name", "Bucket"), absent="NoSuchBucketPolicy"),
    Step("sqs", "ListQueues"),
    Step(
        "sqs",
        "GetQueueAttributes",
        ("QueueUrls", "", "QueueUrl"),
        {"AttributeNames": ("Policy", "QueueArn")},
    ),
    Step("sns", "ListTopics"),
    Step("sns", "GetTopicAttributes", ("Topics", "TopicArn", "TopicArn")),
    Step("kms", "ListKeys"),
    Step("kms", "GetKeyPolicy", ("Keys", "KeyArn", "KeyId"), {"PolicyName": "default"}),
    Step("secretsmanager", "ListSecrets"),
    Step("secretsmanager", "GetResourcePolicy", ("SecretList", "ARN", "SecretId")),
    Step("iam", "GetAccountAuthorizationDetails"),
)
ZONE_PREFIX = "/hostedzone/"

Ask = Callable[[str, str, Mapping[str, Any]], Mapping[str, Any]]


class NotAnswered(Exception):
    """A call was refused, or could not be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Collected:
    """A call and its answer, or why there is none."""

    operation: str
    parameters: Mapping[str, Any]
    response: Mapping[str, Any] | None
    refused: str | None = None


def collect(ask: Ask, steps: Iterable[Step] = (*STEPS, *POLICIES)) -> Iterator[Collected]:
    """Make every call. `ask(service, operation, parameters)` gives the whole answer, all its
    pages, or raises NotAnswered."""
    known: dict[str, list[Any]] = {}
    for step in steps:
        for parameters in _requests(step, known):
            name = f"{step.service}:{step.operation}"
            try:
                response = ask(step.service, step.operation, parameters)
            except NotAnswered as refusal:
                if step.absent is None or step.absent not in str(refusal):
                    yield Collected(name, parameters, None, str(refusal))
                    continue
                response = {}
            for member in response:
                listed = [*rows(response, member), *texts(response, member)]
                known.setdefault(member, []).extend(listed)
            yield Collected(name, parameters, response)


def written(collected: Collected, account: str, region: str) -> str:
    """Write an answer as the text of a file."""
    kept = {
        "Operation": collected.operation,
        "Account": account,
        "Region": region,
        "Parameters": dict(collected.parameters),
    }
    if collected.response is None:
        return json.dumps({**kept, "Refused": collected.refused}, indent=1)
    shown = {name: one for name, one in collected.response.items() if name != "ResponseMetadata"}
    return json.dumps({**kept, "Response": shown}, indent=1, default=_shown)


def file_name(collected: Collected) -> str:
    """Give the name of an answer's file: the call, and what it is about."""
    about = [str(value) for value in collected.parameters.values()]
    return "-".join(re.sub(r"[^\w.]+", "-", one) for one in (collected.operation, *about)) + ".json"


def _requests(step: Step, known: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """Give the parameters of a step's calls; lists as lists."""
    if step.each is None:
        yield dict(step.parameters)
        return
    member, key, parameter = step.each
    listed = known.get(member, ())
    named = [row[key] for row in listed if isinstance(row, dict) and key in row] if key else listed
    for name in dict.fromkeys(str(one).removeprefix(ZONE_PREFIX) for one in named):
        yield {parameter: name, **step.parameters}


def _shown(value: Any) -> str:  # noqa: ANN401 - what JSON has no form for
    return value.isoformat() if isinstance(value, datetime) else str(value)

"""The calls for network and gateway load balancers, their listeners and target groups."""

from genkan.impact.stack.stacking import Make, Wanted
from genkan.imports.cloudformation import Unresolved

ELB = "elbv2"
CHECKS = (
    "HealthCheckEnabled",
    "HealthCheckIntervalSeconds",
    "HealthCheckPath",
    "HealthCheckPort",
    "HealthCheckProtocol",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "UnhealthyThresholdCount",
    "Matcher",
)
LONGEST_NAME = 32
ON_PRIVATE_LINK = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"


def balancer(wanted: Wanted) -> None:
    kind = wanted.value("Type") or "application"
    if kind == "application":
        raise Unresolved("application load balancers are not in the model")
    number = wanted.order(
        "CreateLoadBalancer",
        ELB,
        Name=_name(wanted),
        Type=kind,
        **wanted.given("Scheme", "Subnets", "SubnetMappings", "SecurityGroups", "IpAddressType"),
        Tags=wanted.tags(),
    )
    held = "LoadBalancers.0"
    arn = wanted.answer(number, f"{held}.LoadBalancerArn")
    _attributes(wanted, "ModifyLoadBalancerAttributes", "LoadBalancerAttributes", arn)
    enforced = wanted.value(ON_PRIVATE_LINK)
    if enforced is not None:
        wanted.order(
            "SetSecurityGroups",
            ELB,
            LoadBalancerArn=arn,
            SecurityGroups=wanted.value("SecurityGroups"),
            **{ON_PRIVATE_LINK: enforced},
        )
    wanted.made(
        arn,
        LoadBalancerArn=arn,
        DNSName=wanted.answer(number, f"{held}.DNSName"),
        CanonicalHostedZoneID=wanted.answer(number, f"{held}.CanonicalHostedZoneId"),
        LoadBalancerName=wanted.answer(number, f"{held}.LoadBalancerName"),
    )


def target_group(wanted: Wanted) -> None:
    number = wanted.order(
        "CreateTargetGroup",
        ELB,
        Name=_name(wanted),
        **wanted.given("Protocol", "Port", "VpcId", "TargetType", "IpAddressType", *CHECKS),
        Tags=wanted.tags(),
    )
    arn = wanted.answer(number, "TargetGroups.0.TargetGroupArn")
    _attributes(wanted, "ModifyTargetGroupAttributes", "TargetGroupAttributes", arn)
    targets = wanted.blocks("Targets")
    if targets:
        wanted.order("RegisterTargets", ELB, TargetGroupArn=arn, Targets=targets)
    name = wanted.answer(number, "TargetGroups.0.TargetGroupName")
    wanted.made(arn, TargetGroupArn=arn, TargetGroupName=name)


def listener(wanted: Wanted) -> None:
    number = wanted.order(
        "CreateListener",
        ELB,
        **wanted.given("LoadBalancerArn", "Protocol", "Port", "SslPolicy", "AlpnPolicy"),
        Certificates=wanted.value("Certificates"),
        DefaultActions=wanted.value("DefaultActions"),
    )
    arn = wanted.answer(number, "Listeners.0.ListenerArn")
    wanted.made(arn, ListenerArn=arn)


def _name(wanted: Wanted) -> str:
    """Give a name as CloudFormation does: of the stack and the resource."""
    made = f"{wanted.stacking.template.name}-{wanted.resource.name}"[:LONGEST_NAME]
    plain = "".join(one if one.isalnum() and one.isascii() else "-" for one in made)
    return str(wanted.known("Name") or plain.strip("-"))


def _attributes(wanted: Wanted, operation: str, member: str, arn: str) -> None:
    held = wanted.blocks(member)
    if held:
        of = "LoadBalancerArn" if "LoadBalancer" in operation else "TargetGroupArn"
        wanted.order(operation, ELB, **{of: arn}, Attributes=held)


MAKES: dict[str, Make] = {
    "AWS::ElasticLoadBalancingV2::TargetGroup": target_group,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": balancer,
    "AWS::ElasticLoadBalancingV2::Listener": listener,
}

"""Target groups: made, shown, changed, deleted.

A call that repeats an earlier one with the same settings answers with what that one made;
CreateTargetGroup in the Elastic Load Balancing API reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from genkan.api.address_types import IPV4, IPV6
from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import check_name, find, need, not_found, target_group_arn
from genkan.api.elbv2.errors import (
    DuplicateTargetGroupName,
    InvalidConfigurationRequest,
    ResourceInUse,
    TooManyTargetGroups,
)
from genkan.api.elbv2.health_checks import GENEVE, changed_check, default_check
from genkan.api.elbv2.paging import page
from genkan.api.elbv2.tagging import with_tags
from genkan.api.elbv2.target_group_shape import (
    listeners_of,
    load_balancers_of,
    target_group,
)
from genkan.api.output import present
from genkan.api.quotas import Quota, check_quota
from genkan.model.errors import UnsupportedOperation, ValidationError
from genkan.model.load_balancer import LoadBalancer, TargetGroup, TargetType
from genkan.model.network import delete, put
from genkan.model.vpc import Vpc

TARGET_GROUPS = Quota(
    10_000, "elasticloadbalancing", "L-B22855CB", "Target Groups per Region", 3_000
)
PROTOCOLS = ("TCP", "TLS", "UDP", "TCP_UDP", GENEVE)
GENEVE_PORT = 6081
HIGHEST_PORT = 65_535
IP_ADDRESS_TYPES = (IPV4, IPV6)
OF_APPLICATIONS = ("HTTP", "HTTPS")
ELSEWHERE = {"lambda": "functions", "alb": "application load balancers"}


def create_target_group(
    call: Call,
    *,
    name: str,
    protocol: str | None = None,
    port: int | None = None,
    vpc_id: str | None = None,
    health_check_protocol: str | None = None,
    health_check_port: str | None = None,
    health_check_enabled: bool = True,
    health_check_path: str | None = None,
    health_check_interval_seconds: int | None = None,
    health_check_timeout_seconds: int | None = None,
    healthy_threshold_count: int | None = None,
    unhealthy_threshold_count: int | None = None,
    matcher: Mapping[str, str] | None = None,
    target_type: str = "instance",
    ip_address_type: str = "ipv4",
    tags: Sequence[Mapping[str, str]] | None = None,
) -> Answer:
    check_name(name, "target group")
    kind = _target_type(target_type)
    spoken, number = _protocol_and_port(protocol, port)
    _check_enabled(health_check_enabled)
    vpc = _need_vpc(call, vpc_id)
    _check_address_type(ip_address_type, vpc)
    check = changed_check(
        default_check(spoken, health_check_protocol),
        port=health_check_port,
        path=health_check_path,
        matcher=_http_code(matcher),
        interval=health_check_interval_seconds,
        timeout=health_check_timeout_seconds,
        healthy_threshold=healthy_threshold_count,
        unhealthy_threshold=unhealthy_threshold_count,
    )
    wanted = TargetGroup(
        id=target_group_arn(call, name),
        account=call.account,
        region=call.region,
        tags=with_tags((), tags),
        target_group_name=name,
        protocol=spoken,
        port=number,
        vpc_id=vpc.id,
        target_type=kind,
        health_check=check,
        ip_address_type=ip_address_type,
    )
    groups = call.mine(TargetGroup)
    earlier = next((one for one in groups if one.target_group_name == name), None)
    if earlier:
        return Answer({"TargetGroups": [target_group(call, _same(earlier, wanted))]})
    most = f"target groups in {call.region}"
    check_quota(call, len(groups) + 1, TARGET_GROUPS, TooManyTargetGroups, most)
    return Answer({"TargetGroups": [target_group(call, wanted)]}, put(wanted))


def describe_target_groups(
    call: Call,
    *,
    load_balancer_arn: str | None = None,
    target_group_arns: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
) -> Answer:
    if sum(map(bool, (load_balancer_arn, target_group_arns, names))) > 1:
        raise ValidationError(
            "Target groups can be named by a load balancer, by ARNs or by names, in one way."
        )
    rows = call.mine(TargetGroup)
    if load_balancer_arn:
        balancer = need(call, LoadBalancer, load_balancer_arn)
        rows = [row for row in rows if balancer.id in load_balancers_of(call, row)]
    if target_group_arns:
        rows = [need(call, TargetGroup, arn) for arn in dict.fromkeys(target_group_arns)]
    if names:
        held = {row.target_group_name: row for row in rows}
        missing = [name for name in names if name not in held]
        if missing:
            raise not_found(TargetGroup, ", ".join(missing))
        rows = [held[name] for name in dict.fromkeys(names)]
    some, following = page(rows, page_size, marker)
    return Answer(
        present(TargetGroups=[target_group(call, row) for row in some], NextMarker=following)
    )


def modify_target_group(
    call: Call,
    *,
    target_group_arn: str,
    health_check_protocol: str | None = None,
    health_check_port: str | None = None,
    health_check_path: str | None = None,
    health_check_enabled: bool = True,
    health_check_interval_seconds: int | None = None,
    health_check_timeout_seconds: int | None = None,
    healthy_threshold_count: int | None = None,
    unhealthy_threshold_count: int | None = None,
    matcher: Mapping[str, str] | None = None,
) -> Answer:
    group = need(call, TargetGroup, target_group_arn)
    _check_enabled(health_check_enabled)
    check = changed_check(
        group.health_check,
        protocol=health_check_protocol,
        port=health_check_port,
        path=health_check_path,
        matcher=_http_code(matcher),
        interval=health_check_interval_seconds,
        timeout=health_check_timeout_seconds,
        healthy_threshold=healthy_threshold_count,
        unhealthy_threshold=unhealthy_threshold_count,
    )
    after = replace(group, health_check=check)
    return Answer({"TargetGroups": [target_group(call, after)]}, put(after))


def delete_target_group(call: Call, *, target_group_arn: str) -> Answer:
    """Delete a target group; one that is not there is deleted already."""
    group = find(call, TargetGroup, target_group_arn)
    if group is None:
        return Answer()
    users = [one.id for one in listeners_of(call, group.id)]
    if users:
        raise ResourceInUse(
            f"Target group '{group.id}' is currently in use by a listener or a rule: "
            f"{users[0]}. Delete or modify that first."
        )
    return Answer(change=delete(group))


def _target_type(named: str) -> TargetType:
    if named in ELSEWHERE:
        raise UnsupportedOperation(
            f"Genkan has no {ELSEWHERE[named]} that could be targets. Use instance or ip."
        )
    try:
        return TargetType(named)
    except ValueError:
        raise ValidationError(
            f"Target type '{named}' must be one of 'instance, ip, lambda, alb'"
        ) from None


def _protocol_and_port(protocol: str | None, port: int | None) -> tuple[str, int]:
    if protocol is None or port is None:
        missing = "protocol" if protocol is None else "port"
        raise ValidationError(f"A {missing} must be specified")
    if protocol in OF_APPLICATIONS:
        raise UnsupportedOperation(
            f"{protocol} target groups are for application load balancers, which Genkan does not "
            f"have. Use one of {', '.join(PROTOCOLS)}."
        )
    if protocol not in PROTOCOLS:
        raise ValidationError(
            f"Target group protocol '{protocol}' must be one of '{', '.join(PROTOCOLS)}'"
        )
    if not 1 <= port <= HIGHEST_PORT:
        raise ValidationError(f"Port '{port}' must be in the range 1-{HIGHEST_PORT} inclusive")
    if protocol == GENEVE and port != GENEVE_PORT:
        raise InvalidConfigurationRequest(
            f"The port of a GENEVE target group is {GENEVE_PORT}: it cannot be {port}."
        )
    return protocol, port


def _check_enabled(enabled: bool) -> None:
    if not enabled:
        raise InvalidConfigurationRequest(
            "Health checks must be enabled for target groups with target type 'instance' or 'ip'. "
            "Leave HealthCheckEnabled out."
        )


def _http_code(matcher: Mapping[str, str] | None) -> str | None:
    if matcher and matcher.get("GrpcCode"):
        raise InvalidConfigurationRequest(
            "GRPC codes are for application load balancers. Give an HttpCode."
        )
    return (matcher or {}).get("HttpCode")


def _need_vpc(call: Call, vpc_id: str | None) -> Vpc:
    if vpc_id is None:
        raise ValidationError("A VPC ID must be specified")
    vpc = call.find(Vpc, vpc_id)
    if vpc is None:
        raise ValidationError(f"The VPC ID '{vpc_id}' is not found")
    return vpc


def _check_address_type(asked: str, vpc: Vpc) -> None:
    if asked not in IP_ADDRESS_TYPES:
        raise ValidationError(
            f"'{asked}' is not valid for IpAddressType. Use {' or '.join(IP_ADDRESS_TYPES)}."
        )
    if asked == IPV6 and not vpc.ipv6_cidrs:
        raise InvalidConfigurationRequest(
            f"The IP address type {asked} needs a VPC with an IPv6 CIDR block, and {vpc.id} has "
            "none. AssociateVpcCidrBlock gives it one."
        )


def _same(earlier: TargetGroup, wanted: TargetGroup) -> TargetGroup:
    """Give the earlier target group of this name. Raises DuplicateTargetGroupName when it
    differs."""
    like = replace(wanted, id=earlier.id, targets=earlier.targets, attributes=earlier.attributes)
    if earlier != like:
        raise DuplicateTargetGroupName(
            f"A target group with the same name '{wanted.target_group_name}' exists, but with "
            "different settings. Choose another name."
        )
    return earlier

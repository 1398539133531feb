"""A target group as the API shows it, and who hands on to it."""

from typing import Any

from genkan.api.call import Call
from genkan.api.elbv2.health_checks import shown as shown_check
from genkan.api.output import present
from genkan.model.load_balancer import Listener, TargetGroup


def target_group(call: Call, group: TargetGroup) -> dict[str, Any]:
    """Give a target group as DescribeTargetGroups does."""
    return present(
        TargetGroupArn=group.id,
        TargetGroupName=group.target_group_name,
        Protocol=group.protocol,
        Port=group.port,
        VpcId=group.vpc_id,
        **shown_check(group.health_check),
        LoadBalancerArns=load_balancers_of(call, group),
        TargetType=group.target_type.value,
        IpAddressType=group.ip_address_type,
    )


def listeners_of(call: Call, arn: str) -> list[Listener]:
    """Give the listeners that forward to a target group."""
    return [
        one
        for one in call.network.all(Listener)
        if any(forward.target_group == arn for forward in one.forwards)
    ]


def load_balancers_of(call: Call, group: TargetGroup) -> list[str]:
    """Give the load balancers that hand on to a target group."""
    return list(dict.fromkeys(one.load_balancer for one in listeners_of(call, group.id)))

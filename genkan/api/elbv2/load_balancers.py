"""Load balancers: made, shown, deleted.

A call that repeats an earlier one with the same settings answers with what that one made;
CreateLoadBalancer in the Elastic Load Balancing API reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.address_types import IPV4
from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import check_name, find, load_balancer_arn, need, not_found
from genkan.api.elbv2.attributes import value_of
from genkan.api.elbv2.errors import (
    DuplicateLoadBalancerName,
    InvalidConfigurationRequest,
    InvalidScheme,
    ResourceInUse,
    TooManyLoadBalancers,
)
from genkan.api.elbv2.load_balancer_attributes import PROTECTED, table_of
from genkan.api.elbv2.load_balancer_settings import check_ip_address_type, choose_balancer_groups
from genkan.api.elbv2.load_balancer_shape import load_balancer
from genkan.api.elbv2.paging import page
from genkan.api.elbv2.placements import (
    Placement,
    check_gateway,
    choose_placements,
    leave,
    stand_everywhere,
)
from genkan.api.elbv2.tagging import with_tags
from genkan.api.output import present
from genkan.api.quotas import Quota, check_quota
from genkan.model.endpoint_service import EndpointService
from genkan.model.errors import OperationNotPermitted, UnsupportedOperation, ValidationError
from genkan.model.load_balancer import (
    Listener,
    LoadBalancer,
    LoadBalancerState,
    LoadBalancerType,
)
from genkan.model.network import delete, put

LOAD_BALANCERS = Quota(
    10_000, "elasticloadbalancing", "L-69A177A2", "Network Load Balancers per Region", 50
)
SCHEMES = ("internet-facing", "internal")


def create_load_balancer(
    call: Call,
    *,
    name: str,
    subnets: Sequence[str] | None = None,
    subnet_mappings: Sequence[Mapping[str, Any]] | None = None,
    security_groups: Sequence[str] | None = None,
    scheme: str | None = None,
    tags: Sequence[Mapping[str, str]] | None = None,
    type: str = "application",
    ip_address_type: str | None = None,
) -> Answer:
    kind = _kind(type)
    check_name(name, "load balancer")
    internal = _is_internal(kind, scheme)
    placements = choose_placements(call, kind, internal, subnets, subnet_mappings)
    family = check_ip_address_type(ip_address_type or IPV4, (one.subnet for one in placements))
    vpc_id = placements[0].subnet.vpc_id
    group_ids = choose_balancer_groups(call, kind, vpc_id, security_groups)
    wanted = LoadBalancer(
        id=load_balancer_arn(call, kind, name),
        account=call.account,
        region=call.region,
        tags=with_tags((), tags),
        load_balancer_name=name,
        type=kind,
        internal=internal,
        vpc_id=vpc_id,
        state=LoadBalancerState.PROVISIONING,
        created_at=call.now,
        subnet_ids=tuple(one.subnet.id for one in placements),
        network_interface_ids=(),
        fixed_subnet_ids=tuple(one.subnet.id for one in placements if one.address),
        group_ids=group_ids,
        ip_address_type=family,
    )
    earlier = next((one for one in call.mine(LoadBalancer) if one.load_balancer_name == name), None)
    if earlier:
        return Answer({"LoadBalancers": [load_balancer(call, _same(earlier, wanted))]})
    count = len(call.mine(LoadBalancer)) + 1
    check_quota(
        call, count, LOAD_BALANCERS, TooManyLoadBalancers, f"load balancers in {call.region}"
    )
    return _made(call, wanted, placements)


def describe_load_balancers(
    call: Call,
    *,
    load_balancer_arns: Sequence[str] | None = None,
    names: Sequence[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
) -> Answer:
    if load_balancer_arns and names:
        raise ValidationError("Load balancers can be named by ARNs or by names, not by both.")
    rows = call.mine(LoadBalancer)
    if load_balancer_arns:
        rows = [need(call, LoadBalancer, arn) for arn in dict.fromkeys(load_balancer_arns)]
    if names:
        held = {row.load_balancer_name: row for row in rows}
        missing = [name for name in names if name not in held]
        if missing:
            raise not_found(LoadBalancer, ", ".join(missing))
        rows = [held[name] for name in dict.fromkeys(names)]
    some, following = page(rows, page_size, marker)
    return Answer(
        present(LoadBalancers=[load_balancer(call, row) for row in some], NextMarker=following)
    )


def delete_load_balancer(call: Call, *, load_balancer_arn: str) -> Answer:
    """Delete a load balancer with its listeners; one that is not there is deleted already."""
    balancer = find(call, LoadBalancer, load_balancer_arn)
    if balancer is None:
        return Answer()
    if value_of(balancer.attributes, PROTECTED, table_of(balancer)) == "true":
        raise OperationNotPermitted(
            f"Load balancer '{balancer.id}' cannot be deleted because deletion protection is "
            f"enabled. Set the attribute {PROTECTED} to false first."
        )
    for service in call.network.all(EndpointService):
        if balancer.id in service.load_balancers:
            raise ResourceInUse(
                f"Load balancer '{balancer.id}' cannot be deleted because it is currently "
                f"associated with another service: the endpoint service {service.id}. Delete the "
                "service, or take the load balancer out of it."
            )
    listeners = call.network.where(Listener, load_balancer=balancer.id)
    change = delete(balancer, *listeners) + leave(call, balancer.network_interface_ids)
    return Answer(change=change)


def _kind(named: str) -> LoadBalancerType:
    if named == "application":
        raise UnsupportedOperation(
            "Genkan has no application load balancers: they are HTTP proxies and no part of a "
            "network. Use the Type network or gateway."
        )
    try:
        return LoadBalancerType(named)
    except ValueError:
        raise ValidationError(
            f"Load balancer type '{named}' must be one of 'network, gateway'"
        ) from None


def _is_internal(of: LoadBalancerType, scheme: str | None) -> bool:
    if scheme not in (None, *SCHEMES):
        raise InvalidScheme(f"The scheme '{scheme}' is not valid. Use {' or '.join(SCHEMES)}.")
    if of is LoadBalancerType.GATEWAY:
        if scheme is not None:
            raise InvalidConfigurationRequest(
                "Scheme is not supported for load balancers with type 'gateway'. Leave it out."
            )
        return True
    return scheme == "internal"


def _same(earlier: LoadBalancer, wanted: LoadBalancer) -> LoadBalancer:
    """Give the earlier load balancer of this name. Raises DuplicateLoadBalancerName when it
    differs."""
    like = (wanted.type, wanted.internal, set(wanted.subnet_ids), set(wanted.group_ids))
    if (
        earlier.type,
        earlier.internal,
        set(earlier.subnet_ids),
        set(earlier.group_ids),
    ) != like or earlier.tags != wanted.tags:
        raise DuplicateLoadBalancerName(
            f"A load balancer with the same name '{wanted.load_balancer_name}' exists, but with "
            "different settings. Choose another name."
        )
    return earlier


def _made(call: Call, wanted: LoadBalancer, placements: Sequence[Placement]) -> Answer:
    if not wanted.internal:
        check_gateway(call, wanted.vpc_id)
    interfaces, change = stand_everywhere(call, wanted, placements)
    balancer = replace(wanted, network_interface_ids=tuple(one.id for one in interfaces))
    change += put(balancer)
    shown_call = replace(call, network=call.network.apply(change))
    return Answer({"LoadBalancers": [load_balancer(shown_call, balancer)]}, change)

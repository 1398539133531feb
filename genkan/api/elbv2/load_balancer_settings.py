"""What a request may say of a load balancer: its kind of addresses, its security groups."""

from collections.abc import Sequence

from genkan.api.call import Call
from genkan.api.elbv2.errors import InvalidConfigurationRequest, InvalidSecurityGroup
from genkan.api.elbv2.load_balancer_shape import IP_ADDRESS_TYPE
from genkan.api.interface_making import choose_groups
from genkan.model.errors import Refused
from genkan.model.load_balancer import LoadBalancerType


def check_ip_address_type(asked: str | None) -> None:
    """Raise InvalidConfigurationRequest for addresses that no subnet here has."""
    if asked not in (None, IP_ADDRESS_TYPE):
        raise InvalidConfigurationRequest(
            f"The IP address type {asked} needs subnets with IPv6 CIDR blocks. "
            f"Use {IP_ADDRESS_TYPE}."
        )


def choose_balancer_groups(
    call: Call, of: LoadBalancerType, vpc_id: str, names: Sequence[str] | None
) -> tuple[str, ...]:
    """Give the groups of a network load balancer; it has none unless some are named.

    Raises InvalidConfigurationRequest for a gateway one, InvalidSecurityGroup.
    """
    if not names:
        return ()
    if of is not LoadBalancerType.NETWORK:
        raise InvalidConfigurationRequest(
            "Security groups are not supported for load balancers with type 'gateway'. "
            "Leave SecurityGroups out."
        )
    try:
        return choose_groups(call, vpc_id, names)
    except Refused as refusal:
        raise InvalidSecurityGroup(str(refusal)) from None

"""The load balancers of an endpoint service: network or gateway ones, each of one service alone.

"Create a service powered by AWS PrivateLink" and "Create a Gateway Load Balancer endpoint service"
in the AWS PrivateLink guide.
"""

from collections.abc import Iterable, Sequence

from genkan.api.call import Call
from genkan.model.endpoint_service import EndpointService
from genkan.model.errors import InvalidParameter
from genkan.model.load_balancer import LoadBalancer, LoadBalancerType
from genkan.model.subnet import Subnet
from genkan.model.vpc_endpoint import VpcEndpointType

BALANCERS = {
    VpcEndpointType.INTERFACE: LoadBalancerType.NETWORK,
    VpcEndpointType.GATEWAY_LOAD_BALANCER: LoadBalancerType.GATEWAY,
}


def service_type(
    networks: Sequence[str] | None, gateways: Sequence[str] | None
) -> tuple[VpcEndpointType, Sequence[str]]:
    """Give the type that the named load balancers make, and their ARNs. Raises InvalidParameter."""
    if bool(networks) == bool(gateways):
        raise InvalidParameter(
            "Exactly one of NetworkLoadBalancerArns and GatewayLoadBalancerArns is required. "
            "Name load balancers of one type."
        )
    if networks:
        return VpcEndpointType.INTERFACE, networks
    return VpcEndpointType.GATEWAY_LOAD_BALANCER, gateways or ()


def choose_balancers(
    call: Call, of: VpcEndpointType, arns: Iterable[str], itself: str | None = None
) -> tuple[str, ...]:
    """Give the ARNs, each once, when they can be this service's load balancers.

    `itself` is the id of the service when it is there already. Raises InvalidParameter.
    """
    taken = {
        arn: service.id
        for service in call.network.all(EndpointService)
        for arn in service.load_balancers
        if service.id != itself
    }
    chosen = tuple(dict.fromkeys(arns))
    for arn in chosen:
        balancer = call.find(LoadBalancer, arn)
        if balancer is None or balancer.type is not BALANCERS[of]:
            raise InvalidParameter(
                f"There is no {BALANCERS[of].value} load balancer '{arn}' in {call.region}. "
                "Name load balancers of one type of your own."
            )
        if arn in taken:
            raise InvalidParameter(
                f"The load balancer '{arn}' is already associated with the endpoint service "
                f"{taken[arn]}, and belongs to one at most. Name another one."
            )
    return chosen


def zones_of(call: Call, arns: Iterable[str]) -> tuple[str, ...]:
    """Give the zones that load balancers have now, by name."""
    balancers = (call.network.get(LoadBalancer, arn) for arn in arns)
    subnets = (
        call.network.get(Subnet, name) for one in balancers if one for name in one.subnet_ids
    )
    return tuple(sorted({subnet.zone for subnet in subnets if subnet}))

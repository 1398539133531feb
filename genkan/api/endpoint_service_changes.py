"""Changes to an endpoint service, by the provider that owns it.

Every ModifyVpcEndpointServiceConfiguration, also one that names nothing to change, takes the zones
anew that the load balancers have. Accepted connections are not touched.
"""

from collections.abc import Sequence
from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.endpoint_service_balancers import choose_balancers, zones_of
from genkan.api.endpoint_service_names import new_name, verified
from genkan.api.endpoint_service_settings import (
    ExistingVpcEndpointConnections,
    check_ip_address_types,
    check_named,
    check_regions,
    is_in_use,
)
from genkan.api.endpoint_service_shape import SERVICE_OWNER
from genkan.api.ids import need
from genkan.model.endpoint_service import EndpointService, PrivateDnsName
from genkan.model.errors import InvalidParameter, InvalidParameterCombination
from genkan.model.network import put
from genkan.model.vpc_endpoint import VpcEndpointType

DONE = {"ReturnValue": True}


def modify_vpc_endpoint_service_configuration(
    call: Call,
    *,
    service_id: str,
    private_dns_name: str | None = None,
    remove_private_dns_name: bool = False,
    acceptance_required: bool | None = None,
    add_network_load_balancer_arns: Sequence[str] | None = None,
    remove_network_load_balancer_arns: Sequence[str] | None = None,
    add_gateway_load_balancer_arns: Sequence[str] | None = None,
    remove_gateway_load_balancer_arns: Sequence[str] | None = None,
    add_supported_ip_address_types: Sequence[str] | None = None,
    remove_supported_ip_address_types: Sequence[str] | None = None,
    add_supported_regions: Sequence[str] | None = None,
    remove_supported_regions: Sequence[str] | None = None,
) -> Answer:
    service = need(call, EndpointService, service_id)
    networks = (add_network_load_balancer_arns, remove_network_load_balancer_arns)
    gateways = (add_gateway_load_balancer_arns, remove_gateway_load_balancer_arns)
    balancers = _balancers_after(call, service, networks, gateways)
    zones = zones_of(call, balancers)
    after = replace(
        service,
        load_balancers=balancers,
        zones=zones,
        acceptance_required=(
            service.acceptance_required if acceptance_required is None else acceptance_required
        ),
        ip_address_types=check_ip_address_types(
            call,
            _edited(
                service.ip_address_types,
                add_supported_ip_address_types,
                remove_supported_ip_address_types,
            ),
            balancers,
        ),
        regions=check_regions(
            service.region,
            _edited(service.regions, add_supported_regions, remove_supported_regions),
            zones,
            service.service_type,
        ),
        private_dns=_private_dns_after(call, service, private_dns_name, remove_private_dns_name),
    )
    return Answer({"Return": True}, put(after))


def start_vpc_endpoint_service_private_dns_verification(call: Call, *, service_id: str) -> Answer:
    service = need(call, EndpointService, service_id)
    if service.private_dns is None:
        raise InvalidParameter(
            f"{service.id} has no private DNS name that could be verified. "
            "ModifyVpcEndpointServiceConfiguration gives it one."
        )
    return Answer(DONE, put(replace(service, private_dns=verified(call, service.private_dns))))


def modify_vpc_endpoint_service_payer_responsibility(
    call: Call, *, service_id: str, payer_responsibility: str
) -> Answer:
    """Have the provider pay for endpoints; there is no way back."""
    service = need(call, EndpointService, service_id)
    if payer_responsibility != SERVICE_OWNER:
        raise InvalidParameter(
            f"The payer responsibility '{payer_responsibility}' is not valid. Use {SERVICE_OWNER}."
        )
    return Answer(DONE, put(replace(service, owner_pays=True)))


def _balancers_after(
    call: Call,
    service: EndpointService,
    networks: tuple[Sequence[str] | None, Sequence[str] | None],
    gateways: tuple[Sequence[str] | None, Sequence[str] | None],
) -> tuple[str, ...]:
    """Give the load balancers after adding and removing.

    Raises InvalidParameter, ExistingVpcEndpointConnections when one would be taken from under them.
    """
    is_network = service.service_type is VpcEndpointType.INTERFACE
    (added, removed), others = (networks, gateways) if is_network else (gateways, networks)
    if any(others):
        raise InvalidParameter(
            f"{service.id} is of type {service.service_type.value}, and its load balancers are "
            "all of one type. Name such load balancers."
        )
    for arn in removed or ():
        if arn not in service.load_balancers:
            raise InvalidParameter(
                f"The load balancer '{arn}' is not associated with {service.id}, so it cannot be "
                "removed."
            )
    after = _edited(service.load_balancers, added, removed)
    if not after:
        raise InvalidParameter(
            f"{service.id} would be left without a load balancer. Add another one in the call "
            "that removes the last."
        )
    if removed and is_in_use(call, service):
        raise ExistingVpcEndpointConnections(ExistingVpcEndpointConnections.sentence)
    return choose_balancers(call, service.service_type, after, itself=service.id)


def _private_dns_after(
    call: Call, service: EndpointService, name: str | None, remove: bool
) -> PrivateDnsName | None:
    if remove and name:
        raise InvalidParameterCombination(
            "The parameters PrivateDnsName and RemovePrivateDnsName cannot be used together. "
            "Leave one of them out."
        )
    if remove:
        return None
    if name is None or (service.private_dns and service.private_dns.name == name):
        return service.private_dns
    check_named(service.service_type)
    return new_name(call, name)


def _edited(
    held: Sequence[str], added: Sequence[str] | None, removed: Sequence[str] | None
) -> list[str]:
    gone = set(removed or ())
    return list(dict.fromkeys([one for one in held if one not in gone] + list(added or ())))

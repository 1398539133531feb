"""Private DNS of an endpoint: may the service's public names mean this endpoint in its VPC?

They may when the service has such names, the VPC answers them (both DNS attributes) and nothing
else in the VPC holds one of them: no other endpoint, also one on its way out, and no private
hosted zone. "Private DNS" in the AWS PrivateLink guide.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from genkan.api.call import Call
from genkan.api.endpoint_services import has_both_kinds, private_names, service_name
from genkan.api.provided_services import find_provided
from genkan.model.catalogue.services import CatalogueService
from genkan.model.endpoint_names import WILDCARD
from genkan.model.errors import InvalidParameter
from genkan.model.hosted_service import find_any
from genkan.model.hosted_zone import HostedZone, ZoneVpc
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType

INBOUND_ONLY = "PrivateDnsOnlyForInboundResolverEndpoint"
LATECOMERS = ("s3",)  # got private names years after its first endpoints: there the default is off


def private_dns_by_default(service: CatalogueService) -> bool:
    """Tell what a call that leaves PrivateDnsEnabled out means."""
    return bool(service.private_dns_names) and service.code not in LATECOMERS


def check_dns_options(service: CatalogueService, options: Mapping[str, Any]) -> None:
    """Raise InvalidParameter for options that an interface endpoint does not have."""
    if options.get(INBOUND_ONLY) and not has_both_kinds(service):
        raise InvalidParameter(
            f"{INBOUND_ONLY} is only for services that have gateway endpoints too, and "
            f"{service.code} has none. Leave it out."
        )
    for name in sorted(set(options) - {"DnsRecordIpType", INBOUND_ONLY}):
        raise InvalidParameter(f"{name} is not for endpoints of type Interface. Leave it out.")


def check_private_dns(
    call: Call,
    vpc: Vpc,
    service: CatalogueService,
    inbound_only: bool,
    region: str,
    itself: str | None = None,
) -> None:
    """Raise InvalidParameter when private DNS cannot be turned on.

    `region` is the service's; `itself` the id of the endpoint that asks, when it is there already.
    """
    names, name = private_names(service, region), service_name(service, region)
    if not names:
        raise InvalidParameter(
            f"Private DNS can't be enabled because the service {name} does not provide a private "
            "DNS name."
        )
    if inbound_only:
        _check_gateway(call, vpc, name)
    check_dns_attributes(vpc)
    check_conflicts(call, vpc, names, itself)


def is_inbound_only(
    service: CatalogueService, enabled: bool, asked: bool | None, held: bool | None = None
) -> bool:
    """Tell whether private names are for inbound Resolver endpoints alone: by default they are
    where the VPC reaches the service through a gateway endpoint."""
    if not (enabled and has_both_kinds(service)):
        return False
    if asked is not None:
        return asked
    return True if held is None else held


def inbound_only_beside(call: Call, gateway: VpcEndpoint, gone: set[str]) -> list[VpcEndpoint]:
    """Give the interface endpoints whose private DNS needs a gateway endpoint, when it is the last
    one for its service in the VPC once those of `gone` are no more."""
    there = list(
        call.network.where(VpcEndpoint, vpc_id=gateway.vpc_id, service_name=gateway.service_name)
    )
    others = (one for one in there if one.id != gateway.id and one.id not in gone)
    if any(one.endpoint_type is VpcEndpointType.GATEWAY for one in others):
        return []
    return [one for one in there if one.private_dns_inbound_only]


def _check_gateway(call: Call, vpc: Vpc, service: str) -> None:
    there = call.network.where(VpcEndpoint, vpc_id=vpc.id, service_name=service)
    if all(one.endpoint_type is not VpcEndpointType.GATEWAY for one in there):
        raise InvalidParameter(
            f"To set {INBOUND_ONLY} to true, the VPC {vpc.id} must have a Gateway endpoint for "
            "the service."
        )


def check_same_records(call: Call, vpc: Vpc, service: str, record_type: str) -> None:
    """Raise InvalidParameter where a gateway endpoint's names would say something else."""
    for one in call.network.where(VpcEndpoint, vpc_id=vpc.id, service_name=service):
        of_gateway = one.endpoint_type is VpcEndpointType.GATEWAY and one.dns_record_type
        if of_gateway and of_gateway != record_type:
            raise InvalidParameter(
                f"DnsRecordIpType {record_type} differs from {of_gateway}, which the gateway "
                f"endpoint {one.id} has. Give both the same, or the gateway service-defined."
            )


def check_dns_attributes(vpc: Vpc) -> None:
    """Raise InvalidParameter for a VPC whose resolver answers no private names."""
    if not (vpc.dns_support and vpc.dns_hostnames):
        raise InvalidParameter(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC "
            f"attributes set to true for {vpc.id}"
        )


def check_conflicts(call: Call, vpc: Vpc, names: Iterable[str], itself: str | None) -> None:
    """Raise InvalidParameter for a name that means something else in the VPC already."""
    taken = _taken_names(call, vpc, itself)
    for name in names:
        if name in taken:
            raise InvalidParameter(
                "private-dns-enabled cannot be set because there is already a conflicting DNS "
                f"domain for {name} in the VPC {vpc.id}"
            )


def enabled_names(call: Call, endpoint: VpcEndpoint) -> tuple[str, ...]:
    """Give the names that an endpoint has by private DNS; none when it is off."""
    if not endpoint.private_dns_enabled:
        return ()
    service = find_any(call.network, endpoint.service_name, endpoint.home)
    if service is not None:
        return private_names(service, endpoint.home)
    provided = find_provided(call.network, endpoint.service_name)
    name = provided.standing_name if provided else None
    return (name,) if name else ()


def _taken_names(call: Call, vpc: Vpc, itself: str | None) -> set[str]:
    taken = {
        name
        for endpoint in call.network.where(VpcEndpoint, vpc_id=vpc.id)
        if endpoint.id != itself
        for name in enabled_names(call, endpoint)
    }
    named = ZoneVpc(region=vpc.region, vpc_id=vpc.id)
    zones = {
        zone.zone_name.removesuffix(".")
        for zone in call.network.where(HostedZone, private=True)
        if named in zone.vpcs
    }
    return taken | zones | {f"{WILDCARD}{zone}" for zone in zones}

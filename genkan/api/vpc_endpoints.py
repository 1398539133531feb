"""VPC endpoints: made, shown, deleted.

Checks come in the order that clients know: the VPC, the service, the type, what goes with the type,
subnets, groups, private DNS, the policy, the quota. "Access an AWS service using an interface VPC
endpoint" in the AWS PrivateLink guide.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.address_types import (
    check_subnets,
    choose_address_type,
    choose_record_type,
    shown_record_type,
)
from genkan.api.call import Answer, Call
from genkan.api.endpoint_interfaces import (
    ANY,
    choose_subnets,
    endpoint_interface,
    fixed_addresses,
    named_subnets,
)
from genkan.api.endpoint_policies import check_policy
from genkan.api.endpoint_private_dns import (
    INBOUND_ONLY,
    check_dns_options,
    check_private_dns,
    check_same_records,
    inbound_only_beside,
    is_inbound_only,
    private_dns_by_default,
)
from genkan.api.endpoint_services import GATEWAY, address_types, need_reached
from genkan.api.gateway_endpoints import (
    VpcEndpointLimitExceeded,
    check_goes_with_gateway,
    choose_tables,
    new_gateway_endpoint,
    record_type,
)
from genkan.api.idempotency import idempotent
from genkan.api.ids import FORMS, check_form, need
from genkan.api.interface_making import choose_groups
from genkan.api.output import present
from genkan.api.provided_endpoints import check_remote_zones, connect
from genkan.api.quotas import Quota, check_quota
from genkan.api.selection import page, select
from genkan.api.tagging import from_specifications
from genkan.api.vpc_endpoint_shape import FILTERS, vpc_endpoint
from genkan.model.catalogue.services import CatalogueService
from genkan.model.endpoint_service import service_id_of
from genkan.model.errors import (
    InvalidParameter,
    MissingParameter,
    Refused,
)
from genkan.model.network import Change, delete, put
from genkan.model.route_table import RouteTable
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState, VpcEndpointType

ENDPOINTS = Quota(1_000, "vpc", "L-29B6F2EB", "Interface VPC endpoints per VPC", 50)
TYPES = ("Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork", "Tunnel")
LOWER_ALPHANUMERICS = "abcdefghijklmnopqrstuvwxyz0123456789"
STILL_A_TARGET = {
    "Code": "InvalidParameter",
    "Message": "Endpoint must be removed from route table before deletion",
}
UPPER_ALPHANUMERICS = LOWER_ALPHANUMERICS.upper()


class InvalidVpcEndpointType(Refused):
    code = "InvalidVpcEndpointType"


@idempotent(VpcEndpoint, lambda call, rows: _created(call, rows[0]))
def create_vpc_endpoint(
    call: Call,
    *,
    vpc_id: str,
    service_name: str | None = None,
    service_region: str | None = None,
    vpc_endpoint_type: str = "Gateway",
    policy_document: str | None = None,
    route_table_ids: Sequence[str] | None = None,
    subnet_ids: Sequence[str] | None = None,
    subnet_configurations: Sequence[Mapping[str, Any]] | None = None,
    security_group_ids: Sequence[str] | None = None,
    ip_address_type: str | None = None,
    dns_options: Mapping[str, Any] | None = None,
    private_dns_enabled: bool | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    given = dict(locals())
    endpoint, change = _made(call, need(call, Vpc, vpc_id), given)
    return Answer(_created(call, endpoint), change)


def _made(call: Call, vpc: Vpc, given: Mapping[str, Any]) -> tuple[VpcEndpoint, Change]:
    """Make an endpoint of the parameters of CreateVpcEndpoint, by what it leads to."""
    name, kind = given["service_name"], given["vpc_endpoint_type"]
    if service_id_of(name or ""):
        _check_known_type(kind)
        endpoint, change = connect(call, vpc, given)
        count = sum(1 for _ in call.network.where(VpcEndpoint, vpc_id=vpc.id)) + 1
        check_quota(
            call, count, ENDPOINTS, VpcEndpointLimitExceeded, f"interface endpoints in {vpc.id}"
        )
        return endpoint, change
    service = _need_service(call, name, given["service_region"])
    _check_type(service, kind)
    return (_gateway if kind == GATEWAY else _interface)(call, vpc, service, given)


def _interface(
    call: Call, vpc: Vpc, service: CatalogueService, given: Mapping[str, Any]
) -> tuple[VpcEndpoint, Change]:
    _check_goes_with_type(given["route_table_ids"])
    family = choose_address_type(
        given["ip_address_type"], address_types(service), given["service_name"]
    )
    fixed = fixed_addresses(given["subnet_configurations"])
    subnets = choose_subnets(call, vpc.id, named_subnets(given["subnet_ids"], fixed))
    check_subnets(family, subnets)
    home = given["service_region"] or call.region
    if home != call.region:
        check_remote_zones(given["service_name"], subnets)
    group_ids = choose_groups(call, vpc.id, given["security_group_ids"])
    record = choose_record_type(
        VpcEndpointType.INTERFACE, family, (given["dns_options"] or {}).get("DnsRecordIpType")
    )
    private_dns, inbound_only = _private_dns(call, vpc, service, given)
    if inbound_only:
        shown = shown_record_type(VpcEndpointType.INTERFACE, family, record)
        check_same_records(call, vpc, given["service_name"], shown)
    check_policy_for(service, given["policy_document"])
    count = 1 + sum(bool(one.dns_suffix) for one in call.network.where(VpcEndpoint, vpc_id=vpc.id))
    check_quota(
        call, count, ENDPOINTS, VpcEndpointLimitExceeded, f"interface endpoints in {vpc.id}"
    )
    name = call.new_id("vpce")
    interfaces = tuple(
        endpoint_interface(call, name, subnet, group_ids, fixed.get(subnet.id, ANY), family)
        for subnet in subnets
    )
    endpoint = VpcEndpoint(
        id=name,
        account=call.account,
        region=call.region,
        tags=from_specifications("vpc-endpoint", given["tag_specifications"]),
        vpc_id=vpc.id,
        service_name=given["service_name"],
        endpoint_type=VpcEndpointType.INTERFACE,
        state=VpcEndpointState.PENDING,
        created_at=call.now,
        dns_suffix=call.token(8, LOWER_ALPHANUMERICS),
        hosted_zone_id="Z" + call.token(20, UPPER_ALPHANUMERICS),
        subnet_ids=tuple(subnet.id for subnet in subnets),
        group_ids=group_ids,
        network_interface_ids=tuple(interface.id for interface in interfaces),
        private_dns_enabled=private_dns,
        private_dns_inbound_only=inbound_only,
        ip_address_type=family,
        dns_record_type=record,
        policy=given["policy_document"] or None,
        service_region=home if home != call.region else None,
    )
    return endpoint, put(endpoint, *interfaces)


def _private_dns(
    call: Call, vpc: Vpc, service: CatalogueService, given: Mapping[str, Any]
) -> tuple[bool, bool]:
    """Tell whether the endpoint is to have private DNS, and whether for inbound Resolver endpoints
    alone; what speaks against it is refused."""
    options = given["dns_options"] or {}
    check_dns_options(service, options)
    asked = given["private_dns_enabled"]
    enabled = private_dns_by_default(service) if asked is None else bool(asked)
    inbound_only = is_inbound_only(service, enabled, options.get(INBOUND_ONLY))
    if enabled:
        home = given["service_region"] or call.region
        check_private_dns(call, vpc, service, inbound_only, home)
    return enabled, inbound_only


def _gateway(
    call: Call, vpc: Vpc, service: CatalogueService, given: Mapping[str, Any]
) -> tuple[VpcEndpoint, Change]:
    check_goes_with_gateway(given, given["ip_address_type"])
    name = given["service_name"]
    tables = choose_tables(call, vpc.id, name, given["route_table_ids"] or ())
    record = record_type(vpc, given["dns_options"] or {})
    check_policy_for(service, given["policy_document"])
    made = new_gateway_endpoint(call, vpc, name, tables, record, given["policy_document"])
    endpoint = replace(made, tags=from_specifications("vpc-endpoint", given["tag_specifications"]))
    return endpoint, put(endpoint)


def describe_vpc_endpoints(
    call: Call,
    *,
    vpc_endpoint_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(call, VpcEndpoint, ids=vpc_endpoint_ids, filters=filters, table=FILTERS)
    some, token = page(rows, max_results, next_token)
    return Answer(present(VpcEndpoints=[vpc_endpoint(call, row) for row in some], NextToken=token))


def delete_vpc_endpoints(call: Call, *, vpc_endpoint_ids: Sequence[str]) -> Answer:
    """Begin to delete endpoints; one that is not there is an item of the answer, no error."""
    for name in vpc_endpoint_ids:
        check_form(VpcEndpoint, name)
    found = {name: call.find(VpcEndpoint, name) for name in vpc_endpoint_ids}
    targets = {
        route.target.id
        for row in found.values()
        if row
        for table in call.network.where(RouteTable, vpc_id=row.vpc_id)
        for route in table.routes
    }
    unsuccessful: list[dict[str, Any]] = []
    ending: list[VpcEndpoint] = []
    for name, row in found.items():
        gone = {one.id for one in ending}
        error = _obstacle(call, name, row, targets, [*found], gone)
        if error or row is None:
            unsuccessful.append({"ResourceId": name, "Error": error})
        else:
            ending.append(row)
    return Answer({"Unsuccessful": unsuccessful}, _ending(ending))


def _obstacle(
    call: Call,
    name: str,
    row: VpcEndpoint | None,
    targets: set[str],
    asked: Sequence[str],
    gone: set[str],
) -> dict[str, str] | None:
    """Give the error of an endpoint that cannot be deleted.

    `asked` are all that are to go, `gone` those before this one of which that is sure.
    """
    if row is None:
        return _not_there(name)
    if name in targets:
        return STILL_A_TARGET
    if row.endpoint_type is VpcEndpointType.GATEWAY:
        for one in inbound_only_beside(call, row, gone):
            if one.id not in asked:
                message = (
                    f"{name} can't be deleted while private DNS of {one.id} is enabled with "
                    f"{INBOUND_ONLY}. Turn that off, or delete {one.id} first."
                )
                return {"Code": "InvalidParameter", "Message": message}
    return None


def _not_there(name: str) -> dict[str, str]:
    message = FORMS[VpcEndpoint].sentence.format(name)
    return {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}


def check_policy_for(service: CatalogueService, text: str | None) -> None:
    """Raise InvalidParameter for a policy where there is none, InvalidPolicyDocument."""
    if not text:
        return
    if service.policy_supported is False:
        raise InvalidParameter(
            f"The service {service.code} does not support endpoint policies: its endpoints give "
            "full access. Leave PolicyDocument out."
        )
    check_policy(text)


def _ending(endpoints: Iterable[VpcEndpoint]) -> Change:
    """Give the change to `deleting`; the record and its interfaces go when that is done.

    A gateway endpoint has nothing that could take time.
    """
    there = list(endpoints)
    gateways = [one for one in there if one.endpoint_type is VpcEndpointType.GATEWAY]
    return delete(*gateways) + put(
        *(
            replace(one, state=VpcEndpointState.DELETING)
            for one in there
            if one not in gateways and one.state is not VpcEndpointState.DELETING
        )
    )


def _need_service(call: Call, name: str | None, region: str | None) -> CatalogueService:
    if not name:
        raise MissingParameter("The request must contain the parameter ServiceName")
    return need_reached(call.network, name, region or call.region, call.region)


def _check_known_type(endpoint_type: str) -> None:
    if endpoint_type not in TYPES:
        raise InvalidVpcEndpointType(
            f"The endpoint type {endpoint_type} is invalid. Choose from {', '.join(TYPES)}."
        )


def _check_type(service: CatalogueService, endpoint_type: str) -> None:
    _check_known_type(endpoint_type)
    if endpoint_type not in service.types:
        raise InvalidParameter(
            f"Endpoint type ({endpoint_type}) does not match available service types "
            f"([{', '.join(service.types)}])."
        )


def _check_goes_with_type(route_table_ids: Sequence[str] | None) -> None:
    if route_table_ids:
        raise InvalidParameter("Route table IDs are only supported for Gateway type VPC Endpoint.")


def _created(call: Call, endpoint: VpcEndpoint) -> dict[str, Any]:
    return {"VpcEndpoint": vpc_endpoint(call, endpoint)}

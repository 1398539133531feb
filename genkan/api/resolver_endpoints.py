"""Resolver endpoints and their addresses, each with an interface in the VPC.

"Values that you specify when you create or edit inbound endpoints" in the Amazon Route 53 developer
guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import remembered, replayed
from genkan.api.interface_making import addresses_in_use, new_interface, parse_address, worn_by_aws
from genkan.api.output import present
from genkan.api.quotas import RESOLVER_ENDPOINTS, check_quota
from genkan.api.resolver_lookup import (
    InvalidParameterException,
    InvalidRequestException,
    LimitExceededException,
    ResourceExistsException,
    ResourceNotFoundException,
    Values,
    arn_of,
    check_name,
    filtered,
    need,
    paged,
    time,
    usual,
)
from genkan.api.resolver_tags import parse_tags
from genkan.model.errors import AddressInUse, IdempotentParameterMismatch, Refused
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.resolver import (
    ResolverAddress,
    ResolverEndpoint,
    ResolverEndpointState,
    ResolverRule,
)
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet

IPV4 = "IPV4"
FEWEST, MOST = 2, 6  # addresses of an endpoint
MOST_GROUPS = 10
OPERATION = "CreateResolverEndpoint"

_FILTERS: Mapping[str, Values[ResolverEndpoint]] = {
    "CreatorRequestId": lambda row: [row.creator_request_id],
    "Direction": lambda row: [row.direction],
    "HostVPCId": lambda row: [row.vpc_id],
    "IpAddressCount": lambda row: [str(len(row.addresses))],
    "Name": lambda row: [row.endpoint_name],
    "SecurityGroupIds": lambda row: row.group_ids,
    "Status": lambda row: [row.state.value],
}


def create_resolver_endpoint(
    call: Call,
    *,
    creator_request_id: str,
    security_group_ids: Sequence[str],
    direction: str,
    ip_addresses: Sequence[Mapping[str, str]],
    name: str | None = None,
    tags: Sequence[Mapping[str, str]] | None = None,
    resolver_endpoint_type: str = IPV4,
    protocols: Sequence[str] | None = None,
) -> Answer:
    parameters = dict(locals(), call=None, creator_request_id=None)
    try:
        made = replayed(call, OPERATION, creator_request_id, parameters)
    except IdempotentParameterMismatch as error:
        raise ResourceExistsException(str(error)) from None
    if made:
        return Answer({"ResolverEndpoint": _shown(need(call, ResolverEndpoint, made[0]))})
    if resolver_endpoint_type != IPV4:
        raise InvalidParameterException(
            f"ResolverEndpointType {resolver_endpoint_type} is not offered here yet. Use {IPV4}."
        )
    check_name(name)
    if len(ip_addresses) > MOST:
        raise InvalidRequestException(
            f"[RSLVR-00405] An endpoint has {FEWEST} to {MOST} IP addresses, not "
            f"{len(ip_addresses)}."
        )
    count = len(call.mine(ResolverEndpoint)) + 1
    check_quota(call, count, RESOLVER_ENDPOINTS, LimitExceededException, "Resolver endpoints")
    subnets = [_need_subnet(call, one) for one in ip_addresses]
    vpc_id = subnets[0].vpc_id
    endpoint = ResolverEndpoint(
        id=call.new_id("rslvr-in" if direction.startswith("INBOUND") else "rslvr-out"),
        account=call.account,
        region=call.region,
        tags=parse_tags((), tags),
        vpc_id=vpc_id,
        direction=direction,
        state=ResolverEndpointState.CREATING,
        creator_request_id=creator_request_id,
        created_at=call.now,
        modified_at=call.now,
        addresses=(),
        group_ids=_parse_groups(call, vpc_id, security_group_ids),
        endpoint_name=name,
        protocols=tuple(protocols or ("Do53",)),
    )
    interfaces: list[NetworkInterface] = []
    for subnet, one in zip(subnets, ip_addresses, strict=True):
        address, interface = _new_address(call, endpoint, subnet, one, interfaces)
        endpoint = replace(endpoint, addresses=(*endpoint.addresses, address))
        interfaces.append(interface)
    call_made = remembered(call, OPERATION, creator_request_id, parameters, (endpoint.id,))
    return Answer({"ResolverEndpoint": _shown(endpoint)}, put(endpoint, *interfaces, call_made))


def get_resolver_endpoint(call: Call, *, resolver_endpoint_id: str) -> Answer:
    endpoint = need(call, ResolverEndpoint, resolver_endpoint_id)
    return Answer({"ResolverEndpoint": _shown(endpoint)})


def list_resolver_endpoints(
    call: Call,
    *,
    max_results: int | None = None,
    next_token: str | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    rows = filtered(call.mine(ResolverEndpoint), filters, _FILTERS)
    some, token = paged(rows, usual(max_results), next_token)
    return Answer(
        present(
            ResolverEndpoints=[_shown(row) for row in some],
            MaxResults=usual(max_results),
            NextToken=token,
        )
    )


def update_resolver_endpoint(
    call: Call,
    *,
    resolver_endpoint_id: str,
    name: str | None = None,
    protocols: Sequence[str] | None = None,
) -> Answer:
    endpoint = need(call, ResolverEndpoint, resolver_endpoint_id)
    check_name(name)
    changed = replace(
        endpoint,
        endpoint_name=endpoint.endpoint_name if name is None else name,
        protocols=tuple(protocols) if protocols else endpoint.protocols,
        modified_at=call.now,
    )
    return Answer({"ResolverEndpoint": _shown(changed)}, put(changed))


def delete_resolver_endpoint(call: Call, *, resolver_endpoint_id: str) -> Answer:
    endpoint = need(call, ResolverEndpoint, resolver_endpoint_id)
    rules = list(call.network.where(ResolverRule, resolver_endpoint_id=endpoint.id))
    if rules:
        raise InvalidRequestException(
            "[RSLVR-00502] Cannot delete resolver endpoint unless its related resolver rules are "
            "deleted. The following rules still exist for this resolver endpoint: "
            f"{', '.join(sorted(row.id for row in rules))}"
        )
    ending = replace(endpoint, state=ResolverEndpointState.DELETING, modified_at=call.now)
    return Answer({"ResolverEndpoint": _shown(ending)}, put(ending))


def list_resolver_endpoint_ip_addresses(
    call: Call,
    *,
    resolver_endpoint_id: str,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    endpoint = need(call, ResolverEndpoint, resolver_endpoint_id)
    start = int(next_token or 0)
    end = start + (max_results or MOST)
    attached = endpoint.state is not ResolverEndpointState.CREATING
    shown = [
        {
            "IpId": address.id,
            "SubnetId": address.subnet_id,
            "Ip": str(address.ip),
            "Status": "ATTACHED" if attached else "CREATING",
            "StatusMessage": "This IP address is operational." if attached else "",
            "CreationTime": time(address.created_at),
            "ModificationTime": time(address.created_at),
        }
        for address in endpoint.addresses
    ]
    more = str(end) if end < len(shown) else None
    return Answer(
        present(IpAddresses=shown[start:end], MaxResults=usual(max_results), NextToken=more)
    )


def associate_resolver_endpoint_ip_address(
    call: Call, *, resolver_endpoint_id: str, ip_address: Mapping[str, str]
) -> Answer:
    endpoint = need(call, ResolverEndpoint, resolver_endpoint_id)
    if ip_address.get("IpId"):
        raise InvalidParameterException("IpId is of an address that is there. Leave it out.")
    if len(endpoint.addresses) >= MOST:
        raise LimitExceededException(f"{endpoint.id} has {MOST} IP addresses, the limit.")
    subnet = _need_subnet(call, ip_address)
    address, interface = _new_address(call, endpoint, subnet, ip_address, ())
    changed = replace(endpoint, addresses=(*endpoint.addresses, address), modified_at=call.now)
    return Answer({"ResolverEndpoint": _shown(changed)}, put(changed, interface))


def disassociate_resolver_endpoint_ip_address(
    call: Call, *, resolver_endpoint_id: str, ip_address: Mapping[str, str]
) -> Answer:
    endpoint = need(call, ResolverEndpoint, resolver_endpoint_id)
    if not ip_address.get("IpId") and not (ip_address.get("SubnetId") and ip_address.get("Ip")):
        raise InvalidRequestException(
            "[RSLVR-00503] Need to specify either the IP ID or both subnet and IP address in order "
            "to remove IP address."
        )
    found = next((one for one in endpoint.addresses if _is_named(one, ip_address)), None)
    if found is None:
        raise InvalidParameterException(f"{endpoint.id} has no such IP address: {ip_address}.")
    if len(endpoint.addresses) <= FEWEST:
        raise InvalidRequestException(
            f"[RSLVR-00406] {endpoint.id} has {FEWEST} IP addresses, the fewest. Associate another "
            "first."
        )
    left = tuple(one for one in endpoint.addresses if one != found)
    changed = replace(endpoint, addresses=left, modified_at=call.now)
    interface = call.network.get(NetworkInterface, found.network_interface_id)
    return Answer(
        {"ResolverEndpoint": _shown(changed)},
        put(changed) + delete(*([interface] if interface else [])),
    )


def _is_named(address: ResolverAddress, wanted: Mapping[str, str]) -> bool:
    """Tell whether a request names this address, and does not say of it what is not so."""
    own = {"IpId": address.id, "Ip": str(address.ip), "SubnetId": address.subnet_id}
    return {member: wanted[member] for member in own if member in wanted}.items() <= own.items()


def _need_subnet(call: Call, one: Mapping[str, str]) -> Subnet:
    if one.get("Ipv6"):
        raise InvalidParameterException("IPv6 addresses are not offered here yet. Leave Ipv6 out.")
    subnet = call.find(Subnet, one.get("SubnetId", ""))
    if subnet is None:
        raise InvalidParameterException(
            f"[RSLVR-00401] The subnet ID '{one.get('SubnetId')}' does not exist in {call.region}."
        )
    return subnet


def _parse_groups(call: Call, vpc_id: str, names: Sequence[str]) -> tuple[str, ...]:
    if not names:
        raise InvalidParameterException("SecurityGroupIds is empty. Name a group at least.")
    if len(names) > MOST_GROUPS:
        raise InvalidParameterException(
            f"[RSLVR-00408] Maximum of {MOST_GROUPS} security groups are allowed, not {len(names)}."
        )
    for name in names:
        if not name.startswith("sg-"):
            raise InvalidParameterException(
                f"[RSLVR-00408] Malformed security group ID: Invalid id: '{name}' (expecting "
                "'sg-...')."
            )
        group = call.find(SecurityGroup, name)
        if group is None:
            raise ResourceNotFoundException(
                f"[RSLVR-00408] The security group '{name}' does not exist in {call.region}."
            )
        if group.vpc_id != vpc_id:
            raise InvalidParameterException(
                f"[RSLVR-00408] The security group '{name}' is of {group.vpc_id}, and the endpoint "
                f"of {vpc_id}."
            )
    return tuple(dict.fromkeys(names))


def _new_address(
    call: Call,
    endpoint: ResolverEndpoint,
    subnet: Subnet,
    one: Mapping[str, str],
    beside: Sequence[NetworkInterface],
) -> tuple[ResolverAddress, NetworkInterface]:
    """Make an address and its interface; `beside` are those that the same call has made."""
    if subnet.vpc_id != endpoint.vpc_id:
        raise InvalidParameterException(
            f"[RSLVR-00402] The subnet {subnet.id} is of {subnet.vpc_id}, and the endpoint of "
            f"{endpoint.vpc_id}. All are of one VPC."
        )
    taken = {ip for other in beside for ip in other.private_addresses}
    address_id = call.new_id("rni")
    try:
        wanted: IPv4Address | None = parse_address(one["Ip"], "Ip") if one.get("Ip") else None
        interface = new_interface(
            call,
            subnet,
            endpoint.group_ids,
            in_use=addresses_in_use(call, subnet) | taken,
            wanted=wanted,
            description=f"Route 53 Resolver: {endpoint.id}:{address_id}",
        )
    except AddressInUse:
        raise ResourceExistsException(
            f"[RSLVR-00404] The IP address '{one['Ip']}' in subnet '{subnet.id}' is already in use."
        ) from None
    except Refused as error:
        raise InvalidParameterException(f"[RSLVR-00403] {error}") from None
    worn = replace(interface, requester_id="amazon-aws", attachment=worn_by_aws(call))
    address = ResolverAddress(
        id=address_id,
        subnet_id=subnet.id,
        ip=worn.private_ip,
        network_interface_id=worn.id,
        created_at=call.now,
    )
    return address, worn


def _shown(endpoint: ResolverEndpoint) -> dict[str, Any]:
    return present(
        Id=endpoint.id,
        CreatorRequestId=endpoint.creator_request_id,
        Arn=arn_of(endpoint),
        Name=endpoint.endpoint_name,
        SecurityGroupIds=list(endpoint.group_ids),
        Direction=endpoint.direction,
        IpAddressCount=len(endpoint.addresses),
        HostVPCId=endpoint.vpc_id,
        Status=endpoint.state.value,
        StatusMessage=f"The Resolver Endpoint is {endpoint.state.value.lower()}.",
        CreationTime=time(endpoint.created_at),
        ModificationTime=time(endpoint.modified_at),
        ResolverEndpointType=IPV4,
        Protocols=list(endpoint.protocols),
    )

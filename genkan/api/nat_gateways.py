"""NAT gateways, public and private. "NAT gateways" in the Amazon VPC user guide.

One that cannot work is made all the same, and fails: its FailureCode says why. Addresses beyond the
first are kept and shown; connections leave from the first one alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import need
from genkan.api.interface_making import (
    addresses_in_use,
    new_interface,
    parse_address,
    worn_by_aws,
)
from genkan.api.nat_gateway_shape import PRIVATE, PUBLIC, shown_nat_gateway
from genkan.api.output import present
from genkan.api.quotas import (
    NAT_GATEWAY_ADDRESSES,
    NAT_GATEWAYS,
    NatGatewayLimitExceeded,
    PrivateIpAddressLimitExceeded,
    check_quota,
)
from genkan.api.selection import Values, page, select
from genkan.api.tagging import from_specifications
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import (
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    SubnetFull,
)
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Change, delete, put
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import InternetGateway

COUNTED = (NatGatewayState.PENDING, NatGatewayState.AVAILABLE, NatGatewayState.DELETING)

_FILTERS: Mapping[str, Values[NatGateway]] = {
    "nat-gateway-id": lambda row: [row.id],
    "state": lambda row: [row.state.value],
    "subnet-id": lambda row: [row.subnet_id],
    "vpc-id": lambda row: [row.vpc_id],
}


@idempotent(NatGateway, lambda call, rows: _created(call, rows[0]))
def create_nat_gateway(
    call: Call,
    *,
    subnet_id: str,
    allocation_id: str | None = None,
    connectivity_type: str = PUBLIC,
    private_ip_address: str | None = None,
    secondary_allocation_ids: Sequence[str] | None = None,
    secondary_private_ip_addresses: Sequence[str] | None = None,
    secondary_private_ip_address_count: int | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    subnet = need(call, Subnet, subnet_id)
    allocations = [*([allocation_id] if allocation_id else []), *(secondary_allocation_ids or ())]
    elastics = _need_elastics(call, connectivity_type, allocation_id, allocations)
    count = _secondary_count(
        call,
        connectivity_type,
        len(secondary_allocation_ids or ()),
        secondary_private_ip_addresses or (),
        secondary_private_ip_address_count,
    )
    _check_quota(call, subnet)
    gateway = NatGateway(
        id=call.new_id("nat"),
        account=call.account,
        region=call.region,
        tags=from_specifications("natgateway", tag_specifications),
        vpc_id=subnet.vpc_id,
        subnet_id=subnet.id,
        network_interface_id="",
        state=NatGatewayState.PENDING,
        created_at=call.now,
        public=connectivity_type == PUBLIC,
        allocation_id=allocation_id,
    )
    primary = parse_address(private_ip_address, "privateIpAddress") if private_ip_address else None
    named = parse_secondary(secondary_private_ip_addresses)
    change = _begin(call, gateway, subnet, elastics, (primary, named, count))
    shown_call = replace(call, network=call.network.apply(change))
    begun = need(shown_call, NatGateway, gateway.id)
    return Answer(_created(shown_call, begun), change)


def describe_nat_gateways(
    call: Call,
    *,
    nat_gateway_ids: Sequence[str] | None = None,
    filter: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(call, NatGateway, ids=nat_gateway_ids, filters=filter, table=_FILTERS)
    some, token = page(rows, max_results, next_token)
    shown = [shown_nat_gateway(call, row) for row in some]
    return Answer(present(NatGateways=shown, NextToken=token))


def delete_nat_gateway(call: Call, *, nat_gateway_id: str) -> Answer:
    gateway = need(call, NatGateway, nat_gateway_id)
    answer = {"NatGatewayId": gateway.id}
    if gateway.state in (NatGatewayState.DELETING, NatGatewayState.DELETED):
        return Answer(answer)
    ending = replace(gateway, state=NatGatewayState.DELETING)
    interface = call.network.get(NetworkInterface, gateway.network_interface_id)
    if interface is None:
        return Answer(answer, put(ending))
    held = list(call.network.where(ElasticIp, network_interface_id=interface.id))
    public = next((one.public_ip for one in held if one.id == gateway.allocation_id), None)
    freed = [
        replace(one, association_id=None, network_interface_id=None, private_ip=None)
        for one in held
    ]
    ending = replace(ending, private_ip=interface.private_ip, public_ip=public)
    return Answer(answer, put(ending, *freed) + delete(interface))


def parse_secondary(addresses: Sequence[str] | None) -> list[IPv4Address]:
    """Read the secondary addresses of a request. Raises InvalidParameterValue."""
    return [parse_address(one, "privateIpAddresses") for one in addresses or ()]


def check_address_quota(call: Call, count: int) -> None:
    """Raise PrivateIpAddressLimitExceeded for more addresses than a NAT gateway may have."""
    check_quota(
        call,
        count,
        NAT_GATEWAY_ADDRESSES,
        PrivateIpAddressLimitExceeded,
        "addresses of a NAT gateway",
    )


def _need_elastics(
    call: Call, connectivity: str, allocation_id: str | None, allocations: Sequence[str]
) -> list[ElasticIp]:
    """Give the Elastic IPs of a public gateway, the primary one first."""
    if connectivity not in (PUBLIC, PRIVATE):
        raise InvalidParameterValue(
            f"Value ({connectivity}) for parameter connectivityType is invalid. "
            "Give public or private."
        )
    if connectivity == PRIVATE:
        if allocations:
            raise InvalidParameterValue(
                "Allocation ids cannot be given for a private NAT gateway. Leave them out."
            )
        return []
    if not allocation_id:
        raise MissingParameter(
            "The request must contain the parameter AllocationId: a public NAT gateway has an "
            "Elastic IP address. AllocateAddress gives one."
        )
    if len(set(allocations)) < len(allocations):
        raise InvalidParameterValue(
            "The same allocation id must not appear multiple times. Give each address once."
        )
    return [need(call, ElasticIp, name) for name in allocations]


def _secondary_count(
    call: Call, connectivity: str, elastics: int, named: Sequence[str], counted: int | None
) -> int:
    """Give how many secondary addresses are left to us. Raises InvalidParameterCombination,
    InvalidParameterValue, PrivateIpAddressLimitExceeded."""
    if named and counted:
        raise InvalidParameterCombination(
            "The parameters secondaryPrivateIpAddresses and secondaryPrivateIpAddressCount cannot "
            "be used together. Leave one of them out."
        )
    if connectivity == PUBLIC and counted:
        raise InvalidParameterCombination(
            "SecondaryPrivateIpAddressCount is of a private NAT gateway. "
            "Give SecondaryAllocationIds."
        )
    if connectivity == PUBLIC and named and len(named) != elastics:
        raise InvalidParameterValue(
            f"There are {elastics} secondary allocation ids and {len(named)} secondary private "
            "addresses. Give a private address for each, or none."
        )
    if counted is not None and counted < 0:
        raise InvalidParameterValue(
            f"Value ({counted}) for parameter secondaryPrivateIpAddressCount is invalid. "
            "Give 0 or more."
        )
    check_address_quota(call, 1 + max(elastics, len(named), counted or 0))
    return counted or (elastics if not named else 0)


def _check_quota(call: Call, subnet: Subnet) -> None:
    zone = {one.id for one in call.network.where(Subnet, zone=subnet.zone)}
    there = [row for row in call.mine(NatGateway) if row.state in COUNTED and row.subnet_id in zone]
    check_quota(
        call,
        len(there) + 1,
        NAT_GATEWAYS,
        NatGatewayLimitExceeded,
        f"NAT gateways in {subnet.zone}",
    )


def _begin(
    call: Call,
    gateway: NatGateway,
    subnet: Subnet,
    elastics: Sequence[ElasticIp],
    addresses: tuple[IPv4Address | None, Sequence[IPv4Address], int],
) -> Change:
    """Give what making it changes; as in AWS, one that cannot work is made and fails."""
    failure = _failure(call, gateway, elastics)
    if failure:
        return put(replace(gateway, failure=failure))
    primary, named, count = addresses
    try:
        interface = new_interface(
            call,
            subnet,
            (),
            in_use=addresses_in_use(call, subnet),
            wanted=primary,
            secondary=named,
            secondary_count=count,
            description=f"Interface for NAT Gateway {gateway.id}",
            interface_type=InterfaceType.NAT_GATEWAY,
        )
    except SubnetFull as full:
        return put(replace(gateway, failure=(full.code, str(full))))
    worn = replace(interface, attachment=worn_by_aws(call))
    return put(
        replace(gateway, network_interface_id=worn.id),
        worn,
        *associated(call, elastics, worn.id, worn.private_addresses),
    )


def associated(
    call: Call,
    elastics: Sequence[ElasticIp],
    interface_id: str,
    addresses: Sequence[IPv4Address],
) -> list[ElasticIp]:
    """Give Elastic IPs mapped to the addresses of an interface, one to one."""
    return [
        replace(
            elastic,
            association_id=call.new_id("eipassoc"),
            network_interface_id=interface_id,
            private_ip=address,
        )
        for elastic, address in zip(elastics, addresses, strict=False)
    ]


def _failure(
    call: Call, gateway: NatGateway, elastics: Sequence[ElasticIp]
) -> tuple[str, str] | None:
    """Give why a gateway fails, None when it does not. "NAT gateway creation fails"."""
    attached = any(True for _ in call.network.where(InternetGateway, vpc_id=gateway.vpc_id))
    if gateway.public and not attached:
        return (
            "Gateway.NotAttached",
            f"Network {gateway.vpc_id} has no Internet gateway attached",
        )
    for elastic in elastics:
        if elastic.association_id:
            return (
                "Resource.AlreadyAssociated",
                f"Elastic IP address [{elastic.id}] is already associated",
            )
    return None


def _created(call: Call, gateway: NatGateway) -> dict[str, Any]:
    return {"NatGateway": shown_nat_gateway(call, gateway)}

"""Elastic IPs: allocated, associated with an interface, let go."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need, unknown_part
from genkan.api.interface_making import need_own, parse_address
from genkan.api.output import present
from genkan.api.public_addresses import elastic_ip_of, free_public_addresses
from genkan.api.quotas import ELASTIC_IPS, AddressLimitExceeded, check_quota
from genkan.api.selection import Values, matching
from genkan.api.tagging import from_specifications, shown
from genkan.model.elastic_ip import AddressTransfer, ElasticIp
from genkan.model.errors import (
    AddressInUse,
    AlreadyAssociated,
    GatewayNotAttached,
    InvalidInstanceId,
    InvalidParameterCombination,
    InvalidParameterValue,
    MissingParameter,
    NotFound,
    Refused,
)
from genkan.model.instance import Instance
from genkan.model.network import delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import InternetGateway


class AuthFailure(Refused):
    """What EC2 says of an address that something of AWS's own uses."""

    code = "AuthFailure"
    status = 403


class AddressLocked(Refused):
    code = "InvalidAddress.Locked"


def allocate_address(
    call: Call,
    *,
    domain: str = "vpc",
    address: str | None = None,
    public_ipv4_pool: str | None = None,
    network_border_group: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    if domain != "vpc":
        raise InvalidParameterValue(
            f"Value ({domain}) for parameter domain is invalid. Only 'vpc' is there."
        )
    if public_ipv4_pool not in (None, "amazon") or network_border_group not in (None, call.region):
        raise InvalidParameterValue(
            f"There are public addresses of the pool 'amazon' in {call.region} alone. "
            "Leave PublicIpv4Pool and NetworkBorderGroup out."
        )
    check_quota(
        call,
        len(call.mine(ElasticIp)) + 1,
        ELASTIC_IPS,
        AddressLimitExceeded,
        "Elastic IP addresses",
    )
    free = free_public_addresses(call)
    elastic = ElasticIp(
        id=call.new_id("eipalloc"),
        account=call.account,
        region=call.region,
        tags=from_specifications("elastic-ip", tag_specifications),
        public_ip=_recovered(call, address) if address else next(free),
    )
    return Answer(
        {
            "PublicIp": str(elastic.public_ip),
            "AllocationId": elastic.id,
            "PublicIpv4Pool": "amazon",
            "NetworkBorderGroup": call.region,
            "Domain": "vpc",
        },
        put(elastic),
    )


def describe_addresses(
    call: Call,
    *,
    allocation_ids: Sequence[str] | None = None,
    public_ips: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    rows = call.mine(ElasticIp)
    if allocation_ids:
        rows = [need(call, ElasticIp, name) for name in dict.fromkeys(allocation_ids)]
    if public_ips:
        rows = [_by_public_ip(call, one) for one in dict.fromkeys(public_ips)]
    rows = matching(rows, filters, _filters(call))
    return Answer({"Addresses": [_shown(call, row) for row in rows]})


def associate_address(
    call: Call,
    *,
    allocation_id: str | None = None,
    public_ip: str | None = None,
    instance_id: str | None = None,
    network_interface_id: str | None = None,
    private_ip_address: str | None = None,
    allow_reassociation: bool = False,
) -> Answer:
    elastic = _need_elastic(call, allocation_id, public_ip)
    _check_not_managed(call, elastic)
    interface = _target(call, instance_id, network_interface_id)
    private = (
        parse_address(private_ip_address, "privateIpAddress")
        if private_ip_address
        else interface.private_ip
    )
    _check_association(call, elastic, interface, private, allow_reassociation)
    displaced = [
        replace(one, association_id=None, network_interface_id=None, private_ip=None)
        for one in call.network.where(ElasticIp, network_interface_id=interface.id)
        if one.private_ip == private and one.id != elastic.id
    ]
    associated = replace(
        elastic,
        association_id=call.new_id("eipassoc"),
        network_interface_id=interface.id,
        private_ip=private,
    )
    # An instance gives its lent address back for good when it gets one of its own.
    lent = replace(interface, public_ip=None) if private == interface.private_ip else interface
    return Answer({"AssociationId": associated.association_id}, put(*displaced, associated, lent))


def disassociate_address(
    call: Call, *, association_id: str | None = None, public_ip: str | None = None
) -> Answer:
    if public_ip:
        elastic = _by_public_ip(call, public_ip)
    elif association_id:
        elastic = _need_associated(call, association_id)
    else:
        raise MissingParameter("The request must contain the parameter AssociationId or PublicIp.")
    _check_not_managed(call, elastic)
    freed = replace(elastic, association_id=None, network_interface_id=None, private_ip=None)
    return Answer({}, put(freed))


def release_address(
    call: Call,
    *,
    allocation_id: str | None = None,
    public_ip: str | None = None,
    network_border_group: str | None = None,
) -> Answer:
    if network_border_group not in (None, call.region):
        raise InvalidParameterValue(
            f"Value ({network_border_group}) for parameter networkBorderGroup is invalid. "
            f"Addresses are of {call.region}; leave it out."
        )
    if public_ip and not allocation_id:
        raise InvalidParameterValue(
            "You must specify an allocation id when releasing a VPC elastic IP address. "
            f"DescribeAddresses tells that of {public_ip}."
        )
    elastic = _need_elastic(call, allocation_id, public_ip)
    if elastic.association_id:
        raise AddressInUse(
            f"Address {elastic.public_ip} is in use by {elastic.network_interface_id}. "
            "Disassociate it first."
        )
    if elastic.domain_name:
        raise AddressLocked(
            f"Address {elastic.public_ip} cannot be released: its reverse record is "
            f"{elastic.domain_name}. Take it away by ResetAddressAttribute first."
        )
    offers = [one for one in call.mine(AddressTransfer) if one.id == elastic.id]
    return Answer({}, delete(elastic, *offers))


def _need_elastic(call: Call, allocation_id: str | None, public_ip: str | None) -> ElasticIp:
    if allocation_id and public_ip:
        raise InvalidParameterCombination(
            "You may specify public IP or allocation id, but not both in the same call."
        )
    if allocation_id:
        return need(call, ElasticIp, allocation_id)
    if public_ip:
        return _by_public_ip(call, public_ip)
    raise MissingParameter("Either public IP or allocation id must be specified.")


class InvalidAddressMalformed(Refused):
    code = "InvalidAddress.Malformed"


def parse_public_ip(text: str) -> IPv4Address:
    """Read a public address of a request. Raises InvalidAddressMalformed."""
    try:
        return IPv4Address(text)
    except ValueError:
        raise InvalidAddressMalformed(
            f"Invalid address: '{text}'. Give an IPv4 address as 203.0.113.25."
        ) from None


def _by_public_ip(call: Call, text: str) -> ElasticIp:
    wanted = parse_public_ip(text)
    for elastic in call.mine(ElasticIp):
        if elastic.public_ip == wanted:
            return elastic
    raise NotFound("InvalidAddress.NotFound", f"Address '{text}' not found.")


def _need_associated(call: Call, association_id: str) -> ElasticIp:
    for one in call.mine(ElasticIp):
        if one.association_id == association_id:
            return one
    raise unknown_part("eipassoc", association_id)


def _recovered(call: Call, text: str) -> IPv4Address:
    raise NotFound(
        "InvalidAddress.NotFound",
        f"The address '{text}' cannot be had again: nobody keeps released addresses here. "
        "Leave Address out.",
    )


def _target(call: Call, instance_id: str | None, interface_id: str | None) -> NetworkInterface:
    if interface_id and instance_id:
        raise InvalidParameterCombination(
            "You may specify an instance or a network interface, but not both in the same call."
        )
    if interface_id:
        return need_own(call, interface_id)
    if not instance_id:
        raise MissingParameter(
            "The request must contain the parameter InstanceId or NetworkInterfaceId."
        )
    instance = need(call, Instance, instance_id)
    worn = list(call.network.where(NetworkInterface, instance_id=instance.id))
    if not worn:
        raise InvalidInstanceId(
            f"Invalid instance ID '{instance.id}': it has no interface, it is "
            f"{instance.state.value}."
        )
    if len(worn) > 1:
        raise InvalidInstanceId(
            f"There are multiple interfaces attached to instance '{instance.id}'. "
            "Please specify an interface ID for the operation instead."
        )
    return worn[0]


def _check_not_managed(call: Call, elastic: ElasticIp) -> None:
    """Raise AuthFailure where the address stands at an interface that its owner may not change."""
    interface = call.network.get(NetworkInterface, elastic.network_interface_id)
    if interface and interface.requester_id is not None:
        raise AuthFailure(
            "You do not have permission to access the specified resource: "
            f'"{interface.description}" uses {elastic.public_ip}. Change or delete that instead.'
        )


def _check_association(
    call: Call,
    elastic: ElasticIp,
    interface: NetworkInterface,
    private: IPv4Address,
    allow_reassociation: bool,
) -> None:
    """Raise where the address may not stand there. A private address that has another Elastic IP
    gives it up only when reassociation is allowed."""
    if private not in interface.private_addresses:
        raise InvalidParameterValue(
            f"{private} is no address of {interface.id}. It has "
            f"{', '.join(map(str, interface.private_addresses))}."
        )
    gateways = call.network.where(InternetGateway, vpc_id=interface.vpc_id)
    if next(iter(gateways), None) is None:
        raise GatewayNotAttached(
            f"Network {interface.vpc_id} is not attached to any internet gateway. Attach one: "
            "a public address is reached through it."
        )
    there = elastic_ip_of(call.network, interface, private)
    if there and there.id != elastic.id and not allow_reassociation:
        raise AlreadyAssociated(
            f"resource {interface.id} is already associated with associate-id "
            f"{there.association_id}. Set AllowReassociation, or disassociate it first."
        )
    elsewhere = elastic.network_interface_id not in (None, interface.id)
    if elsewhere and not allow_reassociation:
        raise AlreadyAssociated(
            f"resource {elastic.id} is already associated with associate-id "
            f"{elastic.association_id}. Set AllowReassociation, or disassociate it first."
        )


def _shown(call: Call, elastic: ElasticIp) -> dict[str, Any]:
    interface = call.network.get(NetworkInterface, elastic.network_interface_id)
    attachment = interface.attachment if interface else None
    return present(
        AllocationId=elastic.id,
        AssociationId=elastic.association_id,
        Domain="vpc",
        InstanceId=attachment.instance_id if attachment else None,
        NetworkBorderGroup=elastic.region,
        NetworkInterfaceId=elastic.network_interface_id,
        NetworkInterfaceOwnerId=interface.account if interface else None,
        PrivateIpAddress=str(elastic.private_ip) if elastic.private_ip else None,
        PublicIp=str(elastic.public_ip),
        PublicIpv4Pool="amazon",
        Tags=shown(elastic.tags),
    )


def _filters(call: Call) -> Mapping[str, Values[ElasticIp]]:
    def member(name: str) -> Values[ElasticIp]:
        return lambda row: [_shown(call, row).get(name)]

    return {
        "allocation-id": lambda row: [row.id],
        "association-id": lambda row: [row.association_id],
        "domain": lambda row: ["vpc"],
        "instance-id": member("InstanceId"),
        "network-border-group": lambda row: [row.region],
        "network-interface-id": lambda row: [row.network_interface_id],
        "network-interface-owner-id": member("NetworkInterfaceOwnerId"),
        "private-ip-address": member("PrivateIpAddress"),
        "public-ip": lambda row: [str(row.public_ip)],
    }

"""The IPv6 CIDR that a subnet gets after it was made, and loses again."""

from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.ipv6_cidrs import shown_subnet_ipv6, subnet_association
from genkan.api.quotas import SUBNET_IPV6_CIDRS, CidrLimitExceeded, check_quota
from genkan.model.errors import CidrBlockInUse, NotFound, OperationNotPermitted
from genkan.model.network import put
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc


def associate_subnet_cidr_block(call: Call, *, subnet_id: str, ipv6_cidr_block: str) -> Answer:
    subnet = need(call, Subnet, subnet_id)
    vpc = need(call, Vpc, subnet.vpc_id)
    siblings = [
        other for other in call.network.where(Subnet, vpc_id=vpc.id) if other.id != subnet.id
    ]
    made = subnet_association(call, vpc, ipv6_cidr_block, siblings)
    count = len(subnet.ipv6_associations) + 1
    check_quota(
        call, count, SUBNET_IPV6_CIDRS, CidrLimitExceeded, f"IPv6 CIDR blocks of {subnet.id}"
    )
    (shown,) = shown_subnet_ipv6([made], "associating")
    return Answer(
        {"SubnetId": subnet.id, "Ipv6CidrBlockAssociation": shown},
        put(replace(subnet, ipv6_associations=(made,))),
    )


def disassociate_subnet_cidr_block(call: Call, *, association_id: str) -> Answer:
    """Take the IPv6 CIDR off a subnet in which no interface has an IPv6 address."""
    for subnet in call.mine(Subnet):
        for association in subnet.ipv6_associations:
            if association.id != association_id:
                continue
            _check_unused(call, subnet)
            (shown,) = shown_subnet_ipv6([association], "disassociating")
            return Answer(
                {"SubnetId": subnet.id, "Ipv6CidrBlockAssociation": shown},
                put(replace(subnet, ipv6_associations=(), assign_ipv6_on_creation=False)),
            )
    raise NotFound(
        "InvalidSubnetCidrBlockAssociationID.NotFound",
        f"The subnet CIDR block association ID '{association_id}' does not exist",
    )


def _check_unused(call: Call, subnet: Subnet) -> None:
    if subnet.ipv6_native:
        raise OperationNotPermitted(
            f"The IPv6 CIDR block of {subnet.id} may not be disassociated: it is an IPv6-only "
            "subnet. Delete the subnet."
        )
    for interface in call.network.where(NetworkInterface, subnet_id=subnet.id):
        if interface.has_ipv6:
            first = [*interface.ipv6_addresses, *interface.ipv6_prefixes][0]
            raise CidrBlockInUse(
                f"The subnet {subnet.id} currently has an interface within CIDR block "
                f"{subnet.ipv6_cidr}: {interface.id} has {first}. "
                "Unassign it first."
            )

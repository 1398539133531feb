"""Which network ACL, entry or association a request means; default ones follow from their VPCs."""

from collections.abc import Iterator

from genkan.api.call import Call
from genkan.api.ids import FORMS, check_form, unknown_part
from genkan.model.errors import NotFound
from genkan.model.network import Network
from genkan.model.network_acl import (
    NetworkAcl,
    NetworkAclAssociation,
    acls_of,
    default_acl,
    unmoved,
)
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc


def every_acl(call: Call) -> Iterator[NetworkAcl]:
    """Give every ACL of the caller in the Region, VPC by VPC."""
    for vpc in call.mine(Vpc):
        yield from acls_of(call.network, vpc)


def need_acl(call: Call, name: str) -> NetworkAcl:
    """Give the ACL with this id. Raises Malformed, NotFound."""
    check_form(NetworkAcl, name)
    found = call.find(NetworkAcl, name)
    if found is None:
        form = FORMS[NetworkAcl]
        vpc = call.find(Vpc, f"vpc-{name.rpartition('-')[2]}")
        if vpc is None:
            raise NotFound(form.not_found, form.sentence.format(name))
        found = default_acl(call.network, vpc)
    return found


def associations_of(network: Network, acl: NetworkAcl) -> list[NetworkAclAssociation]:
    """Give an ACL's associations; the default one has all subnets that no other has."""
    held = list(acl.associations)
    if acl.is_default:
        moved = {
            association.subnet_id
            for other in network.where(NetworkAcl, vpc_id=acl.vpc_id)
            for association in other.associations
        }
        held += [
            unmoved(subnet.id)
            for subnet in network.where(Subnet, vpc_id=acl.vpc_id)
            if subnet.id not in moved
        ]
    return held


def need_association(call: Call, name: str) -> tuple[NetworkAcl, NetworkAclAssociation]:
    """Give the association with this id and the ACL that has it. Raises Malformed, NotFound."""
    for acl in every_acl(call):
        for association in associations_of(call.network, acl):
            if association.id == name:
                return acl, association
    raise unknown_part("aclassoc", name)

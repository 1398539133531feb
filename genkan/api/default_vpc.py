"""The default VPC, which calls mean that name no VPC. An account has none until it makes one."""

from genkan.api.call import Call
from genkan.model.errors import Refused
from genkan.model.vpc import Vpc


class VpcIdNotSpecified(Refused):
    code = "VPCIdNotSpecified"


def find_default_vpc(call: Call) -> Vpc | None:
    """Give the caller's default VPC in the Region, or None."""
    return next((vpc for vpc in call.mine(Vpc) if vpc.is_default), None)


def need_default_vpc(call: Call) -> Vpc:
    """Give the caller's default VPC. Raises VpcIdNotSpecified."""
    vpc = find_default_vpc(call)
    if vpc is None:
        raise VpcIdNotSpecified("No default VPC for this user. Name the VPC in the call.")
    return vpc

"""Which prefix list a request means: one of the caller's, or one of AWS's in the Region."""

from genkan.api.call import Call
from genkan.api.ids import check_form
from genkan.model.catalogue.prefix_lists import AwsPrefixList, find_aws_list
from genkan.model.errors import NotFound, Refused
from genkan.model.prefix_list import ManagedPrefixList

NOT_FOUND = "InvalidPrefixListID.NotFound"
AWS = "AWS"  # the owner that AWS's lists show


class UnauthorizedOperation(Refused):
    code = "UnauthorizedOperation"
    status = 403


def check_visible_list(call: Call, name: str) -> None:
    """Raise Malformed or NotFound for a list that the caller cannot name."""
    need_visible_list(call, name)


def need_visible_list(call: Call, name: str) -> ManagedPrefixList | AwsPrefixList:
    """Give the list that a rule or a route names. Raises Malformed, NotFound."""
    found = _visible(call, name)
    if found is None:
        raise NotFound(NOT_FOUND, f"The prefix list ID '{name}' does not exist")
    return found


def _visible(call: Call, name: str) -> ManagedPrefixList | AwsPrefixList | None:
    check_form(ManagedPrefixList, name)
    aws = find_aws_list(name)
    if aws:
        return aws if aws.region == call.region else None
    return call.find(ManagedPrefixList, name)


def refuse_aws_list(name: str) -> None:
    """Raise UnauthorizedOperation for a change to one of AWS's lists."""
    if find_aws_list(name):
        raise UnauthorizedOperation(
            f"You are not authorized to perform this operation: {name} is AWS's own prefix list."
        )

"""Tokens of pages on their way out and in: opaque, and good for the request that they came from.

An operation counts its rows; a caller sees a token that says which request it continues: the
account, the Region, the operation and all its parameters but the size of a page. With any other
request it is refused, with the service's own code.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from genkan import wire
from genkan.api.call import Call
from genkan.api.quotas import InvalidPaginationTokenException
from genkan.api.resolver_lookup import InvalidNextTokenException
from genkan.api.route53_errors import InvalidPaginationToken
from genkan.model.errors import InvalidNextToken, InvalidParameterValue, Refused, ValidationError

NEXT = ("next_token", "NextToken")  # as a request and as an answer call it
MEMBERS = {
    "ec2": NEXT,
    "elbv2": ("marker", "NextMarker"),
    "route53": NEXT,
    "route53resolver": NEXT,
    "service-quotas": NEXT,
}
REFUSALS: dict[str, type[Refused]] = {
    "ec2": InvalidNextToken,
    "elbv2": ValidationError,
    "route53": InvalidPaginationToken,
    "route53resolver": InvalidNextTokenException,
    "service-quotas": InvalidPaginationTokenException,
}
PAGE_SIZES = {"max_results", "page_size", "max_items"}
DIGEST = 16  # digits
# What the API reference says of the size of a page and EC2's model does not.
LEAST = {
    "DescribeVpcEndpointConnections": 5,
    "DescribeVpcEndpointServiceConfigurations": 5,
    "DescribeVpcEndpointServicePermissions": 5,
}


def opened(call: Call, service: str, operation: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the parameters with the operation's own token. Raises the service's refusal."""
    member, _ = MEMBERS.get(service, NEXT)
    token = given.get(member)
    if service not in MEMBERS or token is None:
        return dict(given)
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode("ascii")
    except ValueError:
        text = ""
    digest, inner = text[:DIGEST], text[DIGEST:]
    if not inner or digest != _digest(call, service, operation, given):
        raise REFUSALS[service](
            f"The token '{token[:64]}' is not valid for this request. Take it from the answer that "
            "came before, and leave everything else as it was."
        )
    return {**given, member: inner}


def check_size(service: str, operation: str, given: Mapping[str, Any]) -> None:
    """Raise InvalidParameterValue for a page that is smaller or larger than EC2 lets it be. Where
    nothing is said, more than the most is the most."""
    asked = given.get("max_results")
    if service != "ec2" or asked is None:
        return
    least, most = _bounds(operation)
    for out, words in (
        (least is not None and asked < least, f"greater than or equal to {least}"),
        (most is not None and asked > most, f"less than or equal to {most}"),
    ):
        if out:
            raise InvalidParameterValue(
                f"Value ( {asked} ) for parameter maxResults is invalid. Expecting a value {words}."
            )


@cache
def _bounds(operation: str) -> tuple[int | None, int | None]:
    shape = wire.service_model("ec2").operation_model(operation).input_shape
    member = shape.members["MaxResults"].metadata if shape else {}
    return member.get("min", LEAST.get(operation)), member.get("max")


def sealed(
    call: Call,
    service: str,
    operation: str,
    given: Mapping[str, Any],
    output: Mapping[str, Any],
) -> dict[str, Any]:
    """Give the answer with its token made opaque, where it has one."""
    _, member = MEMBERS.get(service, NEXT)
    inner = output.get(member)
    if service not in MEMBERS or not inner:
        return dict(output)
    text = _digest(call, service, operation, given) + str(inner)
    return {**output, member: base64.urlsafe_b64encode(text.encode()).decode()}


def _digest(call: Call, service: str, operation: str, given: Mapping[str, Any]) -> str:
    member, _ = MEMBERS[service]
    asked = {name: one for name, one in given.items() if name not in {member, *PAGE_SIZES}}
    request = [call.account, call.region, service, operation, asked]
    text = json.dumps(request, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST]

"""Associations of endpoints: what those of types Resource and ServiceNetwork lead to.

Endpoints of these types are refused, so there never is any.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.selection import Values, matching, page
from genkan.model.resource import Resource
from genkan.model.vpc_endpoint import VpcEndpoint

NOTHING: list[Resource] = []
_FILTERS: Mapping[str, Values[Resource]] = {
    name: lambda row: []
    for name in (
        *("vpc-endpoint-id", "associated-resource-accessibility", "association-id"),
        *("associated-resource-id", "service-network-arn"),
        *("resource-configuration-group-arn",),
    )
}


def describe_vpc_endpoint_associations(
    call: Call,
    *,
    vpc_endpoint_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    for name in vpc_endpoint_ids or ():
        need(call, VpcEndpoint, name)
    none, _ = page(matching(NOTHING, filters, _FILTERS), max_results, next_token)
    return Answer({"VpcEndpointAssociations": list(none)})

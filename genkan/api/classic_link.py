"""ClassicLink: what is left of it. AWS ended EC2-Classic in 2022, so nothing is ever linked."""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.model.instance import Instance
from genkan.model.resource import Resource
from genkan.model.vpc import Vpc

NOTHING: list[Resource] = []
_VPC_FILTERS: Mapping[str, Values[Resource]] = {"is-classic-link-enabled": lambda row: []}
_INSTANCE_FILTERS: Mapping[str, Values[Resource]] = {
    name: lambda row: [] for name in ("group-id", "instance-id", "vpc-id")
}


def describe_vpc_classic_link(
    call: Call,
    *,
    vpc_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    for name in vpc_ids or ():
        need(call, Vpc, name)
    return Answer({"Vpcs": matching(NOTHING, filters, _VPC_FILTERS)})


def describe_vpc_classic_link_dns_support(
    call: Call,
    *,
    vpc_ids: Sequence[str] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    for name in vpc_ids or ():
        need(call, Vpc, name)
    some, token = page(NOTHING, max_results, next_token, ids=vpc_ids)
    return Answer(present(Vpcs=list(some), NextToken=token))


def describe_classic_link_instances(
    call: Call,
    *,
    instance_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    for name in instance_ids or ():
        need(call, Instance, name)
    some, token = page(
        matching(NOTHING, filters, _INSTANCE_FILTERS), max_results, next_token, ids=instance_ids
    )
    return Answer(present(Instances=list(some), NextToken=token))

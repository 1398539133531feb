"""Tags of Resolver's resources, which are named by ARN."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.resolver_lookup import InvalidParameterException, InvalidTagException, need
from genkan.api.tagging import TagLimitExceeded, merged, shown
from genkan.model.dns_firewall import (
    FirewallDomainList,
    FirewallRuleGroup,
    FirewallRuleGroupAssociation,
)
from genkan.model.errors import InvalidParameterValue
from genkan.model.network import put
from genkan.model.resolver import QueryLogConfig, ResolverEndpoint, ResolverRule
from genkan.model.resource import Tags

ARN = re.compile(r"arn:aws:route53resolver:([a-z0-9-]+):(\d{12}):([a-z-]+)/([a-z0-9-]+)", re.ASCII)
Tagged = (
    QueryLogConfig
    | ResolverEndpoint
    | ResolverRule
    | FirewallDomainList
    | FirewallRuleGroup
    | FirewallRuleGroupAssociation
)
TAGGED: dict[str, type[Tagged]] = {of.kind: of for of in get_args(Tagged)}


def tag_resource(call: Call, *, resource_arn: str, tags: Sequence[Mapping[str, str]]) -> Answer:
    row = _need(call, resource_arn)
    return Answer({}, put(replace(row, tags=parse_tags(row.tags, tags))))


def untag_resource(call: Call, *, resource_arn: str, tag_keys: Sequence[str]) -> Answer:
    row = _need(call, resource_arn)
    kept = tuple((key, value) for key, value in row.tags if key not in tag_keys)
    return Answer({}, put(replace(row, tags=kept)))


def list_tags_for_resource(
    call: Call,
    *,
    resource_arn: str,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    return Answer(present(Tags=shown(_need(call, resource_arn).tags)))


def parse_tags(held: Tags, tags: Iterable[Mapping[str, str]] | None) -> Tags:
    """Give `held` with the tags of a request. Raises InvalidTagException."""
    try:
        return merged(held, tags or ())
    except (InvalidParameterValue, TagLimitExceeded) as error:
        raise InvalidTagException(str(error)) from None


def _need(call: Call, arn: str) -> Tagged:
    found = ARN.fullmatch(arn)
    if found is None or found[3] not in TAGGED:
        raise InvalidParameterException(f"'{arn[:255]}' is no ARN of a resource with tags.")
    return need(call, TAGGED[found[3]], found[4])

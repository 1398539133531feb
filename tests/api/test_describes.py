"""Every operation that lists: the filters that AWS documents, pages, tokens, ids beside pages."""

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import pytest

from genkan import wire
from genkan.api import registry
from genkan.api.families import FAMILIES
from genkan.api.paging import LEAST, MEMBERS
from genkan.model.resource import Resource
from tests.api.boto import Site, parts_of
from tests.api.documented_filters import LIST, documented
from tests.api.examples import EXAMPLES, hall
from tests.api.refusals.scenes import FAR, many

# What the words of botocore's model name among the filters and is none.
OF_NOTHING = {  # of what there never is any
    *("DescribeCapacityReservations", "DescribeClassicLinkInstances"),
    *("DescribeVpcClassicLink", "DescribeVpcClassicLinkDnsSupport"),
    "DescribeVpcEndpointAssociations",
}
NOT_FILTERS = {"tag", "informational", "low", "medium", "high", "critical"}
WITHOUT_FILTERS = {  # of which AWS names none but tags
    *("DescribeNetworkInsightsAccessScopes", "DescribeNetworkInsightsAccessScopeAnalyses")
}
PAGE_SIZES = ("MaxResults", "PageSize", "MaxItems")
REFUSED = {
    "ec2": "InvalidNextToken",
    "elbv2": "ValidationError",
    "route53": "InvalidPaginationToken",
    "route53resolver": "InvalidNextTokenException",
    "service-quotas": "InvalidPaginationTokenException",
}
UNKNOWN_FILTER = {"ec2": "InvalidParameterValue", "route53resolver": "InvalidParameterException"}
COPIES = 6
NOT_COPIED = {"account", "access-key", "idempotent-call"}


class Listing(NamedTuple):
    """An operation that lists, and the parameters that it needs."""

    operation: str
    parameters: Mapping[str, Any]

    @property
    def service(self) -> str:
        return parts_of(self.operation)[0]

    @property
    def shape(self) -> Any:
        service, name = parts_of(self.operation)
        return wire.service_model(service).operation_model(name).input_shape

    def member(self, names: tuple[str, ...]) -> str | None:
        """Give the one of these members that the operation takes."""
        service, name = parts_of(self.operation)
        function = registry.operations(service)[wire.snake_case(name)]
        taken = inspect.signature(function).parameters
        members = self.shape.members if self.shape else {}
        return next(
            (one for one in names if one in members and wire.snake_case(one) in taken), None
        )


def listings() -> Iterator[Listing]:
    """Give every operation that takes filters or pages, by its first example."""
    seen = set()
    for one in EXAMPLES:
        if one.operation in seen:
            continue
        seen.add(one.operation)
        whole = Listing(one.operation, {})
        if whole.member((*LIST, *PAGE_SIZES)):
            needed = whole.shape.required_members
            usual = {name: value for name, value in one.parameters.items() if name in needed}
            is_whole = one.operation in OF_ONE
            yield Listing(one.operation, one.parameters if is_whole else usual)


# What lists the parts of one thing.
OF_ONE = ("elbv2:DescribeListeners", "elbv2:DescribeRules")


def labelled(*members: str) -> list[Any]:
    return [
        pytest.param(one, id=one.operation)
        for one in listings()
        if one.member(tuple(members)) and one.operation not in OF_NOTHING
    ]


@cache
def crowd() -> Site:
    """Give the hall with more of everything, so that there are pages of it."""
    site = hall().fork()
    kinds: set[type[Resource]] = {type(row) for row in site.call.network}
    for of in sorted(kinds, key=lambda kind: kind.kind):
        if of.kind not in NOT_COPIED:
            many(of, COPIES)(site)
    return site


@pytest.mark.parametrize("listing", labelled(*LIST))
def test_every_filter_that_aws_documents_is_there(listing):
    service, operation = parts_of(listing.operation)
    site, member = hall().fork(), listing.member(LIST)
    names = [name for name in documented(service, operation) if name not in NOT_FILTERS]
    assert names or service != "ec2" or operation in WITHOUT_FILTERS
    for name in names:
        site.ask(
            listing.operation,
            {**listing.parameters, member: [{"Name": name, "Values": ["*"]}]},
        )


@pytest.mark.parametrize("listing", labelled(*LIST))
def test_a_filter_that_there_is_not_is_refused(listing):
    asked = {**listing.parameters, listing.member(LIST): [{"Name": "colour", "Values": ["red"]}]}
    refusal = hall().fork().refusal(listing.operation, asked)
    assert (refusal.code, "colour" in refusal.message) == (UNKNOWN_FILTER[listing.service], True)


@pytest.mark.parametrize("listing", labelled(*PAGE_SIZES))
def test_pages_join_to_the_whole_and_a_token_is_good_for_its_request_alone(listing):
    site, size = crowd().fork(), listing.member(PAGE_SIZES)
    snake, token_out = MEMBERS[listing.service]
    token_in = {"next_token": "NextToken", "marker": "Marker"}[snake]
    if token_in not in listing.shape.members:
        return  # Route 53's lists go on at a name
    largest = {**listing.parameters, size: most(listing, size)}
    whole = walked(site, listing.operation, largest, token_in, token_out)
    small = {**listing.parameters, size: least(listing, size)}
    answer = site.ask(listing.operation, small)
    token = answer.get(token_out)
    if token is not None:
        assert not token.isdigit()
        elsewhere = site.fork()
        elsewhere.become(region=FAR)
        for other, asked in (
            (site, {**small, token_in: token[:-4]}),
            (site, {**small, token_in: "!"}),
            (elsewhere, {**small, token_in: token}),
        ):
            refused = refusal_of(other, listing.operation, asked)
            assert refused in (REFUSED[listing.service], *NOT_THERE)
        if member := listing.member(LIST):
            name = (documented(*parts_of(listing.operation)) or ("Name",))[0]
            filters = [{"Name": name, "Values": ["*"]}]
            asked = {**small, token_in: token, member: filters}
            assert site.refusal(listing.operation, asked).code == REFUSED[listing.service]
    found = walked(site, listing.operation, small, token_in, token_out)
    assert sorted(map(repr, found)) == sorted(map(repr, whole))


def walked(
    site: Site, operation: str, parameters: Mapping[str, Any], token_in: str, token_out: str
) -> list[Any]:
    """Give what all pages list."""
    answer = site.ask(operation, parameters)
    found = rows(answer)
    while token := answer.get(token_out):
        answer = site.ask(operation, {**parameters, token_in: token})
        found += rows(answer)
    return found


# AWS says of these nowhere that ids and a size exclude each other; or they are not its own lists.
TAKES_BOTH = {
    *("DescribeAddressesAttribute", "DescribeImages", "DescribeNatGateways"),
    *("DescribeVpcBlockPublicAccessExclusions", "DescribeVpcEndpointServiceConfigurations"),
    *("DescribeVpcEndpoints", "DescribeVpcEndpointAssociations"),
    *("DescribeNetworkInsightsPaths", "DescribeNetworkInsightsAnalyses"),
    *("DescribeNetworkInsightsAccessScopes", "DescribeNetworkInsightsAccessScopeAnalyses"),
}
NOT_THERE = ("InvalidSubnetID.NotFound",)  # what is asked of is not in another Region


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(number, id=f"{number}-{one.operation}")
        for number, one in enumerate(EXAMPLES)
        if one.operation.startswith("Describe")
        and one.operation not in TAKES_BOTH
        and any(name.endswith("Ids") for name in one.parameters)
        and Listing(one.operation, {}).member(PAGE_SIZES)
    ],
)
def test_ids_and_a_size_of_pages_are_not_asked_for_at_once(number):
    from tests.api.test_examples import played

    one = EXAMPLES[number]
    site = played()[number].before.fork()
    refusal = site.refusal(one.operation, {**one.parameters, "MaxResults": 10})
    assert refusal.code == "InvalidParameterCombination"


@pytest.mark.parametrize("service", sorted(FAMILIES))
def test_every_list_that_aws_pages_can_be_paged(service):
    """An operation that has a token in AWS's model has one here."""
    ours, model = registry.operations(service), wire.service_model(service)
    member, _ = MEMBERS.get(service, MEMBERS["ec2"])
    for name in model.operation_names:
        shape, function = model.operation_model(name).input_shape, ours.get(wire.snake_case(name))
        if shape is not None and function is not None:
            members = {wire.snake_case(one) for one in shape.members}
            taken = inspect.signature(function).parameters
            assert member not in members or member in taken, name


def least(listing: Listing, size: str) -> int | str:
    shape = listing.shape.members[size]
    smallest = LEAST.get(listing.operation, 2)
    return "2" if shape.type_name == "string" else shape.metadata.get("min") or smallest


def most(listing: Listing, size: str) -> int | str:
    shape = listing.shape.members[size]
    return "100" if shape.type_name == "string" else shape.metadata.get("max") or 100


def rows(answer: Mapping[str, Any]) -> list[Any]:
    """Give what an answer lists, whatever it calls it; reservations one instance each."""
    found = []
    for name, value in answer.items():
        if isinstance(value, list) and name != "ServiceNames":
            for one in value:
                inner = one.get("Instances") if isinstance(one, dict) else None
                found += inner if inner is not None else [one]
    return found


def refusal_of(site: Site, operation: str, parameters: Mapping[str, Any]) -> str:
    return site.refusal(operation, parameters).code

"""Tags on load balancers, listeners and target groups that are there already."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.rules import listener_of_rule
from genkan.api.elbv2.tagging import with_tags
from genkan.api.tagging import shown
from genkan.model.errors import UnsupportedOperation, ValidationError
from genkan.model.load_balancer import Listener, LoadBalancer, TargetGroup
from genkan.model.network import put
from genkan.model.resource import Resource, Tags

MOST = 20  # resources in one DescribeTags call
KINDS: tuple[type[Resource], ...] = (LoadBalancer, Listener, TargetGroup)


def add_tags(
    call: Call, *, resource_arns: Sequence[str], tags: Sequence[Mapping[str, str]]
) -> Answer:
    return _retagged(call, resource_arns, lambda held: with_tags(held, tags))


def remove_tags(call: Call, *, resource_arns: Sequence[str], tag_keys: Sequence[str]) -> Answer:
    gone = set(tag_keys)
    return _retagged(
        call, resource_arns, lambda held: tuple(tag for tag in held if tag[0] not in gone)
    )


def describe_tags(call: Call, *, resource_arns: Sequence[str]) -> Answer:
    if len(resource_arns) > MOST:
        raise ValidationError(
            f"{len(resource_arns)} resources are too many for one call: {MOST} is the limit."
        )
    rows = [_need(call, arn) for arn in dict.fromkeys(resource_arns)]
    return Answer(
        {"TagDescriptions": [{"ResourceArn": row.id, "Tags": shown(row.tags)} for row in rows]}
    )


def _retagged(call: Call, arns: Sequence[str], edit: Callable[[Tags], Tags]) -> Answer:
    rows = [_need(call, arn) for arn in dict.fromkeys(arns)]
    return Answer(change=put(*(replace(row, tags=edit(row.tags)) for row in rows)))


def _need(call: Call, arn: str) -> Resource:
    if ":listener-rule/" in arn:
        listener = listener_of_rule(call, arn)
        raise UnsupportedOperation(
            f"Genkan keeps no tags of the default rule of '{listener.id}'. Tag the listener."
        )
    for of in KINDS:
        if f":{of.kind}/" in arn:
            return need(call, of, arn)
    raise ValidationError(f"'{arn}' is not a valid load balancer, listener or target group ARN")

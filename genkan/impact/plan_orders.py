"""Which calls the AWS provider makes for a resource that is created, changed or deleted."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from genkan.impact import plan_acls, plan_groups, plan_networks
from genkan.impact.order import Order
from genkan.impact.plan import (
    CREATE,
    DELETE,
    UPDATE,
    Configuration,
    PlannedChange,
    Planning,
    Unresolved,
    changes_of,
    in_order,
)
from genkan.imports.notes import Note
from genkan.imports.terraform import resources_of

Make = Callable[[Planning, PlannedChange], None]
CREATES: Mapping[str, Make] = {**plan_networks.CREATES, **plan_acls.CREATES, **plan_groups.CREATES}
UPDATES: Mapping[str, Make] = {**plan_networks.UPDATES, **plan_acls.UPDATES, **plan_groups.UPDATES}
DELETES: Mapping[str, Make] = {**plan_networks.DELETES, **plan_acls.DELETES, **plan_groups.DELETES}
# Types that carry no packet and answer no name: to leave them out changes no answer.
BESIDE = (
    "aws_iam_",
    "aws_cloudwatch_",
    "aws_flow_log",
    "aws_s3_bucket",
    "aws_kms_",
    "aws_key_pair",
    "aws_sns_",
    "aws_sqs_",
    "random_",
    "null_resource",
    "time_",
    "tls_",
    "local_",
    "terraform_data",
)


def orders_of(plan: Mapping[str, Any]) -> tuple[list[Order], list[Note]]:
    """Give the orders of a plan, and what of it could not be put into one."""
    configuration = Configuration(plan)
    changes = in_order(configuration, changes_of(plan))
    there = {one.address: one.values for one in resources_of(plan)}
    planning = Planning(configuration, there)
    for change in changes:
        if change.actions[0] == DELETE and CREATE in change.actions:
            _make(planning, change, DELETES)
        if CREATE in change.actions:
            _make(planning, change, CREATES)
        elif UPDATE in change.actions:
            _make(planning, change, UPDATES)
    for change in _last(changes):
        _make(planning, change, DELETES)
    return planning.orders, planning.notes


def _last(changes: list[PlannedChange]) -> Iterator[PlannedChange]:
    """Give what is deleted in the end: what others may refer to behind those who do."""
    gone = [one for one in changes if DELETE in one.actions and one.actions[0] != DELETE]
    gone += [one for one in changes if one.actions == (DELETE,)]
    rank = {of: at for at, of in enumerate(DELETES)}
    yield from sorted(gone, key=lambda one: rank.get(one.type, 0))


def _make(planning: Planning, change: PlannedChange, table: Mapping[str, Make]) -> None:
    make = table.get(change.type)
    if make is None:
        if not change.type.startswith(BESIDE):
            planning.note(change, f"what a plan does to {change.type} is not read")
        return
    before = len(planning.orders)
    try:
        make(planning, change)
    except Unresolved as error:
        del planning.orders[before:]
        planning.note(change, str(error))

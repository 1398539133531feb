"""Which calls the AWS provider makes for a resource that is created, changed or deleted."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from genkan.impact import (
    plan_acls,
    plan_balancers,
    plan_groups,
    plan_interfaces,
    plan_lists,
    plan_names,
    plan_networks,
    plan_roles,
    plan_vpcs,
)
from genkan.impact.order import Order
from genkan.impact.plan import (
    CREATE,
    DELETE,
    UPDATE,
    PlannedChange,
    Planning,
    Unresolved,
    changes_of,
    in_order,
)
from genkan.impact.plan_configuration import INDEX, Configuration
from genkan.imports.notes import Note
from genkan.imports.reading import MALFORMED
from genkan.imports.terraform import resources_of
from genkan.model.role_policies import RolePolicies

Make = Callable[[Planning, PlannedChange], None]
# In the order in which what refers to others can go.
TOPICS = (
    plan_names,
    plan_balancers,
    plan_interfaces,
    plan_networks,
    plan_acls,
    plan_groups,
    plan_lists,
    plan_vpcs,
)
CREATES: Mapping[str, Make] = {
    **{of: make for topic in TOPICS for of, make in topic.CREATES.items()},
    **plan_roles.CREATES,
}
UPDATES: Mapping[str, Make] = {of: make for topic in TOPICS for of, make in topic.UPDATES.items()}
DELETES: Mapping[str, Make] = {of: make for topic in TOPICS for of, make in topic.DELETES.items()}
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
    planning = _planned(plan)
    return planning.orders, planning.notes


def roles_of(plan: Mapping[str, Any]) -> tuple[RolePolicies, ...]:
    """Give the roles that a plan makes."""
    return tuple(plan_roles.roles_in(_planned(plan)))


def _planned(plan: Mapping[str, Any]) -> Planning:
    configuration = Configuration(plan)
    changes = in_order(configuration, changes_of(plan))
    before = list(resources_of(plan))
    there = {one.address: one.values for one in before}
    needs = {INDEX.sub("", one.address): set(one.depends) for one in before}
    planning = Planning(configuration, there, _region(there), _account(there))
    for change in changes:
        if change.actions[0] == DELETE and CREATE in change.actions:
            _make(planning, change, DELETES)
        if CREATE in change.actions:
            _make(planning, change, CREATES)
        elif UPDATE in change.actions:
            _make(planning, change, UPDATES)
    for change in _last(changes, configuration, needs):
        _make(planning, change, DELETES)
    return planning


def _account(there: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Give the account that a plan's resources are of, where it is one."""
    found = {part for one in there.values() for part in str(one.get("arn")).split(":")[4:5]}
    found = {one for one in found if one.isdigit()}
    return found.pop() if len(found) == 1 else None


def _region(there: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Give the Region that a plan's resources and data are in, where it is one."""
    found = {
        parts[3]
        for one in there.values()
        if len(parts := str(one.get("arn")).split(":")) > 4 and parts[3]
    }
    found |= {
        str(one.get("name") or one.get("region"))
        for address, one in there.items()
        if address.rpartition("module.")[2].find("data.aws_region.") >= 0
    }
    return found.pop() if len(found) == 1 else None


def _last(
    changes: list[PlannedChange], configuration: Configuration, needs: Mapping[str, set[str]]
) -> Iterator[PlannedChange]:
    """Give what is deleted in the end: what others refer to, or did when it was made, behind
    them. A circle is broken where it is met."""
    gone = [one for one in changes if DELETE in one.actions and one.actions[0] != DELETE]
    gone += [one for one in changes if one.actions == (DELETE,)]
    rank = {of: at for at, of in enumerate(DELETES)}
    waiting = sorted(gone, key=lambda one: rank.get(one.type, 0))
    needed = {
        one.base: configuration.depends(one.base) | needs.get(one.base, set()) for one in waiting
    }
    while waiting:
        held = {name for one in waiting for name in needed[one.base] if name != one.base}
        change = next((one for one in waiting if one.base not in held), waiting[0])
        waiting.remove(change)
        yield change


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
        planning.forget(change)
        planning.note(change, str(error))
    except MALFORMED as error:
        del planning.orders[before:]
        planning.forget(change)
        planning.note(change, f"a value of it is not what the provider has there ({error})")

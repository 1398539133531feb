"""Questions about changes (commands of the AWS CLI, or orders, answered on a copy), and about a
network as it stands, as plain data."""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Call
from genkan.impact.command import CommandUnreadable, read_command
from genkan.impact.impact import impact
from genkan.impact.order import Order
from genkan.impact.report import shown
from genkan.impact.standing import findings_of
from genkan.impact.state import State
from genkan.model.resource import Resource
from genkan.model.resource_policy import ResourcePolicies
from genkan.model.security_group import SecurityGroup


def answer_impact(
    state: State, call: Call, asked: Mapping[str, Any], policies: ResourcePolicies
) -> dict[str, Any]:
    """Give a report as plain data, or `unreadable`: which of the commands is none, and why."""
    orders: list[Order] = []
    for number, one in enumerate(asked["commands"], 1):
        try:
            orders.append(_order(one))
        except CommandUnreadable as error:
            where = f"Command {number}: " if len(asked["commands"]) > 1 else ""
            return {"unreadable": f"{where}{error}"}
    return shown(impact(state, call, orders, policies))


def answer_findings(state: State) -> dict[str, Any]:
    """Give what is wrong in a network as it stands, as plain data."""
    rows = {row.id: row for row in state.network}
    return {
        "schema": "genkan-findings/1",
        "findings": [
            {
                "code": one.code.value,
                "severity": one.severity,
                "about": one.about,
                "name": _name_of(rows.get(one.about)),
                "rule": one.rule,
                "said": one.said,
                "todo": one.todo,
            }
            for one in findings_of(state)
        ],
    }


def _name_of(row: Resource | None) -> str | None:
    """Give a Name tag, or else the name of a security group."""
    group = row.group_name if isinstance(row, SecurityGroup) else None
    return (row.name or group) if row is not None else None


def _order(said: Sequence[str] | Mapping[str, Any]) -> Order:
    """Read words, or an order as a report shows it."""
    if not isinstance(said, Mapping):
        return read_command(list(map(str, said)))
    try:
        return Order(
            str(said["operation"]),
            dict(said["parameters"]),
            str(said.get("service") or "ec2"),
            said.get("account"),
            said.get("region"),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CommandUnreadable(
            "An order has `operation` and `parameters`, and may have `service`, `account` and "
            f"`region`; this has not: {said!r}."
        ) from error

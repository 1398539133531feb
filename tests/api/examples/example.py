"""`Example`: one call that works, and what of its answer the calls after it name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Kept = str | Callable[[dict[str, Any]], str]  # a JMESPath into the answer, or what takes it out


@dataclass(frozen=True, slots=True)
class Example:
    """`keep` calls parts of the answer by name: `{"vpc": "Vpc.VpcId"}`, later written `<vpc>`."""

    operation: str  # "CreateVpc", or "route53:GetChange" where it is not EC2's
    parameters: Mapping[str, Any] = field(default_factory=dict)
    keep: Mapping[str, Kept] = field(default_factory=dict)
    account: str | None = None  # whose call it is, where it is not the first account's


def example(
    operation: str,
    parameters: Mapping[str, Any] | None = None,
    account: str | None = None,
    **keep: Kept,
) -> Example:
    """Give an Example in one line: `example("CreateVpc", {…}, vpc="Vpc.VpcId")`."""
    return Example(operation, parameters or {}, keep, account)


def tagged(kind: str, name: str) -> list[dict[str, Any]]:
    """Give TagSpecifications with a Name."""
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def by(name: str, *values: str) -> list[dict[str, Any]]:
    """Give Filters of one filter."""
    return [{"Name": name, "Values": list(values)}]

"""Output members: an absent one is left out of an answer, as AWS leaves it out."""

from typing import Any


def present(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - members are of every type
    """Give the members that have a value."""
    return {name: value for name, value in members.items() if value is not None}

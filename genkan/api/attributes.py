"""Calls that change one attribute of a thing, and say which by the parameter that they give."""

from collections.abc import Mapping
from typing import Any

from genkan.model.errors import InvalidParameterCombination, MissingParameter


def only_attribute(asked: Mapping[str, Any]) -> tuple[str, Any]:
    """Give the name and the value of the one attribute that is asked for.

    Raises MissingParameter, InvalidParameterCombination.
    """
    given = {name: value for name, value in asked.items() if value is not None}
    if not given:
        raise MissingParameter(f"No attributes specified. Give one of {', '.join(asked)}.")
    if len(given) > 1:
        raise InvalidParameterCombination(
            f"Fields for multiple attribute types specified: {', '.join(given)}. "
            "Change one attribute a call."
        )
    return next(iter(given.items()))

"""Attributes: names and texts with a default each, what may be set, and how they are shown."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from genkan.api.elbv2.errors import InvalidConfigurationRequest
from genkan.model.errors import ValidationError
from genkan.model.load_balancer import Attributes

SWITCH = "true|false"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute's default, and what it may be: a pattern, or the lowest and highest number."""

    default: str
    allowed: str | tuple[int, int] = ".*"

    def takes(self, value: str) -> bool:
        if isinstance(self.allowed, str):
            return re.fullmatch(self.allowed, value) is not None
        lowest, highest = self.allowed
        return re.fullmatch("[0-9]{1,9}", value) is not None and lowest <= int(value) <= highest


Table = Mapping[str, Attribute]


def changed(
    held: Attributes, asked: Sequence[Mapping[str, str]], table: Table, what: str
) -> Attributes:
    """Give `held` with what is asked ({Key, Value}), without what equals its default.

    Raises ValidationError for a value, InvalidConfigurationRequest for an attribute that `what`
    does not have.
    """
    together = dict(held)
    for one in asked:
        key, value = one.get("Key", ""), one.get("Value", "")
        if key not in table:
            raise InvalidConfigurationRequest(
                f"The attribute '{key}' is not supported for {what}. "
                f"There are {', '.join(sorted(table)) or 'none'}."
            )
        if not table[key].takes(value):
            raise ValidationError(
                f"'{value}' is not a valid value for the attribute '{key}' of {what}."
            )
        together[key] = value
    return tuple(
        sorted((key, value) for key, value in together.items() if value != table[key].default)
    )


def value_of(held: Attributes, key: str, table: Table) -> str:
    """Give an attribute as it is set, else its default."""
    return dict(held).get(key, table[key].default)


def shown(held: Attributes, table: Table) -> list[dict[str, str]]:
    """Give every attribute of the table as the API lists them."""
    return [{"Key": key, "Value": value_of(held, key, table)} for key in table]

"""A state's resources by type, and the making of rows that answers have."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.members import Row, optional
from genkan.imports.terraform.resources import TerraformResource


class Rows:
    """The resources of one state. `source` is its file."""

    def __init__(self, source: str, resources: Iterable[TerraformResource]) -> None:
        self.source = source
        self.resources = [one for one in resources if one.values.get("id")]
        self._by_type: dict[str, list[Row]] = {}
        for one in self.resources:
            if one.managed:
                self._by_type.setdefault(one.type, []).append(one.values)

    def of(self, *types: str) -> Iterator[Row]:
        """Give the values of managed resources of some types."""
        for one in types:
            yield from self._by_type.get(one, ())

    def where(self, of: str, attribute: str, value: Any) -> Iterator[Row]:  # noqa: ANN401
        yield from (row for row in self.of(of) if row.get(attribute) == value)

    def document(self, response: Row, **parameters: str) -> Document:
        """Give an answer; `parameters` by AWS's names, where the request alone says whose it is."""
        return Document(self.source, response, parameters)


def present(**members: Any) -> dict[str, Any]:  # noqa: ANN401 - members of every type
    """Give those members that say something: a state has "" and null for what is not there."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def tags_of(row: Row) -> list[dict[str, str]]:
    held = row.get("tags_all") or row.get("tags") or {}
    return [{"Key": key, "Value": value} for key, value in held.items() if isinstance(value, str)]


def owner_of(row: Row) -> str | None:
    """Give the account that owns a resource: as it says, or as its ARN does."""
    found = optional(row, "owner_id")
    return found or (part if (part := arn_part(row, 4)).isdigit() else None)


def arn_part(row: Row, at: int) -> str:
    parts = (optional(row, "arn") or "").split(":")
    return parts[at] if len(parts) > at else ""


def made_id(prefix: str, *of: str) -> str:
    """Give an id to what AWS made by itself and a state does not name: the same every time."""
    digest = hashlib.blake2s(" ".join(of).encode(), digest_size=9).hexdigest()[:17]
    return f"{prefix}-{digest}"

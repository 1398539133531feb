"""What every entry of a program has: a section, a key inside it, and where it comes from."""

from dataclasses import dataclass
from typing import ClassVar

Key = tuple[str, ...]  # the section, then what is unique in it


@dataclass(frozen=True, slots=True)
class Because:
    """Where an entry comes from: traces quote it, fixes are calls on it."""

    kind: str  # of the model object, "security-group"; or "fixed" for what AWS always does
    id: str
    rule: str | None = None

    def __str__(self) -> str:
        return f"{self.id} rule {self.rule}" if self.rule else self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One fact of the program. `key` is unique in the program and never changes meaning."""

    section: ClassVar[str]

    because: Because

    @property
    def key(self) -> Key:
        raise NotImplementedError

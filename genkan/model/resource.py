"""What every resource has: an id, an owner, a Region, tags."""

from dataclasses import dataclass
from typing import ClassVar

Tags = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A thing with an id of its own that an account owns in a Region.

    `kind` is AWS's resource type, the word of TagSpecifications and ARNs ("vpc", "subnet").
    """

    kind: ClassVar[str]

    id: str
    account: str
    region: str
    tags: Tags = ()

    @property
    def name(self) -> str | None:
        """The value of the Name tag."""
        return dict(self.tags).get("Name")

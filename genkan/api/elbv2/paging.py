"""Pages of Elastic Load Balancing v2: Marker and PageSize."""

from collections.abc import Sequence
from typing import TypeVar

from genkan.model.errors import ValidationError

T = TypeVar("T")
MOST = 400


def page(
    rows: Sequence[T], page_size: int | None, marker: str | None
) -> tuple[Sequence[T], str | None]:
    """Give one page of `rows` and the marker of the next. Raises ValidationError."""
    if page_size is not None and not 1 <= page_size <= MOST:
        raise ValidationError(
            f"The page size {page_size} is not valid. Give a number from 1 to {MOST}."
        )
    first = int(marker or 0)
    last = first + (page_size or MOST)
    return rows[first:last], str(last) if last < len(rows) else None

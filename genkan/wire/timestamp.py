"""Timestamps on the wire: ISO 8601, RFC 7231's dates (`rfc822`) and seconds since 1970.

Each protocol has its default and a shape may name another format ("timestampFormat trait" in the
Smithy specification). Values in Python are aware; what is read is UTC, what has no zone is UTC.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from math import isfinite

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_timestamp(text: str, form: str) -> datetime:
    """Read `text` in the named format. Raises ValueError."""
    try:
        return _as_utc(PARSERS[form](text))
    except (OverflowError, TypeError, IndexError) as error:
        raise ValueError(f"{text!r} is no date") from error


def from_epoch(seconds: float) -> datetime:
    """Give the time `seconds` after 1970. Raises ValueError."""
    if not isfinite(seconds):
        raise ValueError(f"{seconds} is no number of seconds")
    try:
        return EPOCH + timedelta(microseconds=round(seconds * 1_000_000))
    except OverflowError as error:
        raise ValueError(f"{seconds} seconds reach beyond the calendar") from error


def to_epoch(value: datetime) -> int | float:
    """Give seconds since 1970 with at most milliseconds, an integer when there are none."""
    milliseconds = (aware(value) - EPOCH) // timedelta(milliseconds=1)
    return milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000


def write_timestamp(value: datetime, form: str) -> str:
    """Write `value` in the named format."""
    return WRITERS[form](aware(value))


def aware(value: datetime) -> datetime:
    """Give `value` in UTC. Raises ValueError when it has no zone: that would be our mistake."""
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone. Make it with datetime.now(UTC).")
    return value.astimezone(UTC)


def _as_utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _parse_iso8601(text: str) -> datetime:
    if len(text) < len("2006-01-02") or text[4] != "-":
        raise ValueError(f"{text!r} is no ISO 8601 date")
    return datetime.fromisoformat(text)


def _parse_epoch(text: str) -> datetime:
    return from_epoch(float(text))


def _write_iso8601(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _write_rfc822(value: datetime) -> str:
    return format_datetime(value, usegmt=True)


def _write_epoch(value: datetime) -> str:
    return str(to_epoch(value))


PARSERS: dict[str, Callable[[str], datetime]] = {
    "iso8601": _parse_iso8601,
    "rfc822": parsedate_to_datetime,
    "unixTimestamp": _parse_epoch,
    "unixtimestamp": _parse_epoch,
}
WRITERS: dict[str, Callable[[datetime], str]] = {
    "iso8601": _write_iso8601,
    "rfc822": _write_rfc822,
    "unixTimestamp": _write_epoch,
    "unixtimestamp": _write_epoch,
}

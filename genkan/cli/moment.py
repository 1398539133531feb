"""A moment as it is typed: how long ago, or when."""

import re
from datetime import UTC, datetime, timedelta

import click

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
AGO = re.compile(r"(?P<count>\d{1,9})(?P<unit>[smhd])")


def moment(context: click.Context, parameter: click.Parameter, said: str | None) -> datetime | None:
    """Read `10m` (s, m, h, d: so long ago) or an ISO 8601 time, which is UTC where it says nothing
    else; give a moment with its zone. An option's callback. Raises BadParameter."""
    if said is None:
        return None
    ago = AGO.fullmatch(said)
    try:
        if ago:
            span = timedelta(**{UNITS[ago["unit"]]: int(ago["count"])})
            return datetime.now(UTC) - span
        read = datetime.fromisoformat(said)
    except (ValueError, OverflowError):
        wrong = f"{said} is no time: 10m, 2h, 2026-01-31T12:00:00Z."
        raise click.BadParameter(wrong, context, parameter) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)

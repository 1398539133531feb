"""Flows and counters of a running site, asked of its recorder; it is started where it is not."""

import json
from collections.abc import Iterator
from typing import Any

from genkan.client.site import Site, SiteDown

HEALTH_PATIENCE = 2.0  # seconds; who asks how things are does not wait for one that hangs


class FlowsRefused(Exception):
    """The recorder cannot be had; the message is why."""


def ask_recorder(site: Site, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give each object of the answer as it comes, for ever if that is asked.

    Raises SiteDown, FlowsRefused.
    """
    started, _ = site.ask_anchor(do="start", process="recorder")
    if "error" in started:
        raise FlowsRefused(str(started["error"]))
    yield from _answers(site, question)


def recorder_health(site: Site) -> dict[str, Any]:
    """Give how a recorder that runs is: what was lost, what cannot be seen; nothing of none."""
    try:
        return next(_answers(site, {"do": "health"}, HEALTH_PATIENCE), {})
    except (SiteDown, OSError, ValueError):
        return {}


def _answers(
    site: Site, question: dict[str, Any], patience: float | None = None
) -> Iterator[dict[str, Any]]:
    with site.connect("flows.sock") as connection:
        connection.sendall(json.dumps(question).encode() + b"\n")
        connection.settimeout(patience)
        with connection.makefile("rb") as lines:
            try:
                for line in lines:
                    yield json.loads(line)
            except OSError as error:
                raise SiteDown(str(error)) from error

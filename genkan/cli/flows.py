"""`flows` and `metrics`: what packets do, and what endpoints carried."""

import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import click

from genkan.cli.failure import CANNOT, REFUSED, Failure, fail_down
from genkan.client import Site, SiteDown
from genkan.client.flows import FlowsRefused, ask_recorder
from genkan.client.home import default_home

MOST_NAMES = 8
KILO = 1000


def show(
    source: str | None,
    destination: str | None,
    port: int | None,
    verdict: str | None,
    follow: bool,
    as_json: bool,
) -> None:
    """Print flows, one a line."""
    question = {
        "do": "flows",
        "from": source,
        "to": destination,
        "port": port,
        "verdict": verdict,
        "follow": follow,
    }
    rows = Rows()
    held: list[dict[str, Any]] = []
    try:
        for flow in _asked(question):
            if "unknown" in flow:
                raise _unknown(flow)
            if "following" in flow:
                continue
            held.append(flow)
            if follow:
                click.echo(json.dumps(flow) if as_json else rows.line(flow))
    except KeyboardInterrupt:
        return
    if follow:
        return
    for flow in held:
        rows.see(flow)
    for flow in held:
        click.echo(json.dumps(flow) if as_json else rows.line(flow))
    if not held:
        click.echo("no flow is there that was asked for", err=True)


def deliver() -> None:
    """Deliver what flow logs hold now."""
    (answer,) = _asked({"do": "deliver"})
    for log in answer["delivered"]:
        click.echo(log)


def metrics(as_json: bool) -> None:
    """Print counters of endpoints and NAT gateways."""
    (answer,) = _asked({"do": "metrics"})
    click.echo(json.dumps(answer) if as_json else answer["text"], nl=as_json)


def _asked(question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    site = Site(default_home())
    try:
        yield from ask_recorder(site, question)
    except SiteDown:
        fail_down(site.home)
    except FlowsRefused as error:
        raise Failure(
            CANNOT,
            "packets cannot be watched here.",
            f"{error}. A site with `--engine none` has none.",
            "genkan down; genkan up",
        ) from error


def _unknown(answer: Mapping[str, Any]) -> Failure:
    import difflib

    known = list(answer["known"])
    near = difflib.get_close_matches(answer["unknown"], known, MOST_NAMES) or known[:MOST_NAMES]
    return Failure(
        REFUSED,
        f"nothing here is called {answer['unknown']}.",
        "A flow is from or to an instance (its id or Name tag), a network interface, an endpoint, "
        "or an address. "
        + (f"There are: {', '.join(near)}." if near else "There is no network interface yet."),
        "genkan status",
    )


class Rows:
    """Flows drawn in lines whose columns are as wide as the widest that was seen so far."""

    def __init__(self) -> None:
        self._widths: list[int] = []

    def see(self, flow: Mapping[str, Any]) -> None:
        """Make room for a flow."""
        widths = [len(cell) for cell in _cells(flow)] if "missed" not in flow else []
        known = zip_longest(self._widths, widths, fillvalue=0)
        self._widths = [max(pair) for pair in known]

    def line(self, flow: Mapping[str, Any]) -> str:
        """Draw a flow in a line."""
        if "missed" in flow:
            return f"# {flow['missed']} flows came too fast to be shown"
        self.see(flow)
        padded = zip(_cells(flow), self._widths, strict=True)
        cells = "  ".join(cell.ljust(width) for cell, width in padded)
        why = "  ".join(f"{one['stage']}: {one['because']}" for one in flow["reasons"])
        more = "  and more like it" if flow.get("and_more") else ""
        return f"{cells}  {why}{more}".rstrip()


def _cells(flow: Mapping[str, Any]) -> list[str]:
    port = flow["to"]["port"]
    service = f"{port}/{flow['protocol']}" if port is not None else _icmp(flow)
    ends = [_end(flow["from"]), f"→ {_end(flow['to'])}"]
    return [str(flow["at"])[11:19], flow["verdict"].upper(), *ends, service, _carried(flow)]


def _icmp(flow: Mapping[str, Any]) -> str:
    icmp = flow.get("icmp")
    return f"{flow['protocol']} {icmp['type']}" if icmp else str(flow["protocol"])


def _carried(flow: Mapping[str, Any]) -> str:
    if not flow["packets"]:
        return "begins"
    size = float(flow["bytes"])
    unit = "B"
    for unit in ("B", "kB", "MB", "GB"):  # noqa: B007 - the last one counts
        if size < KILO:
            break
        size /= KILO
    number = f"{size:.0f}" if unit == "B" else f"{size:.1f}"
    packets = flow["packets"]
    return f"{packets} {'packet' if packets == 1 else 'packets'} {number} {unit}"


def _end(end: Mapping[str, Any]) -> str:
    called = end["name"] or end["id"]
    return f"{called} ({end['address']})" if called else str(end["address"])

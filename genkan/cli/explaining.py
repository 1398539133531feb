"""`explain`: which zone, rule or endpoint answers a name, and what the internet would say."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import click

from genkan.cli.failure import NO, REFUSED, Failure, fail_down
from genkan.client.explanation import ask
from genkan.client.home import default_home
from genkan.client.site import Site, SiteDown

MOST_NAMES = 8
Shown = Mapping[str, Any]


def show(asker: str, name: str, kind: str, as_json: bool) -> None:
    """Print the way of a question; exits 1 when it has no answer."""
    home = default_home()
    try:
        told = ask(Site(home), asker, name, kind)
    except SiteDown:
        fail_down(home)
    if "unknown" in told:
        running = ", ".join(told["running"][:MOST_NAMES]) or "nothing"
        raise Failure(
            REFUSED,
            f"no instance that runs is called {asker}.",
            f"Running: {running}; `internet` is a host outside every VPC.",
            "genkan status",
        )
    if "unreadable" in told:
        raise Failure(REFUSED, f"{name} {kind} cannot be asked for.", told["unreadable"])
    click.echo(json.dumps(told, indent=2) if as_json else "\n".join(lines_of(told, name, kind)))
    if not _answers(told.get("answer")):
        raise SystemExit(NO)


def lines_of(told: Shown, name: str, kind: str) -> Iterator[str]:
    """Draw an explanation, a line a name on the way, and what the internet says."""
    asker = f", asked by {told['asker']} of {told['nameserver']}" if "asker" in told else ""
    yield f"{name} {kind}{asker}"
    if "answer" in told:
        yield from _way(told["answer"])
    else:
        yield f"  its name server, {told['nameserver']}, is not the VPC's: what it says is its own"
    if "internet" in told:
        yield "the internet says"
        yield from _way(told["internet"])


def _way(shown: Shown) -> Iterator[str]:
    for step in shown["steps"]:
        because = f" {step['because']}" if step["because"] else ""
        domain = f" ({step['domain']})" if step["domain"] not in ("", ".") else ""
        yield f"  {step['name']}: {step['decided_by']}{because}{domain}"
        for record in step["records"]:
            yield f"    {step['ttl']:>6} {record}"
    if shown["forwarded"]:
        yield "    is asked of the rule's targets"
    elif not _answers(shown):
        has = "there is no such name" if shown["rcode"] == "NXDOMAIN" else "no record of this type"
        yield f"    {shown['rcode']}: {has}" if shown["rcode"] != "SERVFAIL" else "    SERVFAIL"


def _answers(shown: Shown | None) -> bool:
    return shown is not None and (shown["forwarded"] or _has_records(shown))


def _has_records(shown: Shown) -> bool:
    return shown["rcode"] == "NOERROR" and bool(shown["steps"][-1]["records"])

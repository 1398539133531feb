"""`reach`: who can reach what, and whether that is as somebody says it should be."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from genkan.cli.failure import NO, REFUSED, USAGE, Failure, fail_down
from genkan.cli.impact_text import ports_word, several
from genkan.cli.options import FROM, JSON, OUTPUT, PARAMETER, SOURCE

ANY = ("*", "any")
Shown = Mapping[str, Any]
WORDS = {"internet": "the internet", "public-address": "the public address of "}


@click.command()
@click.argument("source", metavar="[SRC]", required=False)
@click.argument("destination", metavar="[DST]", required=False)
@click.option("--scope", type=SOURCE, metavar="FILE", help="MatchPaths and ExcludePaths, as JSON.")
@click.option("--from", "sources", multiple=True, type=SOURCE, metavar="PATH", help=FROM)
@PARAMETER
@OUTPUT
@JSON
def reach(
    source: str | None,
    destination: str | None,
    scope: Path | None,
    sources: tuple[Path, ...],
    output: str,
    as_json: bool,
) -> None:
    """Say who can reach what, at which ports.

    SRC and DST are ids or Name tags of instances, interfaces, subnets, VPCs, security groups or
    endpoints, a service's name, `internet`, or any for everything. Every way that is open both ways
    is told, for all ports and protocols, with a flow that proves it. With --scope, in the form of
    AWS's Network Access Analyzer, only what its MatchPaths match and no ExcludePaths does.
    Exit code 0: something is reached; with --scope: nothing is found. 1 otherwise.

    Example: genkan reach internet any
    """
    asked = {
        "sources": _words(source),
        "destinations": _words(destination),
        "scope": None if scope is None else _read(scope),
    }
    told = _of_files(asked, sources) if sources else _of_site(asked)
    if "unreadable" in told:
        raise Failure(USAGE, f"{told['unreadable']}.", todo="genkan reach --help")
    if "unknown" in told:
        near = f"Near to it: {', '.join(told['near'])}. " if told["near"] else ""
        why = f"{near}SRC and DST are ids, Name tags, names of groups or services, or `internet`."
        raise Failure(REFUSED, f"nothing here is called {told['unknown']}.", why, "genkan status")
    if as_json or output == "json":
        click.echo(json.dumps(told, indent=2))
    else:
        for line in lines(told):
            click.echo(line)
    if bool(told["ways"]) == (scope is not None):
        sys.exit(NO)


def _words(text: str | None) -> list[str]:
    return [] if text is None or text in ANY else [text]


def _read(path: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Failure(REFUSED, f"{path} cannot be read: {error}.") from error


def _of_site(asked: Shown) -> dict[str, Any]:
    from genkan.client.home import default_home
    from genkan.client.site import Site, SiteDown

    site = Site(default_home())
    try:
        return site.post("/reach", asked)
    except SiteDown:
        fail_down(site.home)


def _of_files(asked: Shown, sources: Sequence[Path]) -> dict[str, Any]:
    from genkan.cli.offline import read

    return read(sources).reach(asked)


def lines(told: Shown) -> Iterator[str]:
    """Draw an answer, a way two lines."""
    for way in told["ways"]:
        via = f"  by {' → '.join(way['via'])}" if way["via"] else ""
        word = "" if way["verdict"] == "works" else f"  {way['verdict'].upper()}"
        ports = ", ".join(map(ports_word, way["ports"]))
        yield f"{_end(way['from'])} → {_target(way['to'])}  {ports}{word}{via}"
        yield f"    genkan ping {_witness(way['witness'])}"
    if not told["ways"]:
        yield "nothing is found" if told["is_scope"] else "nothing is reached"


def _end(end: Shown) -> str:
    if not end["interfaces"]:
        return WORDS["internet"]
    return several([one["name"] or one["place"] for one in end["interfaces"]])


def _target(target: Shown) -> str:
    if target["kind"] in ("name", "internet"):
        return str(target["name"] or WORDS["internet"])
    if target["kind"] == "load-balancer":
        return str(target["id"])
    start = WORDS["public-address"] if target["kind"] == "public-address" else ""
    return f"{start}{_end(target)}"


def _witness(flow: Shown) -> str:
    port = "" if flow["port"] is None else f":{flow['port']}/{flow['protocol']}"
    to = f"[{flow['destination']}]" if ":" in flow["destination"] and port else flow["destination"]
    return f"{flow['source']} {to}{port}"

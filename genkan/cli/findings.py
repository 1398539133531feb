"""`findings`: what is wrong, or idle, in a network as it stands."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from genkan.cli.failure import NO, fail_down
from genkan.cli.options import FROM, JSON, OUTPUT, PARAMETER, SOURCE

Shown = Mapping[str, Any]


@click.command()
@click.option("--from", "sources", multiple=True, type=SOURCE, metavar="PATH", help=FROM)
@PARAMETER
@OUTPUT
@JSON
def findings(sources: tuple[Path, ...], output: str, as_json: bool) -> None:
    """Say what does not do what it is there for.

    Blackholes; endpoints that nobody accepted, that nobody reaches or that their service's name
    leads past, in one zone, whose private names answer for more than their service, or whose
    callers lack what else they need; policies that allow nothing, default
    groups that let nobody in, services without targets; and groups, rules and ACL entries that make
    no difference. Exit code 1: there is a warning.

    Example: genkan findings --from dump
    """
    told = _of_files(sources) if sources else _of_site()
    if as_json or output == "json":
        click.echo(json.dumps(told, indent=2))
    else:
        for line in lines(told):
            click.echo(line)
    if any(one["severity"] == "warning" for one in told["findings"]):
        sys.exit(NO)


def _of_site() -> dict[str, Any]:
    from genkan.client.home import default_home
    from genkan.client.site import Site, SiteDown

    site = Site(default_home())
    try:
        return site.get("/findings")
    except SiteDown:
        fail_down(site.home)


def _of_files(sources: Sequence[Path]) -> dict[str, Any]:
    from genkan.cli.offline import read

    return read(sources).findings()


def lines(told: Shown) -> Iterator[str]:
    """Draw findings, two lines each."""
    for one in told["findings"]:
        name = f" ({one['name']})" if one["name"] else ""
        rule = f" {one['rule']}" if one["rule"] else ""
        yield f"{one['severity']:<8} {one['code']:<28} {one['about']}{name}{rule}"
        yield f"         {one['said']}; {one['todo']}"
    if not told["findings"]:
        yield "nothing is found"

"""`quota list` and `quota set`."""

import json
from urllib.parse import urlencode

import click

from genkan.cli.failure import REFUSED, Failure, fail_down
from genkan.client import Site, SiteDown
from genkan.client.home import default_home


def show(service: str | None, account: str | None, region: str | None, as_json: bool) -> None:
    """List the quotas of an account in a Region."""
    site = Site(default_home())
    asked = {"account": account, "region": region}
    query = urlencode({name: value for name, value in asked.items() if value})
    try:
        answer = site.get(f"/quotas?{query}")
    except SiteDown:
        fail_down(site.home)
    _check(answer)
    rows = [one for one in answer["quotas"] if service in (None, one["service"])]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for one in rows:
        fixed = "" if one["adjustable"] else "  fixed"
        click.echo(f"{one['value']:>8}  {one['code']}  {one['service']:<20} {one['name']}{fixed}")


def change(quota: str, value: int, account: str | None, region: str | None, as_json: bool) -> None:
    """Set a quota of an account in a Region."""
    site = Site(default_home())
    asked = {"quota": quota, "value": value, "account": account, "region": region}
    try:
        made = site.post("/quotas", asked)
    except SiteDown:
        fail_down(site.home)
    _check(made)
    if as_json:
        click.echo(json.dumps(made, indent=2))
        return
    click.echo(f"{made['name']} ({made['code']}): {made['value']}")


def _check(answer: dict[str, object]) -> None:
    if "refused" in answer:
        raise Failure(
            REFUSED,
            str(answer["refused"]),
            "What AWS adjusts can be set here, of an account of the site.",
            "genkan quota list",
        )

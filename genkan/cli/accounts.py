"""`account add` and `account list`."""

import json

import click

from genkan.cli.failure import REFUSED, Failure, fail_down
from genkan.cli.site import print_environment, variables_of
from genkan.client import Site, SiteDown
from genkan.client.home import default_home


def add(name: str, as_json: bool) -> None:
    """Make an account, and print the variables that speak for it."""
    site = Site(default_home())
    try:
        made = site.post("/accounts", {"name": name})
    except SiteDown:
        fail_down(site.home)
    if "refused" in made:
        raise Failure(
            REFUSED, made["refused"], "An account is known by its name.", "genkan account list"
        )
    click.echo(f"account {made['account']} is called {made['name']}", err=True)
    print_environment(variables_of(site.home, made), as_json)


def show(as_json: bool) -> None:
    """List the accounts, without their secrets."""
    site = Site(default_home())
    try:
        accounts = site.get("/accounts")["accounts"]
    except SiteDown:
        fail_down(site.home)
    for one in accounts:
        del one["secret_access_key"]
    if as_json:
        click.echo(json.dumps(accounts, indent=2))
        return
    for one in accounts:
        click.echo(
            f"{one['account']}  {one['name']:<20} {one['region']:<15} {one['access_key_id']}"
        )

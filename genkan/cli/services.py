"""`service add`, `remove` and `list`: services of one's own behind AWS-style names."""

import json
from collections.abc import Sequence

import click

from genkan.cli.failure import fail_down
from genkan.cli.publishing import have_broker, program_of, tell
from genkan.client import Site, SiteDown
from genkan.client.home import default_home

WHY = "A service has a name of its own in a Region, and stays while endpoints lead to it."
HTTPS = 443


def add(
    name: str, upstream: str, ports: Sequence[int], names: Sequence[str], region: str | None
) -> None:
    """Put a program behind a service's name."""
    host, host_port = program_of(upstream, HTTPS)
    site = Site(default_home())
    have_broker(site)
    body = {
        "name": name,
        "region": region,
        "ports": list(ports) or [HTTPS],
        "host": host,
        "host_port": host_port,
        "private_names": list(names),
    }
    made = tell(site, "/services", body, WHY, "genkan service add --help")
    click.echo(
        f"{made['service']} is there: make endpoints to it. They answer at port "
        f"{', '.join(map(str, made['ports']))} with {made['program']}, by private DNS as "
        f"{', '.join(made['private_names'])}",
        err=True,
    )


def remove(name: str, region: str | None) -> None:
    """Take a service back."""
    site = Site(default_home())
    tell(site, "/services/remove", {"name": name, "region": region}, WHY, "genkan service list")


def show(as_json: bool) -> None:
    """List the services."""
    site = Site(default_home())
    try:
        rows = site.get("/services")["services"]
    except SiteDown:
        fail_down(site.home)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo("no service of yours is there; genkan service add makes one", err=True)
    for one in rows:
        ports = ",".join(map(str, one["ports"]))
        click.echo(
            f"{one['service']:<40} {ports:<10} {one['program']:<24} "
            f"{' '.join(one['private_names'])}  # endpoints: {one['endpoints']}"
        )

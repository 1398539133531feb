"""`publish` and `unpublish`: programs of this machine at interfaces of a VPC."""

import json
import subprocess
import sys

import click

from genkan.cli.failure import CANNOT, DOWN, REFUSED, USAGE, Failure, fail_down
from genkan.client import Site, SiteDown
from genkan.client.home import default_home

LOOPBACK = "127.0.0.1"
BROKER_PATIENCE = 30


def publish(interface: str, port: int, program: str | None) -> None:
    """Have a program answer at a port of an interface."""
    host, host_port = program_of(program, port)
    site = Site(default_home())
    have_broker(site)
    body = {"interface": interface, "port": port, "host": host, "host_port": host_port}
    made = tell(site, "/publish", body)
    click.echo(
        f"{made['program']} of this machine answers at {made['address']}:{made['port']} in "
        f"{made['vpc']}, as {made['interface']}",
        err=True,
    )


def unpublish(interface: str, port: int | None) -> None:
    """Take back what is published at an interface."""
    tell(Site(default_home()), "/unpublish", {"interface": interface, "port": port})


def show(as_json: bool) -> None:
    """List what is published."""
    site = Site(default_home())
    try:
        rows = site.get("/published")["published"]
    except SiteDown:
        fail_down(site.home)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo("nothing is published; genkan publish --help says how", err=True)
    for one in rows:
        where = f"{one['address']}:{one['port']}" if one["address"] else f"port {one['port']}"
        note = "" if one["answers"] else "  # an instance wears it, or it is gone"
        click.echo(
            f"{one['interface']:<23} {one['name'] or '-':<12} {where:<21} {one['program']}{note}"
        )


def program_of(given: str | None, port: int) -> tuple[str, int]:
    """Give host and port of [HOST:]PORT, or a path and 0. Raises Failure."""
    text = str(port) if given is None else given
    if text.startswith("/"):
        return text, 0
    host, _, number = text.rpartition(":")
    if "/" in host or not number.isdigit() or not 1 <= int(number) <= 65535:
        raise Failure(
            USAGE,
            f"{text} does not say where a program listens.",
            "It is a port of this machine, HOST:PORT, or the path of a Unix socket.",
            "8443, 127.0.0.1:8443 or /run/app.sock",
        )
    return host.strip("[]") or LOOPBACK, int(number)


def have_broker(site: Site) -> None:
    """Have the site's broker run. Raises Failure."""
    result = subprocess.run(
        [sys.executable, "-P", "-m", "genkan.site.broker_launch", str(site.home)],
        capture_output=True,
        text=True,
        timeout=BROKER_PATIENCE,
    )
    if result.returncode == DOWN:
        fail_down(site.home)
    if result.returncode:
        raise Failure(
            CANNOT,
            result.stderr.strip() or "the broker did not start.",
            "It is the site's process in this machine's network, which programs are reached by.",
            f"cat {site.home}/log/broker.log",
        )


def tell(
    site: Site,
    path: str,
    body: object,
    why: str = "Programs answer at an interface of a VPC that nothing else wears.",
    todo: str = "genkan publish --help",
) -> dict[str, str]:
    """Ask control for a change. Raises Failure where it is refused."""
    try:
        answer = site.post(path, body)
    except SiteDown:
        fail_down(site.home)
    if "refused" in answer:
        raise Failure(
            REFUSED,
            str(answer["refused"]),
            why,
            todo,
        )
    return answer

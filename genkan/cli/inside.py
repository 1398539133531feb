"""`exec` and `dig`: programs in instances."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import click

from genkan.cli.failure import CANNOT, NO, REFUSED, USAGE, Failure, fail_down
from genkan.client import Site, SiteDown
from genkan.client.exec import run_inside
from genkan.client.home import default_home
from genkan.client.site import Inside, UnknownTarget

PATIENCE = 15


def run(target: str, command: Sequence[str]) -> int:
    """Run a command in an instance; give its exit code."""
    return run_inside(_enter(target), command)


def dig(target: str, name: str, kind: str, as_json: bool) -> None:
    """Ask for a name as programs of an instance would."""
    if shutil.which("dig") is None:
        raise Failure(
            CANNOT,
            "there is no dig on this machine.",
            "`genkan dig` runs it.",
            "apt-get install bind9-dnsutils",
        )
    if name.startswith(("-", "@", "+")) or kind.startswith(("-", "@", "+")):
        raise Failure(
            USAGE, f"{name} {kind} is no name and type.", todo="genkan dig web example.com A"
        )
    _check_type(kind)
    _enter(target)
    command = [
        sys.executable,
        "-P",
        "-m",
        "genkan.cli",
        "exec",
        target,
        "--",
        "dig",
        "+noall",
        "+answer",
    ]
    result = subprocess.run(
        [*command, "+comments", "+stats", "+time=2", "+tries=2", name, kind],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=dict(os.environ),
        check=False,
    )
    answer = read_dig(result.stdout)
    if as_json:
        click.echo(json.dumps(answer, indent=2))
    else:
        for record in answer["records"]:
            click.echo(" ".join(record.values()))
        click.echo(f"# {answer['status']} from {answer['server']}", err=True)
    if not answer["records"]:
        sys.exit(NO)


def _check_type(kind: str) -> None:
    """Refuse what is no record type: dig would take it for another name. Raises Failure."""
    import dns.rdatatype

    try:
        dns.rdatatype.from_text(kind)
    except (dns.rdatatype.UnknownRdatatype, ValueError) as error:
        raise Failure(
            USAGE, f"{kind} is no type of record.", "Types are A, AAAA, TXT and the like."
        ) from error


def read_dig(text: str) -> dict[str, Any]:
    """Read dig's output: status, server, records."""
    status, server = "no answer", "nobody"
    records = []
    for line in text.splitlines():
        if "status: " in line:
            status = line.partition("status: ")[2].partition(",")[0]
        elif line.startswith(";; SERVER: "):
            server = line.removeprefix(";; SERVER: ").partition("#")[0]
        elif line and not line.startswith(";"):
            name, ttl, _, kind, value = line.split(maxsplit=4)
            records.append({"name": name, "ttl": ttl, "type": kind, "value": value})
    return {"status": status, "server": server, "records": records}


def _enter(target: str) -> Inside:
    site = Site(default_home())
    try:
        return site.enter(target)
    except SiteDown:
        fail_down(site.home)
    except UnknownTarget as error:
        raise Failure(
            REFUSED,
            str(error),
            "Programs run in instances that run, and in `internet`.",
            "genkan status",
        ) from error

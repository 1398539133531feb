"""`attach` and `detach`: processes and containers of this machine on interfaces of a VPC."""

import json
import shutil
import subprocess

import click

from genkan.cli.failure import CANNOT, REFUSED, USAGE, Failure, fail_down
from genkan.client import Site, SiteDown
from genkan.client.adopt import NotAdopted, adopt, release
from genkan.client.home import default_home

ENGINES = ("podman", "docker")
PATIENCE = 20


def attach(interface: str, pid: int | None, netns: str | None, container: str | None) -> None:
    """Put the network namespace of a process on an interface."""
    path, what = _namespace(pid, netns, container)
    site = Site(default_home())
    name = _tell(site, "/attach", {"interface": interface, "check": True})["interface"]
    try:
        found = adopt(site, path, what, name)
    except SiteDown:
        fail_down(site.home)
    except NotAdopted as error:
        raise Failure(CANNOT, str(error), error.why, error.todo) from error
    asked = {
        "interface": name,
        "what": what,
        "namespace": found.namespace,
        "device_index": found.device_index,
        "leads_out": found.leads_out,
    }
    try:
        made = _tell(site, "/attach", asked)
    except Failure:
        release(site, name)
        raise
    everything = "everything" if found.leads_out else "what is for the VPC"
    click.echo(
        f"{what} is {', '.join(made['addresses'])} in {made['vpc']} by its {made['device']}; "
        f"{everything} goes that way, and names are asked of 169.254.169.253",
        err=True,
    )


def detach(interface: str) -> None:
    """Take an interface off again."""
    _tell(Site(default_home()), "/detach", {"interface": interface})


def show(as_json: bool) -> None:
    """List what is attached."""
    site = Site(default_home())
    try:
        rows = site.get("/attached")["attached"]
    except SiteDown:
        fail_down(site.home)
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    if not rows:
        click.echo("nothing is attached; genkan attach --help says how", err=True)
    for one in rows:
        addresses = ", ".join(one["addresses"])
        click.echo(
            f"{one['interface']:<23} {one['name'] or '-':<12} {addresses:<21} "
            f"{one['device']:<6} {one['what']}"
        )


def _namespace(pid: int | None, netns: str | None, container: str | None) -> tuple[str, str]:
    """Give the path of the namespace that is meant, and how people call it. Raises Failure."""
    if sum(one is not None for one in (pid, netns, container)) != 1:
        raise Failure(
            USAGE,
            "exactly one of --pid, --netns and --container says what is attached.",
            "",
            "genkan attach --help",
        )
    if pid is not None:
        return f"/proc/{pid}/ns/net", f"process {pid}"
    if container is not None:
        return f"/proc/{_pid_of(container)}/ns/net", f"container {container}"
    return str(netns), str(netns)


def _pid_of(container: str) -> int:
    """Ask the container engines that are here for the first process of a container. Raises
    Failure."""
    engines = [one for one in ENGINES if shutil.which(one)]
    if not engines:
        raise Failure(
            CANNOT,
            f"there is neither {' nor '.join(ENGINES)} on this machine.",
            "One of them says which process a container is.",
            "genkan attach INTERFACE --pid PID",
        )
    why = "It has no process."
    for engine in engines:
        asked = subprocess.run(
            [engine, "inspect", "--format", "{{.State.Pid}}", container],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        said = asked.stdout.strip()
        if not asked.returncode and said.isdigit() and said != "0":
            return int(said)
        why = asked.stderr.strip() or why
    raise Failure(
        REFUSED,
        f"{' and '.join(engines)} know no container {container} that runs.",
        why,
        f"{engines[0]} ps",
    )


def _tell(site: Site, path: str, body: object) -> dict[str, str]:
    try:
        answer = site.post(path, body)
    except SiteDown:
        fail_down(site.home)
    if "refused" in answer:
        raise Failure(
            REFUSED,
            str(answer["refused"]),
            "A process wears an interface of a VPC that nothing else wears.",
            "genkan attach --help",
        )
    return answer

"""`up`, `down`, `status`, `check`, `env` and `aws`: a site as a whole."""

import fcntl
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlencode

import click

from genkan.cli.failure import CANNOT, NO, REFUSED, USAGE, Failure, fail_down
from genkan.client import Site, SiteDown
from genkan.client.flows import recorder_health
from genkan.client.home import default_home

LAUNCH_PATIENCE = 1800  # the launch itself gives up long before, and says why
MARKS = {True: "✓", False: "✗"}


def up(
    engine: str,
    database: str | None,
    default_vpc: bool = False,
    accelerator: str = "auto",
    sources: Sequence[Path] = (),
    resolver_limit: int = 0,
    port: int | None = None,
) -> None:
    """Start the site."""
    home = default_home()
    before = _port_of(home)
    settings = {"GENKAN_DATABASE_URL": _database_url(database)} if database else {}
    settings["GENKAN_ACCELERATOR"] = accelerator
    settings["GENKAN_RESOLVER_LIMIT"] = str(resolver_limit)
    settings["GENKAN_PORT"] = str(port or "")
    if default_vpc:
        settings["GENKAN_DEFAULT_VPC"] = "1"
    if sources:
        from genkan.cli.offline import given

        settings["GENKAN_FROM"] = _described(home, sources)
        settings["GENKAN_PARAMETERS"] = json.dumps(given())
    result = _run_module("genkan.site.launch", str(home), engine, **settings)
    if result.returncode != 0:
        _explain(result.returncode, result.stderr.strip())
    if result.stdout.strip() == "running":
        click.echo(f"the site at {home} is up already", err=True)
        if default_vpc:
            click.echo("a default VPC is made by: genkan aws ec2 create-default-vpc", err=True)
        if port not in (None, before):
            click.echo(f"its API is at port {before} until: genkan down; genkan up …", err=True)
        return
    shown = Site(home).get("/status")
    counts = f"{_count(shown['vpcs'], 'VPC')}, {_count(shown['instances'], 'instance')}, "
    click.echo(f"the site is up: {counts}{_count(shown['endpoints'], 'endpoint')}", err=True)
    if before not in (None, _port_of(home)):
        why = "" if port else f": {before} is another program's now"
        click.echo(f'the API is at port {_port_of(home)}{why}. eval "$(genkan env)"', err=True)


def _port_of(home: Path) -> int | None:
    """Give the API's port as the home remembers it; None where it does not."""
    try:
        return int(json.loads((home / "settings.json").read_text())["port"])
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _described(home: Path, sources: Sequence[Path]) -> str:
    """Give the paths of files that a site is made of, when they are readable. Raises Failure."""
    if (home / "settings.json").exists():
        raise Failure(
            REFUSED,
            f"{home} has a network already.",
            "A network is read from files only into a new home.",
            "genkan down --wipe, or another GENKAN_HOME",
        )
    from genkan.cli.offline import read

    read(sources)
    return os.pathsep.join(str(one.resolve()) for one in sources)


def _database_url(given: str) -> str:
    """Give SQLAlchemy's URL of a database as people write it. Raises Failure."""
    scheme, separator, rest = given.partition("://")
    if not separator or scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise Failure(
            USAGE,
            f"{scheme or given} is no database that a site keeps its state in.",
            "Without --database it is a file of the home; with it, a PostgreSQL database.",
            "genkan up --database postgresql://user@host/name",
        )
    return f"postgresql+psycopg://{rest}"


def down(wipe: bool) -> None:
    """Stop the site."""
    home = default_home()
    try:
        Site(home).stop()
        click.echo("the site is down; nothing of it is left running", err=True)
    except SiteDown:
        click.echo(f"no site is up at {home}", err=True)
    if wipe and (home / "lock").is_file():
        _wipe(home)
        click.echo(f"{home} is forgotten", err=True)


def _wipe(home: Path) -> None:
    """Delete what a site wrote, and nothing else that may lie in the folder."""
    with (home / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure(
                NO,
                f"{home} is in use, nothing was deleted.",
                "A site holds its lock, though it does not answer.",
                f"fuser {shlex.quote(str(home / 'lock'))}",
            ) from None
        _delete(home)


def _delete(home: Path) -> None:
    files = ("network.db", "ca.pem", "ca.key", "events.jsonl", "settings.", "lock")
    for name in files:
        for path in home.glob(f"{name}*"):
            path.unlink()
    for folder in ("certificates", "console", "flow-logs", "log", "run"):
        shutil.rmtree(home / folder, ignore_errors=True)
    for name in ("site.sock", "control.sock", "broker.sock", "flows.sock"):
        (home / name).unlink(missing_ok=True)


def status(as_json: bool) -> None:
    """Show what is there."""
    site = Site(default_home())
    try:
        processes = site.processes()
    except SiteDown:
        fail_down(site.home)
    shown = {**_network(site), "processes": processes}
    if any(process["name"] == "recorder" for process in processes):
        shown["recorder"] = recorder_health(site)
    if as_json:
        click.echo(json.dumps(shown, indent=2))
        return
    for line in status_lines(shown):
        click.echo(line)


def _network(site: Site) -> dict[str, Any]:
    """Ask control what there is; a site goes on without it, and so does this."""
    try:
        return site.get("/status")
    except SiteDown:
        trouble = f"control does not answer: see {site.home / 'log' / 'control.log'}"
        return {"vpcs": [], "instances": [], "endpoints": [], "trouble": trouble}


def status_lines(shown: Mapping[str, Any]) -> Iterator[str]:
    """Draw a status: a line a thing, health behind #."""
    for vpc in shown["vpcs"]:
        yield (
            f"vpc       {vpc['id']:<23} {_name(vpc):<12} {', '.join(vpc['cidrs']):<18} "
            f"{vpc['region']}  {_count(vpc['subnets'], 'subnet')}, "
            f"{_count(vpc['interfaces'], 'interface')}"
        )
    for instance in shown["instances"]:
        yield (
            f"instance  {instance['id']:<23} {_name(instance):<12} "
            f"{', '.join(instance['addresses']):<18} {instance['state']}"
        )
    for endpoint in shown["endpoints"]:
        yield (
            f"endpoint  {endpoint['id']:<23} {_name(endpoint):<12} "
            f"{', '.join(endpoint['addresses']):<18} {endpoint['state']}  {endpoint['service']}"
        )
    names = ", ".join(process["name"] for process in shown["processes"])
    yield f"# running: {names}"
    for process in shown["processes"]:
        if process["deaths"]:
            died = _count(process["deaths"], "time")
            yield f"# {process['name']} died and was started again: {died}"
        if process["name"] == "embedded":
            yield "# what the embedded services hold (objects, users) lasts as long as they run"
    yield from _acceleration(shown)
    yield from _troubles(shown)


def _acceleration(shown: Mapping[str, Any]) -> Iterator[str]:
    """Tell of the accelerator where there is an endpoint that it is for."""
    told = shown.get("accelerator")
    if not told or not any(".vpce." in one["service"] for one in shown["endpoints"]):
        return
    if told["on"]:
        yield f"# accelerator: {_count(told['flows'], 'flow')} of endpoint services by tc/BPF now"
    else:
        yield f"# accelerator: off, {told['why']}"


def _troubles(shown: Mapping[str, Any]) -> Iterator[str]:
    for table in shown.get("crowded", ()):
        yield f"# trouble: {table['place']}: {table['why']}"
    for log in shown.get("undelivered", ()):
        yield f"# trouble: {log['id']} is not delivered: {log['why']}"
    recorder = shown.get("recorder", {})
    for place, why in recorder.get("trouble", {}).items():
        yield f"# trouble: {place}: {why}"
    if recorder.get("lost"):
        times = _count(recorder["lost"], "time")
        yield f"# more packets came than the recorder could take, {times}; flow logs say SKIPDATA"
    if shown.get("trouble"):
        yield f"# trouble: {shown['trouble']}"
    if shown.get("mended"):
        mended = shown["mended"]
        where = ", ".join(mended["places"])
        undone = _count(mended["changes"], "change")
        yield f"# somebody else changed the network of {where}: {undone} undone at {mended['at']}"


def check(as_json: bool) -> None:
    """Show what this machine can and cannot do."""
    result = _run_module("genkan.site.check")
    findings = [json.loads(line) for line in result.stdout.splitlines()]
    if as_json:
        click.echo(json.dumps(findings, indent=2))
    else:
        for line in check_lines(findings):
            click.echo(line)
    if not findings or any(not one["ok"] and one["needed"] for one in findings):
        sys.exit(CANNOT)


def check_lines(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for one in findings:
        yield f"{MARKS[one['ok']]} {one['name']:<12} {one['found']}"
        if not one["ok"]:
            yield f"    why: {one['why']}"
            yield f"    try: {one['todo']}"


def env(as_json: bool, account: str | None = None) -> None:
    """Print the variables for AWS's clients."""
    print_environment(environment(default_home(), account), as_json)


def print_environment(variables: Mapping[str, str], as_json: bool) -> None:
    """Print variables as JSON, or as lines for a shell."""
    if as_json:
        click.echo(json.dumps(variables, indent=2))
        return
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")


def environment(home: Path, account: str | None = None) -> dict[str, str]:
    """Give the variables that point AWS's clients at a site, for an account (name or number;
    None: the first). Raises Failure."""
    asked = f"?{urlencode({'account': account})}" if account is not None else ""
    try:
        credentials = Site(home).get(f"/credentials{asked}")
    except SiteDown:
        fail_down(home)
    if "unknown" in credentials:
        raise Failure(
            REFUSED,
            f"there is no account {account}.",
            f"There are: {', '.join(credentials['accounts'])}.",
            f"genkan account add {shlex.quote(account or '')}",
        )
    return variables_of(home, credentials)


def variables_of(home: Path, credentials: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that speak with these credentials to a site."""
    try:
        port = json.loads((home / "settings.json").read_text())["port"]
    except (OSError, ValueError, LookupError) as error:
        raise Failure(
            REFUSED, f"{home / 'settings.json'} cannot be read: {error}.", todo="genkan down"
        ) from error
    return {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": credentials["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": credentials["secret_access_key"],
        "AWS_DEFAULT_REGION": credentials["region"],
        "AWS_REGION": credentials["region"],
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def aws(arguments: Sequence[str]) -> None:
    """Become the AWS CLI."""
    own = Path(sys.executable).with_name("aws")
    program = str(own) if own.is_file() else shutil.which("aws")
    if program is None:
        raise Failure(
            CANNOT,
            "there is no AWS CLI on this machine.",
            "`genkan aws` runs the AWS CLI, pointed at the site.",
            "pip install awscli",
        )
    left_out = ("AWS_PROFILE", "AWS_SESSION_TOKEN")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith("AWS_ENDPOINT_URL")
    }
    os.execve(program, [program, *arguments], {**kept, **environment(default_home())})  # noqa: S606 - no shell is meant


def coverage() -> None:
    """Print the coverage page, as this Genkan would write it."""
    click.echo(_run_module("genkan.api.coverage").stdout, nl=False)


def _run_module(module: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", module, *arguments],
        capture_output=True,
        text=True,
        timeout=LAUNCH_PATIENCE,
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        check=False,
    )


def _explain(code: int, said: str) -> NoReturn:
    """Say why the site did not come up: what the machine lacks, if that is it. Always raises
    Failure."""
    try:
        words = json.loads(said.splitlines()[-1])
    except (ValueError, IndexError):
        words = {"what": "the site did not come up.", "why": said, "todo": "genkan check"}
    if code == CANNOT:
        checked = _run_module("genkan.site.check").stdout.splitlines()
        for one in map(json.loads, checked):
            if not one["ok"] and one["needed"]:
                what = f"this machine lacks {one['name']}: {one['found']}."
                raise Failure(CANNOT, what, one["why"], one["todo"])
    raise Failure(REFUSED if code == REFUSED else CANNOT, **words)


def _name(thing: Mapping[str, Any]) -> str:
    return thing.get("name") or "-"


def _count(things: Sequence[Any] | int, word: str) -> str:
    number = things if isinstance(things, int) else len(things)
    return f"{number} {word}{'' if number == 1 else 's'}"

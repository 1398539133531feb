"""`impact`: what a change would gain and lose, before it is made."""

import json
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from genkan.cli.failure import NO, REFUSED, USAGE, Failure, fail_down
from genkan.cli.options import FROM, PARAMETER, SOURCE

if TYPE_CHECKING:
    from genkan.impact.offline import Offline

PASS_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}
FORMATS = ("text", "json", "markdown", "sarif")
WORSE = "LOST,DENIED,DEPENDS"
EFFECTS = ("LOST", "DENIED", "DEPENDS", "INTERRUPTED", "REDIRECTED", "GAINED", "STILL_BLOCKED")


@click.command(context_settings=PASS_ON)
@click.option("-f", "--file", "path", metavar="FILE", help="Read the commands here; - is stdin.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--fail-on", default=WORSE, metavar="EFFECTS", help=f"Default: {WORSE}.")
@click.option("--account", help="Who would do it: name or number; the first when left out.")
@click.option("--from", "sources", multiple=True, type=SOURCE, metavar="PATH", help=FROM)
@PARAMETER
@click.option("--plan", type=SOURCE, metavar="FILE", help="A Terraform plan, as JSON.")
@click.option("--template", type=SOURCE, metavar="FILE", help="The stack of a template is made.")
@click.option("--live", is_flag=True, help="Hold the plan against the site, not its own state.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def impact(
    path: str | None,
    form: str,
    as_json: bool,
    fail_on: str,
    account: str | None,
    sources: tuple[Path, ...],
    plan: Path | None,
    template: Path | None,
    live: bool,
    words: tuple[str, ...],
) -> None:
    """Say what a change would break, before it is made.

    WORDS are the AWS CLI's own, for anything that Genkan has: the operation of EC2, or a service
    and its operation, then its options. Nothing is done: the calls run on a copy of the network,
    which is compiled, and every flow that the change can touch is followed before and after, for
    all interfaces. Names that are answered otherwise are told, and what is LOST, DENIED (by an
    endpoint's policy), REDIRECTED, GAINED; with the calls that mend it, tried on a copy.

    A FILE has a command a line (# begins a comment, a line ends in \\ that goes on), or is a JSON
    list of {"service", "operation", "parameters"}. {1.GroupId} stands for what the first command
    answers there. With --template it is the making of a stack, with --plan the applying of a plan.
    Exit code 0: nothing of --fail-on; 3: AWS would refuse it.

    Example: genkan impact create-vpc-endpoint --vpc-id vpc-1 --service-name
    com.amazonaws.eu-west-1.sqs --vpc-endpoint-type Interface --subnet-ids subnet-1
    """
    whole = [one for one in (plan, template) if one is not None]
    if len(whole) > 1 or (whole and (path is not None or words)):
        raise Failure(USAGE, f"{whole[0]} is a change by itself.", "Leave out the commands.")
    if plan is not None and not sources and not live:
        sources = (plan,)
    unknown = sorted(set(fail_on.split(",")) - {*EFFECTS, ""})
    if unknown:
        raise Failure(
            USAGE, f"There is no effect {unknown[0]}.", f"There are {', '.join(EFFECTS)}."
        )
    files = _read_files(sources, account) if sources else None
    if template is not None:
        commands = _templated(template, files, account)
    else:
        commands = _commands(path, words) if plan is None else _planned(plan)
    if path is not None and not commands:
        why = "That nothing changes would be true of it, and mislead."
        raise Failure(REFUSED, f"No command is in {path}.", why, "genkan impact --help")
    asked = {"commands": commands, "account": account}
    report = _asked(asked) if files is None else _readable(files.impact(asked))
    click.echo(_drawn(report, "json" if as_json else form))
    if report["preflight"]:
        sys.exit(REFUSED)
    if any(report["summary"]["effects"].get(one) for one in fail_on.split(",")):
        sys.exit(NO)


def _planned(plan: Path) -> list[Any]:
    """Give the orders of a plan; what of it could not be read is told."""
    from genkan.cli.offline import planned

    return planned(plan)


def _templated(template: Path, files: "Offline | None", account: str | None) -> list[Any]:
    """Give the orders of a template, in the account and the Region that are asked about."""
    from genkan.cli.offline import given, templated

    region = given().get("AWS::Region")
    if files is not None:
        return templated(template, files.call.account, region or files.call.region, files.exports)
    home = _home(account)
    return templated(template, home["account"], region or home["region"], {})


def _home(account: str | None) -> dict[str, Any]:
    """Give the site's account of a name or number, the first one for None. Raises Failure."""
    from genkan.client.home import default_home
    from genkan.client.site import Site, SiteDown

    site = Site(default_home())
    try:
        held = site.get("/accounts")["accounts"]
    except SiteDown:
        fail_down(site.home)
    found = [one for one in held if account in (None, one["account"], one["name"])]
    if not found:
        raise Failure(REFUSED, f"There is no account {account}.", todo="genkan account list")
    return dict(found[0])


def _read_files(sources: Sequence[Path], account: str | None) -> "Offline":
    from genkan.cli.offline import read

    return read(sources, account)


def _asked(asked: Mapping[str, Any]) -> dict[str, Any]:
    from genkan.client.home import default_home
    from genkan.client.site import Site, SiteDown

    site = Site(default_home())
    try:
        report = site.post("/impact", asked)
    except SiteDown:
        fail_down(site.home)
    return _readable(report)


def _readable(report: dict[str, Any]) -> dict[str, Any]:
    if "unreadable" in report:
        raise Failure(USAGE, report["unreadable"], todo="genkan impact --help")
    return report


def _drawn(report: Mapping[str, Any], form: str) -> str:
    if form == "json":
        return json.dumps(report, indent=2)
    from genkan.cli import impact_markdown, impact_sarif, impact_text

    drawers: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "text": lambda report: "\n".join(impact_text.lines(report)),
        "markdown": lambda report: "\n".join(impact_markdown.lines(report)),
        "sarif": lambda report: json.dumps(impact_sarif.log(report), indent=2),
    }
    return drawers[form](report)


def _commands(path: str | None, words: Sequence[str]) -> list[Any]:
    """Give the commands that were typed or are in a file. Raises Failure."""
    if (path is None) == (not words):
        raise Failure(USAGE, "Say one command, or a file of them.", todo="genkan impact --help")
    if path is None:
        return [[_from_file(word) for word in words]]
    text = sys.stdin.read() if path == "-" else _read(path)
    if text.lstrip().startswith("["):
        try:
            return list(json.loads(text))
        except ValueError as error:
            raise Failure(REFUSED, f"{path} is no JSON: {error}.") from error
    return list(_lines(text, path))


def _lines(text: str, path: str) -> Iterator[list[str]]:
    for line in text.replace("\\\n", " ").splitlines():
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise Failure(REFUSED, f"{path} cannot be read: {error}: {line}") from error
        if words:
            yield [_from_file(word) for word in words]


def _from_file(word: str) -> str:
    """Give what a word says, where it says so by a file, as the AWS CLI does."""
    return _read(word.removeprefix("file://")) if word.startswith("file://") else word


def _read(path: str) -> str:
    try:
        return Path(path).expanduser().read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(REFUSED, f"{path} cannot be read: {error}.") from error

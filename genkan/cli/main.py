"""The command line: what there is, and what each command does. The work is done elsewhere."""

import sys
from pathlib import Path
from typing import Any

import click

from genkan.cli import dump_commands, findings, host_commands, impact, packets, reach
from genkan.cli.commands import EPILOG, Commands
from genkan.cli.moment import moment
from genkan.cli.options import FROM, JSON, OUTPUT, PARAMETER, SOURCE
from genkan.cli.quota_commands import quota

PASS_ON = {"ignore_unknown_options": True, "allow_interspersed_args": False}
UP_FROM = "Start a new site as the network that this file or folder describes."


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, epilog=EPILOG)
@click.version_option(package_name="genkan", prog_name="genkan")
@click.option("--debug", is_flag=True, help="Show where an unexpected error happened.")
def main(debug: bool) -> None:
    """Private endpoints for networks you run yourself.

    A site keeps its state below the folder that GENKAN_HOME names (default:
    ~/.local/state/genkan). Each home has a site of its own.
    """


@main.command()
@click.option(
    "--engine",
    type=click.Choice(["linux", "none"]),
    default="linux",
    help="linux: real packets. none: the API alone.",
)
@click.option(
    "--database",
    metavar="URL",
    help="Keep the state in this PostgreSQL database, from now on. Default: a file of the home.",
)
@click.option(
    "--default-vpc",
    is_flag=True,
    help="Give each account that has none a default VPC in its home Region. Without: none is made.",
)
@click.option(
    "--accelerator",
    type=click.Choice(["auto", "off"]),
    default="auto",
    help="auto: lasting flows through endpoint services go by tc/BPF where the kernel grants it.",
)
@click.option(
    "--resolver-limit",
    type=click.IntRange(min=0),
    default=0,
    metavar="PACKETS",
    help="Drop what an interface asks its VPC's resolver above so many packets a second, as AWS "
    "does above 1024. Default: 0, nothing is dropped.",
)
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    help="Of the API at 127.0.0.1, from now on. Default: that of the last time, or a free one.",
)
@click.option("--from", "sources", multiple=True, type=SOURCE, metavar="PATH", help=UP_FROM)
@PARAMETER
def up(
    engine: str,
    database: str | None,
    default_vpc: bool,
    accelerator: str,
    resolver_limit: int,
    port: int | None,
    sources: tuple[Path, ...],
) -> None:
    """Start the site; returns when it is ready."""
    from genkan.cli import site

    site.up(engine, database, default_vpc, accelerator, sources, resolver_limit, port)


@main.command()
@click.option("--wipe", is_flag=True, help="Forget the network too.")
def down(wipe: bool) -> None:
    """Stop the site and keep its state."""
    from genkan.cli import site

    site.down(wipe)


@main.command()
@OUTPUT
@JSON
def status(output: str, as_json: bool) -> None:
    """Show what there is, a line a thing.

    VPCs, instances and endpoints; on # lines the site's processes, and what is wrong.
    With -o json the processes have their pids.
    """
    from genkan.cli import site

    site.status(as_json or output == "json")


@main.command()
def coverage() -> None:
    """Show which of AWS's operations there are, and how they differ."""
    from genkan.cli import site

    site.coverage()


@main.command()
@OUTPUT
@JSON
def check(output: str, as_json: bool) -> None:
    """Can this machine run a site? What to install if not."""
    from genkan.cli import site

    site.check(as_json or output == "json")


@main.command()
@OUTPUT
@JSON
@click.option("--account", help="Name or number; the first account when left out.")
def env(output: str, as_json: bool, account: str | None) -> None:
    """Print the variables that point AWS clients here.

    To set them in a shell: eval "$(genkan env)"
    """
    from genkan.cli import site

    site.env(as_json or output == "json", account)


main.add_command(quota)


@main.group()
def account() -> None:
    """Accounts of the site."""


@account.command("add")
@click.argument("name")
@OUTPUT
@JSON
def account_add(name: str, output: str, as_json: bool) -> None:
    """Make an account; prints its key as `genkan env` does."""
    from genkan.cli import accounts

    accounts.add(name, as_json or output == "json")


@account.command("list")
@OUTPUT
@JSON
def account_list(output: str, as_json: bool) -> None:
    """List the accounts."""
    from genkan.cli import accounts

    accounts.show(as_json or output == "json")


@main.group()
def service() -> None:
    """Services of your own behind AWS-style names."""


@service.command("add")
@click.argument("name")
@click.option(
    "--upstream",
    required=True,
    metavar="[HOST:]PORT|PATH",
    help="The program: a port of this machine, HOST:PORT, or the path of a Unix socket.",
)
@click.option("--port", "ports", type=int, multiple=True, help="Of its endpoints; 443 if left out.")
@click.option(
    "--private-dns", "names", multiple=True, help="NAME.REGION.amazonaws.com if left out."
)
@click.option("--region", help="The site's home Region when left out.")
def service_add(
    name: str, upstream: str, ports: tuple[int, ...], names: tuple[str, ...], region: str | None
) -> None:
    """Put a program behind the service name com.amazonaws.REGION.NAME.

    Every account finds it among amazon's services, makes interface endpoints to it, and has its
    private names in the VPC. What comes to an endpoint at one of the ports reaches the program as
    it is, from this machine; a program that speaks TLS has a certificate of its own. The
    endpoint's groups decide who gets there. No route leads from one network to the other.

    Example: genkan service add ledger --upstream 8443
    """
    from genkan.cli import services

    services.add(name, upstream, ports, names, region)


@service.command("remove")
@click.argument("name")
@click.option("--region", help="The site's home Region when left out.")
def service_remove(name: str, region: str | None) -> None:
    """Take a service back that has no endpoints."""
    from genkan.cli import services

    services.remove(name, region)


@service.command("list")
@OUTPUT
@JSON
def service_list(output: str, as_json: bool) -> None:
    """List your services, and how many endpoints lead to each."""
    from genkan.cli import services

    services.show(as_json or output == "json")


@main.command()
@OUTPUT
@JSON
@click.option("-n", "--last", type=click.IntRange(min=1), help="The last changes alone.")
def history(output: str, as_json: bool, last: int | None) -> None:
    """Show what changed in the network, and by whom."""
    from genkan.cli import history as journal

    journal.show(as_json or output == "json", last)


@main.command("exec", context_settings=PASS_ON)
@click.argument("target")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def exec_(target: str, command: tuple[str, ...]) -> None:
    """Run a program in an instance.

    TARGET is an instance's id, the beginning of one, or its Name tag; or `internet`, a host outside
    every VPC. The exit code is the program's: 127 when there is no such program.

    Example: genkan exec web -- curl -sI https://s3.us-east-1.amazonaws.com
    """
    from genkan.cli import inside

    program = command[1:] if command[0] == "--" else command
    if not program:
        raise click.UsageError("Say which program to run: genkan exec TARGET -- COMMAND…")
    sys.exit(inside.run(target, program))


@main.command()
@click.argument("target")
@click.argument("name")
@click.argument("kind", default="A", metavar="[TYPE]")
@OUTPUT
@JSON
def dig(target: str, name: str, kind: str, output: str, as_json: bool) -> None:
    """Ask for a name from inside an instance.

    TARGET as in `genkan exec`. Who answered, and with which status, is said on standard error;
    without a record of that type the exit code is 1.
    """
    from genkan.cli import inside

    inside.dig(target, name, kind, as_json or output == "json")


@main.command()
@click.argument("name")
@click.argument("kind", default="A", metavar="[TYPE]")
@click.option("--from", "asker", required=True, metavar="TARGET", help="Who asks; or `internet`.")
@OUTPUT
@JSON
def explain(name: str, kind: str, asker: str, output: str, as_json: bool) -> None:
    """Say why a name answers what it answers.

    Each name on the way, with the zone, rule or endpoint that decides it and its records, and what
    the internet says of the same name. Nothing is sent. Without an answer the exit code is 1.

    Example: genkan explain s3.us-east-1.amazonaws.com --from app
    """
    from genkan.cli import explaining

    explaining.show(asker, name, kind, as_json or output == "json")


@main.command(context_settings=PASS_ON)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def aws(arguments: tuple[str, ...]) -> None:
    """Run the AWS CLI, pointed at the site.

    The AWS CLI's own help: genkan aws help, genkan aws ec2 help. The exit code is the AWS CLI's.

    Example: genkan aws ec2 describe-vpcs --output table
    """
    from genkan.cli import site

    site.aws(arguments)


@main.command()
@OUTPUT
@JSON
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes.")
@click.option("-n", "--last", type=click.IntRange(min=1), help="The last calls alone.")
@click.option("--since", callback=moment, metavar="WHEN", help="10m ago (s, m, h, d), or a time.")
@click.option("--service", metavar="NAME", help="Of this service: monitoring, s3, ec2.")
@click.option("--endpoint", metavar="ID", help="Through this endpoint.")
@click.option("--failed", is_flag=True, help="What was answered with an error.")
def events(
    output: str,
    as_json: bool,
    follow: bool,
    last: int | None,
    **wanted: Any,  # noqa: ANN401 - options of several types
) -> None:
    """Show the calls that services saw.

    When, whence, through which endpoint, what, and the error if there was one. With --json each
    call is a CloudTrail-shaped object, one a line. The record stays when the site is down.

    Example: genkan events --service monitoring --since 10m
    """
    from genkan.cli import records

    if follow and last:
        raise click.UsageError("--last has an end, and --follow none; --since goes with it.")
    records.show(as_json or output == "json", follow, records.Wanted(**wanted), last)


@main.command()
@click.argument("source", metavar="SRC")
@click.argument("destination", metavar="DST[:PORT[/PROTO]]")
@OUTPUT
@click.option("--from", "sources", multiple=True, type=SOURCE, metavar="PATH", help=FROM)
@PARAMETER
@JSON
def trace(
    source: str, destination: str, output: str, sources: tuple[Path, ...], as_json: bool
) -> None:
    """Say where a packet goes, and what stops it.

    Nothing is sent: the answer is read from what the engine carries out. Both ways are followed,
    hop by hop, past whatever blocks, so that everything that blocks is told, each with the smallest
    call of the AWS CLI that mends it, tried on a copy. SRC and DST are ids, Name tags, addresses,
    or `internet`, a host outside every VPC; DST may be a domain name too, as SRC sees it. PROTO is
    tcp or udp. Without a port an echo is meant; of a domain name or an endpoint, port 443. An
    instance without a source/destination check is taken to pass on what is not for it. Exit code
    0: it arrives, and its answer comes back.

    Example: genkan trace web 10.0.0.5:443
    """
    from genkan.cli import tracing

    tracing.trace(source, destination, as_json or output == "json", sources)


@main.command()
@click.argument("source", metavar="SRC")
@click.argument("destination", metavar="DST[:PORT[/PROTO]]")
@OUTPUT
@JSON
def ping(source: str, destination: str, output: str, as_json: bool) -> None:
    """Send a packet, and hold it against the prediction.

    SRC and DST as in `genkan trace`. A port at which nothing listens refuses, which is an answer;
    over udp, a program has to answer. Exit code 0: an answer came.

    Example: genkan ping app db:5432
    """
    from genkan.cli import tracing

    tracing.ping(source, destination, as_json or output == "json")


@main.command()
@click.option("--keep", is_flag=True, help="Leave the network up, to look around in it.")
def demo(keep: bool) -> None:
    """Tell the story of a private endpoint.

    On real packets, in a site of its own that is gone afterwards. With --keep the site is that of
    GENKAN_HOME, where there must be none yet, and stays up.
    """
    from genkan.cli import demo as story

    story.tell(keep)


main.add_command(impact.impact)
main.add_command(reach.reach)
main.add_command(findings.findings)
main.add_command(packets.flows)
main.add_command(packets.metrics)
for one in (*host_commands.COMMANDS, *dump_commands.COMMANDS):
    main.add_command(one)

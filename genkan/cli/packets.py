"""The commands about packets: what they are called, and what each option means."""

import click

from genkan.cli.options import JSON, OUTPUT


@click.command()
@OUTPUT
@JSON
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes.")
@click.option("--from", "source", metavar="WHO", help="Of whom it begins.")
@click.option("--to", "destination", metavar="WHO", help="To whom it goes.")
@click.option("--port", type=click.IntRange(0, 65535), help="To this port.")
@click.option("--verdict", type=click.Choice(["accept", "reject"]), help="Passed, or dropped.")
@click.option(
    "--deliver",
    is_flag=True,
    help="Deliver what flow logs hold now, without waiting for their interval to end.",
)
def flows(
    output: str,
    as_json: bool,
    follow: bool,
    source: str | None,
    destination: str | None,
    port: int | None,
    verdict: str | None,
    deliver: bool,
) -> None:
    """Show connections and drops, and why.

    Each with the rule that let it pass or the stage that dropped it. Drops are remembered while the
    recorder runs, which this starts. WHO is an instance's id or Name tag, a network interface's id,
    an endpoint's id, or an address. With --json each flow is an object, one a line.

    Example: genkan flows -f --from web --verdict reject
    """
    from genkan.cli import flows as shown

    if deliver:
        shown.deliver()
    else:
        shown.show(source, destination, port, verdict, follow, as_json or output == "json")


@click.command()
@OUTPUT
@JSON
def metrics(output: str, as_json: bool) -> None:
    """Print counters of endpoints and NAT gateways for Prometheus.

    Connections, bytes, packets, resets; connections that found no port. Counting begins with the
    first time this is asked, and from then on CloudWatch has the same as AWS/PrivateLinkEndpoints,
    AWS/PrivateLinkServices and AWS/NATGateway.
    """
    from genkan.cli import flows as shown

    shown.metrics(as_json or output == "json")

"""The commands that bring programs of this machine into a VPC. The work is done elsewhere."""

import click

from genkan.cli.options import JSON, OUTPUT


@click.command()
@click.argument("interface", required=False)
@click.argument("port", required=False, type=click.IntRange(1, 65535))
@click.argument("program", required=False)
@OUTPUT
@JSON
def publish(
    interface: str | None, port: int | None, program: str | None, output: str, as_json: bool
) -> None:
    """Let a program of this machine answer in a VPC.

    INTERFACE is an elastic network interface that nothing wears, by id or Name tag; TCP connections
    to its address and PORT reach PROGRAM: a port of this machine, HOST:PORT, or the path of a Unix
    socket; the same port when left out. The interface's groups decide who gets there, and its
    address can be a target of a load balancer. There is no route between the networks, and the
    program sees connections from this machine. It lasts until `genkan unpublish`. Without
    arguments: what is published.

    Example: genkan publish eni-0123456789abcdef0 80 8080
    """
    from genkan.cli import publishing

    if interface is None:
        publishing.show(as_json or output == "json")
    elif port is None:
        raise click.UsageError("Say which port: genkan publish INTERFACE PORT [PROGRAM]")
    else:
        publishing.publish(interface, port, program)


@click.command()
@click.argument("interface")
@click.argument("port", required=False, type=click.IntRange(1, 65535))
def unpublish(interface: str, port: int | None) -> None:
    """Take back what `genkan publish` did.

    At that port of the interface, or at all of them when none is named.
    """
    from genkan.cli import publishing

    publishing.unpublish(interface, port)


@click.command()
@click.argument("interface", required=False)
@click.option("--pid", type=click.IntRange(min=1), help="A process with a network of its own.")
@click.option("--netns", metavar="PATH", help="A network namespace's file, as of `ip netns`.")
@click.option("--container", metavar="NAME", help="A container of podman or docker.")
@OUTPUT
@JSON
def attach(
    interface: str | None,
    pid: int | None,
    netns: str | None,
    container: str | None,
    output: str,
    as_json: bool,
) -> None:
    """Put a process or container of this machine in a VPC.

    INTERFACE is an elastic network interface that nothing wears, by id or Name tag. The network
    namespace gets a device with the interface's addresses, next to what it has; the interface's
    groups hold. Where it has a default route already, the VPC's addresses alone go the new way. It
    lasts until `genkan detach`, or until the site is down. A site of root may take any namespace,
    one of an ordinary user those that were made inside it. Without arguments: what is attached.

    Example: genkan attach eni-0123456789abcdef0 --pid 4711
    """
    from genkan.cli import attaching

    if interface is None:
        attaching.show(as_json or output == "json")
    else:
        attaching.attach(interface, pid, netns, container)


@click.command()
@click.argument("interface")
def detach(interface: str) -> None:
    """Take back what `genkan attach` did."""
    from genkan.cli import attaching

    attaching.detach(interface)


COMMANDS = (publish, unpublish, attach, detach)

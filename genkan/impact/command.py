"""Commands of the AWS CLI as orders."""

from collections.abc import Sequence

from genkan import wire
from genkan.impact.order import Order
from genkan.wire import CommandUnreadable

READS = ("Describe", "Get", "List", "Search")


def read_command(words: Sequence[str]) -> Order:
    """Read the words of a command. Raises CommandUnreadable, for one too that changes nothing."""
    command = wire.parse_command(words)
    if command.operation.startswith(READS):
        raise CommandUnreadable(f"{command.operation} changes nothing: there is no impact to tell.")
    return Order(command.operation, command.parameters, command.service, region=command.region)


__all__ = ["CommandUnreadable", "read_command"]

"""Where a network load balancer hands on what comes by a VPC link, as plain data: a pure function
of the program.

What arrives over PrivateLink reaches targets from the balancer's own address, so a connection from
its node is what a target would see. Where the balancer has to read the stream, its own listener is
what is to be met.
"""

from collections.abc import Iterator
from typing import Any

from genkan.program.balancing import BalancedPort, Balancer, RelayedPort
from genkan.program.program import Program

TCP = 6
Way = dict[str, Any]  # place, source, address, port, weight


def shown_balancer(program: Program, arn: str, port: int | None) -> list[Way]:
    """Give the ways to the targets of a balancer, or of one of its listeners, for a port; None:
    whichever there is. None of them: nobody takes connections there."""
    nodes = {one.place: one for one in program.of(Balancer) if _is_of(one.because.id, arn)}
    return [*_relayed(program, nodes, arn, port), *_balanced(program, nodes, arn, port)]


def _is_of(balancer: str, arn: str) -> bool:
    """Tell whether an ARN is a balancer's, or a listener's of it."""
    return arn == balancer or arn.startswith(
        balancer.replace(":loadbalancer/", ":listener/", 1) + "/"
    )


def _meant(entry: BalancedPort | RelayedPort, arn: str, port: int | None) -> bool:
    if ":listener/" in arn:
        return entry.because.id == arn
    return port is None or entry.port == port


def _relayed(
    program: Program, nodes: dict[str, Balancer], arn: str, port: int | None
) -> Iterator[Way]:
    for one in program.of(RelayedPort):
        meant = one.place in nodes and one.protocol == TCP and _meant(one, arn, port)
        if meant and one.targets:
            yield _way(one.place, str(one.address), str(one.address), one.port, 1)


def _balanced(
    program: Program, nodes: dict[str, Balancer], arn: str, port: int | None
) -> Iterator[Way]:
    for one in program.of(BalancedPort):
        if one.place not in nodes or one.protocol != TCP or not _meant(one, arn, port):
            continue
        sources = [held for held in nodes[one.place].addresses if held.version == one.version]
        for target in one.targets:
            for source in sources[:1]:
                weight = target.weight
                yield _way(one.place, str(source), str(target.address), target.port, weight)


def _way(place: str, source: str, address: str, port: int, weight: int) -> Way:
    return {
        "place": place,
        "source": source,
        "address": address,
        "port": port,
        "weight": weight,
    }

"""What the embedded services may do outside their own process: `Reach`, which the site gives.

A site without places gives none; then whatever would have to leave is refused, and says why.
"""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class Unreachable(Exception):
    """Nothing answers there: which, and why."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended: its exit code (None: it was ended at its time), what it said."""

    code: int | None
    output: bytes
    errors: bytes


class Reach(Protocol):
    """How the site is reached from outside every VPC."""

    def connect(self, host: str, port: int, patience: float) -> socket.socket:
        """Connect from the internet to a name or an address. Raises Unreachable, TimeoutError."""

    def connect_by_balancer(self, arn: str, port: int | None, patience: float) -> socket.socket:
        """Connect to a target of a network load balancer, by its or its listener's ARN, as the
        balancer connects. Raises Unreachable, TimeoutError."""

    def run(
        self,
        command: Sequence[str],
        given: bytes,
        environment: Mapping[str, str],
        folder: str,
        patience: float,
        memory: int,
    ) -> Ended:
        """Run a program on the host outside every VPC, with so many bytes of memory of its own;
        what it has started ends with it. Raises Unreachable."""

    def role_environment(self, role: str, session: str) -> Mapping[str, str]:
        """Give the variables by which a program signs as a session of a role, by its ARN."""


class NoReach:
    """A site without places."""

    WHY = (
        "This site has no network (it was begun with --engine none), so nothing leaves the "
        "embedded services. Begin it with an engine: genkan up"
    )

    def connect(self, host: str, port: int, patience: float) -> socket.socket:
        raise Unreachable(self.WHY)

    def connect_by_balancer(self, arn: str, port: int | None, patience: float) -> socket.socket:
        raise Unreachable(self.WHY)

    def run(
        self,
        command: Sequence[str],
        given: bytes,
        environment: Mapping[str, str],
        folder: str,
        patience: float,
        memory: int,
    ) -> Ended:
        raise Unreachable(self.WHY)

    def role_environment(self, role: str, session: str) -> Mapping[str, str]:
        return {}

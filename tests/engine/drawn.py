"""A network that was drawn from a seed, as far as it is there."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.model.resource import Resource

AT = datetime(2026, 1, 1, tzinfo=UTC)
ANYWHERE, ANYWHERE_IPV6 = IPv4Network("0.0.0.0/0"), IPv6Network("::/0")
MINE: dict[str, Any] = {"account": "123456789012", "region": "ap-northeast-1"}


@dataclass
class Drawn:
    """A network, and what in it is worth probing."""

    resources: list[Resource] = field(default_factory=list)
    forwarding: list[str] = field(default_factory=list)  # instances whose programs pass on

    def add(self, *resources: Resource) -> None:
        self.resources.extend(resources)

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.resources if isinstance(one, kind)]

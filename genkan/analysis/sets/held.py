"""What is still on its way: a product of two relations, each as it surely is and as it may be.

`there` is between senders and the services that they mean, `back` between senders and the services
that answers mean: their source ports. Where somebody else chooses a port and a rule takes a part of
the choice, a flow may pass, and does not surely.
"""

from enum import Enum
from typing import NamedTuple

from genkan.analysis.packet import Ports
from genkan.analysis.sets.relation import Relation, meet, of_services, services_of
from genkan.program.address import Address


class Field(Enum):
    """A port of a header that nobody rewrote: which of a flow's two services it is."""

    SERVICE = "service"
    SOURCE = "source"


Port = Field | Ports  # or an interval that somebody chooses from


class Header(NamedTuple):
    """Addresses and ports of many packets at once. `gateway` says whose address the sender shows:
    its own (""), the public one that a gateway gives it, or nobody's (None: it is not a sender's).
    """

    source: Address
    destination: Address
    source_port: Port
    destination_port: Port
    source_gateway: str | None = None
    destination_gateway: str | None = None
    is_answer: bool = False

    def answered(self) -> "Header":
        return Header(
            self.destination,
            self.source,
            self.destination_port,
            self.source_port,
            self.destination_gateway,
            self.source_gateway,
            not self.is_answer,
        )

    def to(self, address: Address, port: Port | None = None) -> "Header":
        held = self.destination_port if port is None else port
        return self._replace(destination=address, destination_port=held, destination_gateway=None)

    def as_from(self, address: Address, port: Port, gateway: str | None) -> "Header":
        return self._replace(source=address, source_port=port, source_gateway=gateway)


class Held(NamedTuple):
    """A union of products has several of these."""

    there: Relation
    there_perhaps: Relation
    back: Relation
    back_perhaps: Relation

    def __bool__(self) -> bool:
        return bool(self.there_perhaps and self.back_perhaps)

    def services(self, field: Field) -> int:
        """Give what is held of a field, at most."""
        perhaps = self.there_perhaps if field is Field.SERVICE else self.back_perhaps
        return services_of(perhaps)

    def where(self, field: Field, services: int) -> "Held":
        """Give the part whose field is among these."""
        if field is Field.SERVICE:
            there = _within(self.there, self.there_perhaps, services)
            return Held(*there, self.back, self.back_perhaps)
        back = _within(self.back, self.back_perhaps, services)
        return Held(self.there, self.there_perhaps, *back)

    def where_both(self, services: int, answers: int) -> "Held":
        return self.where(Field.SERVICE, services).where(Field.SOURCE, answers)

    def asked(self, field: Field, surely: Relation, perhaps: Relation) -> "Held":
        """Give what a rule leaves of it, that asks about a field."""
        if field is Field.SERVICE:
            there = _left(self.there, self.there_perhaps, surely, perhaps)
            return Held(*there, self.back, self.back_perhaps)
        back = _left(self.back, self.back_perhaps, surely, perhaps)
        return Held(self.there, self.there_perhaps, *back)

    def and_also(self, other: "Held") -> "Held":
        """Give what is in both."""
        return Held(
            meet(self.there, other.there),
            meet(self.there_perhaps, other.there_perhaps),
            meet(self.back, other.back),
            meet(self.back_perhaps, other.back_perhaps),
        )


def _within(surely: Relation, perhaps: Relation, services: int) -> tuple[Relation, Relation]:
    """Give the part of both that is in some services; mostly the two are one."""
    part = of_services(surely, services)
    return part, part if surely is perhaps else of_services(perhaps, services)


def _left(
    surely: Relation, perhaps: Relation, accepted: Relation, possible: Relation
) -> tuple[Relation, Relation]:
    """Give what of both is accepted, surely and perhaps; mostly the two are one."""
    left = meet(surely, accepted)
    same = surely is perhaps and accepted is possible
    return left, left if same else meet(perhaps, possible)

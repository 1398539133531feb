"""What every reader of requests shares: where in the request a value stands, and how it is refused.

A `Reading` says by which rules one request is read. A place is a linked list of names, written out
only when something is wrong there.
"""

from dataclasses import dataclass
from typing import Any, NoReturn

from genkan.wire.errors import WireError, refusal
from genkan.wire.models import Shape

DEEPEST = 64  # nested values; AWS's deepest request has about ten
# Lists that are refused when they are empty, which EC2's protocol cannot tell from absent ones.
SAID_BY_OPERATIONS = frozenset(
    (f"{verb}InstancesRequest", "InstanceIds") for verb in ("Reboot", "Start", "Stop", "Terminate")
)
Place = tuple["Place | None", str | int]


@dataclass(frozen=True, slots=True)
class Reading:
    """`family` chooses the words of errors. When not `strict`, members that the model lacks are
    left out and required ones are not asked for: what a relay needs that only records.
    """

    family: str
    strict: bool = True

    def error(self, kind: str, message: str) -> WireError:
        """Make the error that this request's service answers with."""
        return refusal(kind, message, self.family)

    def name(self, place: Place | None) -> str:
        """Write where `place` is, as the service's messages do: EC2 begins in lower case."""
        names: list[str] = []
        while place is not None:
            place, name = place
            names.append(str(name))
        path = _short(".".join(reversed(names)))
        return path[:1].lower() + path[1:] if self.family == "ec2" else path

    def wrong(self, value: object, place: Place | None, expected: str) -> NoReturn:
        """Refuse a value of the wrong type."""
        raise self.error(
            "InvalidValue",
            f"Value ({_short(value)}) for parameter {self.name(place) or 'body'} is invalid. "
            f"Expected {expected}",
        )

    def unknown(self, place: Place) -> None:
        """Refuse a member that the model does not have."""
        if self.strict:
            raise self.error(
                "UnknownParameter", f"The parameter {self.name(place)} is not recognized"
            )

    def check_required(self, shape: Shape, given: dict[str, Any], place: Place | None) -> None:
        """Refuse a structure that lacks a required member."""
        if not self.strict:
            return
        for member in shape.required_members:
            if member not in given and (shape.name, member) not in SAID_BY_OPERATIONS:
                raise self.error(
                    "MissingParameter",
                    f"The request must contain the parameter {self.name((place, member))}",
                )

    def check_depth(self, depth: int) -> None:
        """Refuse values nested deeper than any request of AWS's."""
        if depth > DEEPEST:
            raise self.error("Malformed", f"The request nests values more than {DEEPEST} deep")


def _short(value: object) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 100 else text[:100] + "…"

"""What AWS's own models say of a parameter's size and values, refused before an operation runs.

Services of AWS's newer kind hold every request to their model and tell all that is broken at once:
"2 validation errors detected: Value 'x' at 'name' failed to satisfy constraint: Member must …".
Here those are Resolver and STS; others say in words of their own what is wrong. Patterns are not
held, which the operations themselves are about.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from genkan import wire
from genkan.model.errors import Refused

CODES = {"route53resolver": "ValidationException", "sts": "ValidationError"}
LONGEST_VALUE = 500  # characters of a value that are told


class ConstraintBroken(Refused):
    """A request that its service's model does not allow."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_constraints(service: str, operation: str, parameters: Mapping[str, Any]) -> None:
    """Raise ConstraintBroken where a service tells so of its model."""
    code = CODES.get(service)
    shape = wire.service_model(service).operation_model(operation).input_shape if code else None
    if code is None or shape is None:
        return
    broken = list(_broken(shape, parameters, ""))
    if broken:
        errors = "1 validation error" if len(broken) == 1 else f"{len(broken)} validation errors"
        raise ConstraintBroken(code, f"{errors} detected: {'; '.join(broken)}")


def _broken(shape: Any, value: Any, path: str) -> Iterator[str]:  # noqa: ANN401 - botocore's
    match shape.type_name:
        case "structure":
            for name, member in shape.members.items():
                inner = f"{path}.{_lower(name)}" if path else _lower(name)
                if value.get(name) is not None:
                    yield from _broken(member, value[name], inner)
        case "list":
            yield from _outside(shape, len(value), value, path, "have length")
            for number, one in enumerate(value, 1):
                yield from _broken(shape.member, one, f"{path}.{number}.member")
        case "string":
            if shape.enum and value not in shape.enum:
                yield _told(value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]")
            yield from _outside(shape, len(value), value, path, "have length")
        case "integer" | "long":
            yield from _outside(shape, value, value, path, "have value")


def _outside(
    shape: Any,  # noqa: ANN401 - botocore's
    size: int,
    value: Any,  # noqa: ANN401 - of any shape
    path: str,
    what: str,
) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield _told(value, path, f"{what} greater than or equal to {least}")
    if most is not None and size > most:
        yield _told(value, path, f"{what} less than or equal to {most}")


def _told(value: Any, path: str, must: str) -> str:  # noqa: ANN401 - of any shape
    shown = str(value)[:LONGEST_VALUE]
    return f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must {must}"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]

"""Plain data in the types of an operation's input: what other tools write as texts are numbers and
truth values there, and numbers are texts."""

from collections.abc import Mapping
from typing import Any

from genkan.wire.models import Shape, service_model

BOOLEANS = {"true": True, "false": False}


def shaped(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Give parameters in the types of an operation of AWS's. What cannot be read as its type, and
    members that there are not, stay as they are: the operation says what it thinks of them."""
    shape = service_model(service).operation_model(operation).input_shape
    members = shape.members if shape else {}
    return {
        name: _shaped(members[name], value) if name in members else value
        for name, value in parameters.items()
    }


def fault_in(service: str, operation: str, parameters: Mapping[str, Any]) -> str | None:
    """Say what of parameters no client would send: what is missing, and values of another type;
    None when there is nothing, or no such operation."""
    from botocore.validate import ParamValidator

    model = service_model(service)
    if operation not in model.operation_names:
        return None
    shape = model.operation_model(operation).input_shape
    report = ParamValidator().validate(dict(parameters), shape) if shape else None
    if report is None or not report.has_errors():
        return None
    return " ".join(str(report.generate_report()).split())


def _shaped(shape: Shape, value: Any) -> Any:  # noqa: ANN401 - JSON
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        members = shape.members
        return {
            name: _shaped(members[name], one) if name in members else one
            for name, one in value.items()
        }
    if kind == "list":
        several = value if isinstance(value, list) else [value]
        return [_shaped(shape.member, one) for one in several]
    if kind == "map" and isinstance(value, dict):
        return {name: _shaped(shape.value, one) for name, one in value.items()}
    return _scalar(kind, value)


def _scalar(kind: str, value: Any) -> Any:  # noqa: ANN401
    if kind in ("integer", "long") and isinstance(value, str):
        return int(value) if value.lstrip("-").isdecimal() and value.isascii() else value
    if kind == "boolean" and isinstance(value, str):
        return BOOLEANS.get(value.lower(), value)
    if kind == "string" and isinstance(value, bool):
        return str(value).lower()
    if kind == "string" and isinstance(value, int | float):
        return str(value)
    return value

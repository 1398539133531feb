"""Request validators: parameters that have to be there, and bodies that a model describes.

"Request validation for REST APIs in API Gateway" in the developer guide; models are JSON schemas of
draft 4.
"""

import json
from typing import Any

import jsonschema

from genkan.services.gateway.calls import Failed
from genkan.services.gateway.mappings import Request


def check(api: Any, method: Any, request: Request) -> None:  # noqa: ANN401 - moto's
    """Check what the method's validator is to check. Raises Failed."""
    validator = api.request_validators.get(method.request_validator_id)
    if validator is None:
        return
    if validator.validate_request_parameters:
        missing = [
            name.rpartition(".")[2]
            for name, required in (method.request_parameters or {}).items()
            if str(required).lower() == "true" and not _has(request, name)
        ]
        if missing:
            told = f"Missing required request parameters: [{', '.join(missing)}]"
            raise Failed("BAD_REQUEST_PARAMETERS", message=told)
    if validator.validate_request_body:
        _check_body(api, method, request)


def _has(request: Request, name: str) -> bool:
    kind, _, one = name.removeprefix("method.request.").partition(".")
    match kind:
        case "header":
            return request.call.header(one) is not None
        case "querystring":
            return one in dict(request.call.pairs)
    return one in request.path_parameters


def _check_body(api: Any, method: Any, request: Request) -> None:  # noqa: ANN401 - moto's
    named = (method.request_models or {}).get(request.call.media_type)
    model = api.models.get(named) if named else None
    if model is None or not model.schema:
        return
    try:
        schema = json.loads(model.schema)
        jsonschema.Draft4Validator(schema).validate(json.loads(request.text))
    except (ValueError, jsonschema.ValidationError) as error:
        raise Failed("BAD_REQUEST_BODY", str(error)[:300]) from error
    except jsonschema.SchemaError as error:
        raise Failed("API_CONFIGURATION_ERROR", f"{named} is no schema: {error.message}") from error

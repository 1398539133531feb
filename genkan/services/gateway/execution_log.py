"""The execution log of a stage that logs: why a call ended as it did, in CloudWatch Logs.

"Set up CloudWatch logging for REST APIs in API Gateway".
"""

from typing import Any

from genkan.services.gateway.calls import Call

EVERY = "*/*"


def write(owner: str, call: Call, api: Any, why: str, status: int) -> None:  # noqa: ANN401 - moto's
    """Write a failure down where the stage logs errors."""
    from moto.logs.models import logs_backends

    name = call.path.lstrip("/").partition("/")[0]
    stage = api.stages.get(name)
    settings = getattr(stage, "method_settings", None) or {}
    if settings.get(EVERY, {}).get("loggingLevel") not in ("ERROR", "INFO"):
        return
    logs = logs_backends[owner][call.region]
    group, stream = f"API-Gateway-Execution-Logs_{api.id}/{name}", call.request_id
    logs.ensure_log_group(group)
    logs.create_log_stream(group, stream)
    at = int(call.at.timestamp() * 1000)
    lines = (
        f"({call.request_id}) Execution failed due to configuration error: {why}",
        f"({call.request_id}) Method completed with status: {status}",
    )
    events = [{"timestamp": at, "message": one} for one in lines]
    logs.put_log_events(group, stream, events)

"""A call as CloudTrail writes it down. "CloudTrail record contents" in the CloudTrail user guide.

Request parameters are those that the service's own model reads from the request, whatever protocol
it came in, under CloudTrail's lower-case names. What is secret is left out, and so are bodies of
objects.
"""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from genkan.front.iam.denial import Denial
from genkan.program.service import Credential, Listener, Service

_text = json.JSONEncoder(separators=(",", ":"), default=str).encode
VERSION = "1.11"
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
SECRETS = frozenset(
    {"password", "secretstring", "secretbinary", "plaintext", "secretaccesskey", "userdata"}
    | {"masteruserpassword", "privatekey", "clientsecret", "sessiontoken"}
)
READS = ("Get", "List", "Describe", "Head", "BatchGet", "Query", "Scan", "Select", "Search")
LARGEST = 100_000  # bytes of requestParameters, as CloudTrail has it


@dataclass(slots=True)
class Seen:
    """What the front knows of a call when it is answered."""

    service: Service
    source: str
    event_source: str
    operation: str
    parameters: dict[str, Any]
    user_agent: str
    request_id: str
    credential: Credential | None = None
    listener: Listener | None = None
    error: tuple[str, str] | None = None
    denial: Denial | None = None


def record(seen: Seen, at: datetime) -> dict[str, Any]:
    """Write a call down."""
    out: dict[str, Any] = {
        "eventVersion": VERSION,
        "userIdentity": _identity(seen.credential),
        "eventTime": time_of(int(at.timestamp())),
        "eventSource": seen.event_source,
        "eventName": seen.operation,
        "awsRegion": seen.service.region,
        "sourceIPAddress": seen.source,
        "userAgent": seen.user_agent,
        "requestParameters": _shown(seen.parameters) or None,
        "responseElements": None,
        "requestID": seen.request_id,
        "eventID": str(uuid.uuid4()),
        "readOnly": seen.operation.startswith(READS),
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": seen.credential.account if seen.credential else None,
        "eventCategory": "Management",
    }
    if seen.error:
        out["errorCode"], out["errorMessage"] = seen.error
    if seen.listener and seen.listener.endpoint:
        out["vpcEndpointId"] = seen.listener.endpoint
    if seen.denial:
        out["additionalEventData"] = {"denial": seen.denial.shown()}
    return out


@lru_cache(maxsize=16)
def time_of(epoch: int) -> str:
    """Write a second since 1970 as CloudTrail and policies have it."""
    return f"{datetime.fromtimestamp(epoch, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _identity(credential: Credential | None) -> dict[str, Any]:
    if credential is None:
        return {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}
    root = credential.principal.endswith(":root")
    return {
        "type": _type_of(credential.principal),
        "principalId": credential.account if root else credential.principal,
        "arn": credential.principal,
        "accountId": credential.account,
        "accessKeyId": credential.id,
    }


def _type_of(principal: str) -> str:
    if principal.endswith(":root"):
        return "Root"
    if ":assumed-role/" in principal:
        return "AssumedRole"
    return "FederatedUser" if ":federated-user/" in principal else "IAMUser"


def _shown(value: Any) -> Any:  # noqa: ANN401 - whatever a model describes
    match value:
        case str():
            return value
        case dict():
            shown = {}
            for name, member in value.items():
                if not isinstance(member, bytes):
                    written, is_secret = _name(str(name))
                    shown[written] = HIDDEN if is_secret else _shown(member)
            return shown
        case list() | tuple():
            return [_shown(member) for member in value if not isinstance(member, bytes)]
        case datetime():
            return value.isoformat()
    return value


@lru_cache(maxsize=4096)
def _name(name: str) -> tuple[str, bool]:
    """Give a parameter's name as CloudTrail writes it, and whether its value is secret."""
    return name[:1].lower() + name[1:], name.lower() in SECRETS


def written(record: dict[str, Any]) -> str:
    """Give a record as JSON; parameters that are too large are left out."""
    text = _text(record)
    if len(text) <= LARGEST:  # then so are they
        return text
    if len(_text(record["requestParameters"])) > LARGEST:
        omitted = {"omitted": f"more than {LARGEST} bytes"}
        return _text({**record, "requestParameters": omitted})
    return text

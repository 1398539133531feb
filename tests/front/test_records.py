"""What is written down of a call: names as CloudTrail has them, nothing secret, nothing huge."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genkan.front.events import EventLog, read_events
from genkan.front.records import LARGEST, Seen, record
from genkan.program import Because
from genkan.program.service import Service, Upstream

SECRETS = Service(
    because=Because("fixed", "a test"),
    id="eu-west-1/secretsmanager",
    region="eu-west-1",
    code="secretsmanager",
    hosts=(),
    signing_name="secretsmanager",
    model="secretsmanager",
    upstream=Upstream.EMBEDDED,
)


def kept(path: Path, parameters: dict[str, Any]) -> dict[str, Any]:
    """Give a call with these parameters as it is read back of the record."""
    seen = Seen(
        service=SECRETS,
        source="10.0.0.4",
        event_source="secretsmanager.amazonaws.com",
        operation="CreateSecret",
        parameters=parameters,
        user_agent="a test",
        request_id="1",
    )
    log = EventLog(path)
    log.append(record(seen, datetime(2026, 11, 29, 12, 0, 59, 900_000, UTC)))
    log.close()
    return list(read_events(path))[-1]


def test_parameters_have_cloudtrails_names_and_no_secrets(tmp_path: Path) -> None:
    found = kept(
        tmp_path / "events",
        {"Name": "db", "SecretString": "hush", "Tags": [{"Key": "a"}], "Blob": b"x", "Max": 3},
    )
    assert found["requestParameters"] == {
        "name": "db",
        "secretString": "HIDDEN_DUE_TO_SECURITY_REASONS",
        "tags": [{"key": "a"}],
        "max": 3,
    }
    assert found["eventTime"] == "2026-11-29T12:00:59Z"
    assert kept(tmp_path / "events", {})["requestParameters"] is None


def test_what_is_too_large_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    just = "x" * (LARGEST - len(json.dumps({"name": ""}, separators=(",", ":"))))
    assert kept(tmp_path / "events", {"Name": just})["requestParameters"] == {"name": just}
    omitted = {"omitted": f"more than {LARGEST} bytes"}
    found = kept(tmp_path / "events", {"Name": just + "x"})
    assert (found["requestParameters"], found["eventName"]) == (omitted, "CreateSecret")


def test_ids_are_random_uuids(tmp_path: Path) -> None:
    found = {kept(tmp_path / "events", {})["eventID"] for _ in range(20)}
    assert len(found) == 20
    for one in map(uuid.UUID, found):
        assert (one.version, one.variant) == (4, uuid.RFC_4122)

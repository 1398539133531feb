"""Networks from files: the story's warning told of a dump, and of a plan, with the same answer."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from genkan.cli.main import main
from genkan.impact.offline import NothingRead, plan_commands, read_offline

FILES = Path(__file__).parents[1] / "imports" / "terraform"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
NAME = "monitoring.ap-northeast-1.amazonaws.com"


def told(*typed: str) -> Result:
    return CliRunner(catch_exceptions=False).invoke(main, typed)


def effects(report: dict[str, Any]) -> set[tuple[str, str]]:
    """Give (effect, instance) of the name that the endpoint captures."""
    return {
        (one["effect"], member["name"])
        for one in report["effects"]
        if NAME in one["flow"]["names"]
        for member in one["group"]["interfaces"]
    }


@pytest.mark.parametrize("source", ["dump.jsonl", "state.tfstate.json", "plan.json"])
def test_a_plan_is_held_against_a_dump_a_state_or_itself_with_one_answer(source: str) -> None:
    commands, notes = plan_commands(FILES / "plan.json")
    report = read_offline([FILES / source], NOW).impact({"commands": commands})
    assert notes == []
    assert effects(report) == {("LOST", "web"), ("GAINED", "app")}
    (capture,) = [one for one in report["captures"] if one["name"] == NAME]
    assert capture["after"]["addresses"] == ["172.16.2.5", "172.16.3.4"]
    fixes = {
        call["words"] for one in report["effects"] for fix in one["fixes"] for call in fix["calls"]
    }
    assert any("authorize-security-group-ingress" in words for words in fixes)


def test_the_command_says_it_and_its_exit_code_too() -> None:
    said = told("impact", "--plan", str(FILES / "plan.json"))
    assert said.exit_code == 1
    assert "LOST          1 interface: web" in said.output
    assert "GAINED        1 interface: app" in said.output
    assert said.output.count("--no-private-dns-enabled") == 1
    only_denied = told("impact", "--plan", str(FILES / "plan.json"), "--fail-on", "DENIED")
    assert only_denied.exit_code == 0


def test_a_command_is_held_against_files() -> None:
    dump = json.loads((FILES / "dump.jsonl").read_text().splitlines()[0])
    vpc = "vpc-c54a71d868adb6604"
    assert dump["Account"] == "123456789012"
    said = told("impact", "--from", str(FILES / "dump.jsonl"), "delete-vpc", "--vpc-id", vpc)
    assert said.exit_code == 3
    assert "DependencyViolation" in said.output


@pytest.mark.parametrize(
    ("destination", "code"),
    [
        (f"{NAME}:443", 0),
        ("app:8080", 1),
        ("db.inside.example:5432", 1),
        ("nowhere.example:443", 1),
        ("absent", 3),
    ],
)
def test_ways_are_traced_in_files(destination: str, code: int) -> None:
    said = told("trace", "--from", str(FILES / "dump.jsonl"), "web", destination)
    assert said.exit_code == code, said.output


def test_what_is_not_there_or_no_network_is_said(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text("{}")
    assert "is not there" in told("trace", "--from", str(tmp_path / "no"), "a", "b").output
    said = told("trace", "--from", str(empty), "a", "b")
    assert said.exit_code == 3
    assert "no network is in it" in said.output
    assert told("impact", "--plan", str(empty)).exit_code == 3
    assert told("impact", "--plan", str(empty), "delete-vpc").exit_code == 2


def test_an_account_that_is_not_in_the_files_is_refused() -> None:
    with pytest.raises(NothingRead, match="account 999999999999"):
        read_offline([FILES / "dump.jsonl"], NOW, "999999999999")

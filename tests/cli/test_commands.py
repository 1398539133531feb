"""Commands as a person meets them: help at once, errors in words, exit codes."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from genkan.cli.commands import CHAPTERS, EPILOG, EXIT_CODES
from genkan.cli.main import main

LONGEST_HELP = 0.2  # seconds of the processor
TRIES = 5  # a machine may be busy; the best of them counts


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENKAN_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", ["", *main.commands])
def test_help_comes_at_once_without_a_site(home: Path, name: str) -> None:
    command = [sys.executable, "-m", "genkan.cli", *name.split(), "--help"]
    times = []
    while len(times) < TRIES and min(times, default=LONGEST_HELP) >= LONGEST_HELP:
        begin = spent()
        result = subprocess.run(command, capture_output=True, text=True, timeout=30)
        times.append(spent() - begin)
        assert result.returncode == 0
        assert result.stdout.startswith("Usage: ")
    assert min(times) < LONGEST_HELP


def spent() -> float:
    """Give what children took of the processor: what else the machine does is not in it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_the_list_of_commands_tells_each_one_whole_by_the_question_it_answers() -> None:
    assert sorted(name for names in CHAPTERS.values() for name in names) == sorted(main.commands)
    shown = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    listed = shown.partition("Show this message and exit.")[2]
    assert "..." not in listed
    assert [title for title in CHAPTERS if f"\n{title}:\n" in listed] == list(CHAPTERS)
    assert [name for name in main.commands if f"\n  {name} " not in listed] == []


def test_bash_completes_commands_by_the_line_that_help_gives() -> None:
    (line,) = (one for one in EPILOG.splitlines() if "_COMPLETE=" in one)
    asked = {"_GENKAN_COMPLETE": "bash_complete", "COMP_WORDS": "genkan find", "COMP_CWORD": "1"}
    assert "bash_source" in line
    told = CliRunner().invoke(main, prog_name="genkan", env=asked).output
    assert told.strip().endswith("findings")


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("nonsense", 2, "No such command 'nonsense'"),
        ("statsu", 2, "Near to it: status"),
        ("up --engine steam", 2, "'steam' is not one of"),
        ("exec", 2, "Missing argument 'TARGET'"),
        ("exec web", 2, "Missing argument 'COMMAND"),
        ("exec web --", 2, "Say which program to run"),
        ("dig web example.com NOPE", 2, "NOPE is no type of record"),
        ("dig web @192.0.2.1", 2, "is no name and type"),
        ("status", 5, "try: genkan up"),
        ("env", 5, "try: genkan up"),
        ("exec web -- true", 5, "try: genkan up"),
        ("dig web example.com", 5, "try: genkan up"),
        ("aws s3 ls", 5, "try: genkan up"),
        ("down", 0, "no site is up at"),
        ("events", 0, "no call is on record at"),
        ("events --since soon", 2, "soon is no time: 10m"),
        ("events --since 999999999d", 2, "is no time: 10m"),
        ("events -f --last 3", 2, "--since goes with it"),
        ("history", 0, "no change is on record at"),
        ("publish eni-0 80 http://127.0.0.1:80", 2, "does not say where a program listens"),
        ("service add a --upstream https://127.0.0.1:443", 2, "does not say where a program"),
        ("impact --file /dev/null", 3, "No command is in /dev/null"),
        ("impact --plan /nowhere.json", 3, "a Terraform state or plan as JSON"),
    ],
)
def test_what_cannot_be_done_is_told_with_its_exit_code(
    home: Path, typed: str, code: int, words: str
) -> None:
    result = CliRunner().invoke(main, typed.split())
    assert words in result.output
    assert result.exit_code == code
    assert code in EXIT_CODES


def record(at: str, service: str, endpoint: str | None = None, error: str | None = None) -> str:
    source = f"{service}.amazonaws.com"
    known = {"eventTime": at, "eventSource": source, "eventName": "A", "sourceIPAddress": "1.1.1.1"}
    return json.dumps({**known, "vpcEndpointId": endpoint, "errorCode": error})


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        ("", [0, 1, 2, 3]),
        ("--service s3", [1, 3]),
        ("--endpoint vpce-1", [1, 2]),
        ("--endpoint vpce-1 --service s3", [1]),
        ("--failed", [2]),
        ("--last 3", [1, 2, 3]),
        ("--service s3 --last 1", [3]),
        ("--since 2026-01-03", [2, 3]),
        ("--since 2026-01-03T02:00:00+02:00", [2, 3]),
        ("--since 1s", []),
    ],
)
def test_calls_are_shown_that_were_asked_for(home: Path, asked: str, lines: list[int]) -> None:
    kept = [
        record("2026-01-01T00:00:00Z", "ec2"),
        record("2026-01-02T00:00:00Z", "s3", "vpce-1"),
        record("2026-01-03T00:00:00Z", "monitoring", "vpce-1", "AccessDenied"),
        record("2026-01-04T00:00:00Z", "s3"),
    ]
    (home / "events.jsonl").write_text("\n".join(kept) + "\n")
    result = CliRunner().invoke(main, ["events", "--json", *asked.split()])
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [kept[one] for one in lines]
    assert ("no call that was asked for" in result.stderr) == (not lines)


def test_ctrl_c_while_it_is_loading_is_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt")
    command = [sys.executable, "-c", "import genkan.cli; genkan.cli.main()"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment)
    assert (result.returncode, result.stderr) == (130, "")


def test_a_demo_is_not_mixed_with_a_site_that_is_there(home: Path) -> None:
    (home / "settings.json").write_text("{}")
    result = CliRunner().invoke(main, ["demo", "--keep"])
    assert result.exit_code == 3
    assert f"there is a site at {home} already" in result.output


def test_the_coverage_page_is_printed_without_a_site(home: Path) -> None:
    shown = CliRunner().invoke(main, ["coverage"]).output
    assert shown.startswith("# Coverage")
    assert "| CreateVpcEndpoint |" in shown

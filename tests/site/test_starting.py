"""`up` and `down`, whatever they meet: each says what it did, and nothing is lost or left."""

import contextlib
import json
import os
import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.site.homes import API_ALONE, a_home, processes_of, vpcs
from tests.story.conftest import RunningSite, until

pytestmark = pytest.mark.site


@pytest.fixture
def site():
    with a_home() as one:
        yield one


@pytest.fixture(scope="module")
def running():
    """One that is up, for those that leave it so."""
    with a_home() as one:
        one.genkan(*API_ALONE)
        yield one


def test_up_on_a_site_that_is_up_and_down_on_one_that_is_not_say_so(site):
    assert "no site is up" in site.genkan("down").stderr
    site.genkan(*API_ALONE)
    before = site.processes()
    assert "is up already" in site.genkan(*API_ALONE).stderr
    assert site.processes() == before
    assert "nothing of it is left" in site.genkan("down").stderr
    assert processes_of(site.home) == []
    assert "no site is up" in site.genkan("down").stderr


def test_two_at_once_bring_up_one_site_and_both_return_when_it_is_ready(site):
    with ThreadPoolExecutor(3) as pool:
        said = list(pool.map(lambda _: site.genkan(*API_ALONE).stderr, range(3)))
    assert sum("the site is up:" in one for one in said) == 1
    assert sum("is up already" in one for one in said) == 2
    assert vpcs(site) == []


def test_stale_sockets_are_cleared(site):
    site.home.mkdir()
    for name in ("site.sock", "control.sock"):
        with socket.socket(socket.AF_UNIX) as left:
            left.bind(str(site.home / name))
    site.genkan(*API_ALONE)
    assert vpcs(site) == []


def test_a_start_whose_starter_was_killed_goes_on(site):
    starter = subprocess.Popen(
        ["genkan", *API_ALONE], env=site.environment, start_new_session=True, stderr=-3
    )
    until(lambda: (site.home / "site.sock").exists(), bool)
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait(10)
    site.genkan(*API_ALONE)
    assert vpcs(site) == []
    assert all(one["deaths"] == 0 for one in shown(site))


def shown(site: RunningSite) -> list[dict[str, object]]:
    return json.loads(site.genkan("status", "-o", "json").stdout)["processes"]


def test_nothing_outlives_the_anchor_of_a_site_without_namespaces(site):
    site.genkan(*API_ALONE)
    port = json.loads((site.home / "settings.json").read_text())["port"]
    processes = site.processes()
    os.kill(processes["anchor"], signal.SIGKILL)
    site.genkan(*API_ALONE)  # at once: it waits for the end of the other
    assert set(site.processes().values()).isdisjoint(processes.values())
    assert json.loads((site.home / "settings.json").read_text())["port"] == port


def test_wipe_takes_what_a_site_wrote_and_nothing_else(site):
    site.genkan(*API_ALONE)
    (site.home / "notes.txt").write_text("mine")
    site.genkan("down", "--wipe")
    assert [path.name for path in site.home.iterdir()] == ["notes.txt"]


def test_wipe_leaves_a_site_alone_that_does_not_answer(running):
    (running.home / "site.sock").rename(running.home / "elsewhere")
    assert "is in use" in running.genkan("down", "--wipe", wrong=1).stderr
    (running.home / "elsewhere").rename(running.home / "site.sock")
    assert vpcs(running) == []


def test_the_api_is_at_the_port_that_was_asked_for_or_it_is_said_why_not(site):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        refused = site.genkan(*API_ALONE, "--port", str(taken), wrong=4).stderr
        assert f"127.0.0.1:{taken} cannot be had" in refused
        assert processes_of(site.home) == []
    site.genkan(*API_ALONE, "--port", str(taken))
    assert site.client("ec2").meta.endpoint_url == f"http://127.0.0.1:{taken}"
    assert vpcs(site) == []
    asked = site.genkan(*API_ALONE, "--port", str(taken + 1)).stderr
    assert f"its API is at port {taken} until" in asked
    site.genkan("down")
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        said = site.genkan(*API_ALONE).stderr
    assert f"{taken} is another program's now" in said
    assert vpcs(site) == []


def test_what_lies_in_the_callers_folder_is_not_imported(site, tmp_path, monkeypatch):
    Path(tmp_path / "json.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    site.genkan(*API_ALONE)


def test_the_anchor_answers_whatever_it_is_sent_and_waits_for_nobody(running):
    for line in (b"", b"nonsense", b"[]", b'{"do": "enter"}', b"[" * 100_000, b'{"do": "boot"}'):
        with anchor(running) as connection:
            connection.sendall(line + b"\n")
            assert b"error" in connection.recv(65536)
    with anchor(running) as connection:
        connection.setblocking(False)
        with contextlib.suppress(OSError):
            while True:  # until it takes no more, or has cut us off
                connection.send(b'{"do": "boots"}\n' * 100)
        assert running.processes()["anchor"]


def anchor(site: RunningSite) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(site.home / "site.sock"))
    return connection

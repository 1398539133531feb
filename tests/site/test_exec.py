"""`genkan exec`: a program in an instance as if it had been started there."""

import contextlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from tests.story.conftest import REGION, RunningSite, until
from tests.story.network import MONITORING

pytestmark = [pytest.mark.site, pytest.mark.kernel, pytest.mark.usefixtures("story")]

OUTSIDE = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:1",
    "AWS_PROFILE": "mine",
    "AWS_SESSION_TOKEN": "mine",
    "HTTPS_PROXY": "http://127.0.0.1:1",
    "no_proxy": "*",
    "MINE": "kept",
}


@contextlib.contextmanager
def started(site: RunningSite, *command: str, **settings: Any) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen(
        [*site.prefix, "genkan", "exec", "app", "--", *command],
        env={**site.environment, **settings.pop("environment", {})},
        **settings,
    )
    try:
        yield process
    finally:
        process.kill()
        with process:
            pass


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("true",), 0),
        (("sh", "-c", "exit 7"), 7),
        (("sh", "-c", "kill -TERM $$"), 143),
        (("sh", "-c", "kill -KILL $$"), 137),
        (("no-such-program",), 127),
        (("/etc/hostname",), 126),
    ],
)
def test_the_exit_code_is_the_programs(site, command, code):
    assert site.inside("app", *command).returncode == code


def test_standard_input_and_output_are_the_programs_byte_by_byte(site):
    data = os.urandom(300_000)
    with started(site, "cat", stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.communicate(data, timeout=30)[0] == data
        assert process.returncode == 0


def test_a_writer_into_a_closed_pipe_is_ended_quietly(site):
    with started(site, "yes", stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(10) == 128 + signal.SIGPIPE
        assert process.stderr.read() == b""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_is_passed_on_once(site, number):
    script = (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: (print('got', flush=True), sys.exit(5)))\n"
        "print('there', flush=True); time.sleep(30)"
    )
    with started(site, "python3", "-c", script, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "there\n"
        process.send_signal(number)
        assert process.wait(10) == 5
        assert process.stdout.read() == "got\n"


def test_ctrl_c_at_a_terminal_reaches_the_program_once(site):
    script = (
        "import os, signal, sys\n"
        "got = []\n"
        "signal.signal(signal.SIGINT, lambda *_: (got.append(1), print('got', flush=True)))\n"
        "print(os.isatty(0), flush=True)\n"
        "input(); print('times', len(got), flush=True)"
    )
    child, terminal = pty.fork()
    if child == 0:
        command = [*site.prefix, "genkan", "exec", "app", "--", "python3", "-c", script]
        os.execvpe(command[0], command, site.environment)
    assert b"True" in read_until(terminal, b"True")
    os.write(terminal, b"\x03")
    read_until(terminal, b"got")
    os.write(terminal, b"\n")
    assert b"times 1" in read_until(terminal, b"times 1")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def read_until(terminal: int, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        assert select.select([terminal], [], [], 10)[0], seen
        seen += os.read(terminal, 4096)
    return seen


def test_a_program_ends_with_the_command_that_started_it(site):
    with started(
        site, "sh", "-c", "echo $$; exec sleep 987", stdout=subprocess.PIPE, text=True
    ) as process:
        inside = process.stdout.readline().strip()
        process.kill()
        process.wait(10)
        until(lambda: site.inside("app", "kill", "-0", inside).returncode, lambda code: code != 0)


def test_a_stopped_command_holds_nobody_up(site, story):
    with started(site, "sh", "-c", "echo; exec sleep 987", stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        try:
            story.ec2.reboot_instances(InstanceIds=[story.app])
            assert site.inside("app", "true").returncode == 0
        finally:
            process.send_signal(signal.SIGCONT)


def test_the_environment_is_the_callers_but_for_what_leads_past_the_instance(site):
    with started(
        site, "env", "-0", environment=OUTSIDE, stdout=subprocess.PIPE, text=True
    ) as process:
        seen = dict(
            line.split("=", 1) for line in process.communicate(timeout=20)[0].split("\0")[:-1]
        )
        assert seen["MINE"] == "kept"
        assert not {name for name in OUTSIDE if name != "MINE"} & set(seen)
        assert seen["AWS_REGION"] == REGION
        assert seen["AWS_ACCESS_KEY_ID"].startswith("AKIA")
        assert seen["AWS_SECRET_ACCESS_KEY"]
        bundle = seen["AWS_CA_BUNDLE"]
        assert seen["SSL_CERT_FILE"] == seen["REQUESTS_CA_BUNDLE"] == bundle


def test_the_folder_is_the_callers(site, tmp_path, monkeypatch):
    monkeypatch.chdir("/usr/share")
    assert site.inside("app", "pwd").stdout == "/usr/share\n"


def test_an_instance_has_its_own_names_and_processes(site, story):
    address = story.instance(story.app)["PrivateIpAddress"]
    host = f"ip-{address.replace('.', '-')}"
    assert site.inside("app", "hostname").stdout.strip() == host
    assert site.inside("app", "cat", "/etc/hostname").stdout.strip() == host
    resolver = site.inside("app", "cat", "/etc/resolv.conf").stdout
    assert "nameserver 172.16.0.2" in resolver
    assert f"search {REGION}.compute.internal" in resolver
    assert site.inside("app", "getent", "hosts", host).returncode == 0
    shown = site.inside("app", "ps", "-eo", "pid,args").stdout.splitlines()[1:]
    assert len(shown) == 2, shown  # its first process, and ps
    assert os.uname().nodename != host


@pytest.mark.parametrize(
    "command",
    [
        ("env", "-i", "curl", "-sS", "-m", "10", "-o", "/dev/null", f"https://{MONITORING}/"),
        ("curl", "-sS", "-m", "10", "-o", "/dev/null", f"https://{MONITORING}/"),
        (
            *("env", "-i", "openssl", "s_client", "-verify_return_error", "-brief"),
            *("-connect", f"{MONITORING}:443", "-servername", MONITORING),
        ),
        (
            *("env", "-i", "/usr/bin/python3", "-c"),
            "import http.client, ssl\n"
            f"c = http.client.HTTPSConnection('{MONITORING}', timeout=10)\n"
            "c.request('GET', '/'); c.getresponse()",
        ),
    ],
    ids=["curl-alone", "curl", "openssl", "python"],
)
def test_programs_trust_the_sites_authority_by_variable_and_by_the_systems_store(site, command):
    result = site.inside("app", *command, timeout=20)
    assert result.returncode == 0, result.stderr


def test_requests_trusts_it_too(site):
    script = (
        f"import requests; print(requests.get('https://{MONITORING}/', timeout=10).status_code)"
    )
    result = site.inside("app", sys.executable, "-c", script)
    assert result.returncode == 0, result.stderr


def test_a_target_is_an_id_the_beginning_of_one_a_name_or_the_internet(site, story):
    for target in (story.app, story.app[:-3], "app"):
        assert (
            story.instance(story.app)["PrivateIpAddress"]
            in site.inside(target, "ip", "-4", "addr").stdout
        )
    assert site.inside("internet", "hostname").stdout == "internet\n"


def test_an_unclear_target_is_refused_with_what_it_may_be(site, story):
    several = site.genkan("exec", "i-", "--", "true", wrong=3).stderr
    assert story.app in several
    assert story.web in several
    unknown = site.genkan("exec", "ap", "--", "true", wrong=3).stderr
    assert "app" in unknown
    assert "genkan status" in unknown


def test_dig_answers_as_a_table_and_as_json(site):
    assert "IN" not in site.genkan("dig", "app", MONITORING).stdout
    shown = json.loads(site.genkan("dig", "app", MONITORING, "--json").stdout)
    assert shown["server"] == "172.16.0.2"
    assert shown["records"][0]["type"] == "A"
    assert site.genkan("dig", "app", "nowhere.example.com", wrong=1).stdout == ""

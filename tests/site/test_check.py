"""What a machine lacks: said by `check` and by `up`, with the reason and what to type."""

import os
import subprocess
import sys

import pytest

from genkan.site import check
from tests.site.homes import API_ALONE, a_home

PYTHON = [sys.executable, "-P", "-m", "genkan.cli"]
WITHOUT_NAMESPACES = "echo 0 > /proc/sys/user/max_user_namespaces"


@pytest.mark.parametrize(
    ("settings", "typed"),
    [
        ({"user/max_user_namespaces": "0"}, "sysctl -w user.max_user_namespaces"),
        ({"kernel/unprivileged_userns_clone": "0"}, "kernel.unprivileged_userns_clone=1"),
        (
            {"kernel/apparmor_restrict_unprivileged_userns": "1"},
            "kernel.apparmor_restrict_unprivileged_userns=0",
        ),
        (
            {"user/max_user_namespaces": "15000", "kernel/unprivileged_userns_clone": "1"},
            "Start Genkan with sudo",
        ),
        ({}, "Start Genkan with sudo"),
    ],
)
def test_the_remedy_is_the_one_for_what_holds_namespaces_back(
    tmp_path, monkeypatch, settings, typed
):
    for name, value in settings.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{value}\n")
    monkeypatch.setattr(check, "SYSTEM", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert typed in check._namespace_remedy()


def test_root_without_the_right_is_told_of_its_container(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--privileged" in check._namespace_remedy()


def in_a_poorer_machine(before: str, home: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of ours after a shell line, in user and mount namespaces of its own."""
    script = f'{before}; exec "$0" "$@"'
    return subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, *PYTHON, *command],
        env={**os.environ, "GENKAN_HOME": home},
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.site
@pytest.mark.kernel
@pytest.mark.parametrize("command", ["check", "up"])
@pytest.mark.parametrize(
    ("before", "lacking", "typed"),
    [
        (
            "for f in $(ldconfig -p | sed -n 's/.*libnftables.so.1.* => //p'); "
            "do mount --bind /dev/null $f; done",
            "nftables",
            "apt-get install nftables libnftables1",
        ),
        (
            "export PATH=/nowhere; exec 3</dev/null",
            "ip",
            "apt-get install iproute2",
        ),
        (
            f"{WITHOUT_NAMESPACES}; exec setpriv --bounding-set -sys_admin --inh-caps -sys_admin "
            '"$0" "$@"',
            "namespaces",
            "",
        ),
    ],
    ids=["no-nftables", "no-iproute2", "no-namespaces"],
)
def test_what_lacks_is_named_with_why_and_what_to_type(tmp_path, command, before, lacking, typed):
    result = in_a_poorer_machine(before, str(tmp_path / "home"), command)
    said = result.stdout + result.stderr
    assert result.returncode == 4, said
    assert lacking in said
    assert "why: " in said
    assert f"try: {typed}" in said


@pytest.mark.parametrize(("name", "needed"), [("ip", True), ("dig", False), ("curl", False)])
def test_a_program_that_is_not_there_is_named_with_its_package(tmp_path, monkeypatch, name, needed):
    monkeypatch.setenv("PATH", str(tmp_path))
    (found,) = (one for one in check.findings() if one.name == name)
    assert (found.ok, found.needed) == (False, needed)
    assert found.why
    assert found.todo.startswith("apt-get install ")


@pytest.mark.site
def test_the_api_alone_needs_none_of_it():
    with a_home() as site:
        result = in_a_poorer_machine(
            "export PATH=/nowhere; exec 3</dev/null", str(site.home), *API_ALONE
        )
        assert result.returncode == 0, result.stderr

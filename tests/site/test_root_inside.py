"""Root of an instance does there whatever root can, and its router minds nothing of it."""

import sys

import pytest

from tests.story.network import MONITORING

pytestmark = [pytest.mark.site, pytest.mark.kernel]

GAMES = """
nft flush ruleset; ip rule add pref 1 from all lookup main; ip neigh flush all
for path in /run/genkan/ns /var/run/netns /run/netns; do ls $path 2>/dev/null; done
readlink /proc/[0-9]*/ns/net | sort -u | wc -l
ip -o link show | grep -v ': lo:' | wc -l
"""


UNMOUNTING = """
for path in /run /proc /sys /run /proc; do umount -l $path 2>/dev/null; done
ls /run/genkan/*.sock /proc/[0-9]*/ns/net 2>/dev/null
for path in /run/genkan/ns/*; do
    nsenter --net=$path nft flush ruleset 2>/dev/null && echo $path
done
mount -t proc proc /proc 2>/dev/null && cat /proc/[0-9]*/comm | sort -u; umount -l /proc
mount -t tmpfs tmpfs /etc && ls /etc
"""
KILLING = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
own = {int(name) for name in os.listdir("/proc") if name.isdigit()}
PTRACE_SEIZE = 0x4206
others = set(range(1, 4000)) - own
seized = [pid for pid in others if not libc.ptrace(PTRACE_SEIZE, pid, 0, 0)]
opened = []
for pid in others:
    try: opened.append(os.pidfd_open(pid))
    except OSError: pass
print(len(own) < 8, seized, opened, flush=True)
os.kill(-1, 9)
"""


def in_mounts_of_its_own(script: str) -> tuple[str, ...]:
    """Give a command that undoes the mounts of one program, so that others find theirs."""
    return ("unshare", "--mount", "sh", "-c", script)


def test_root_of_an_instance_finds_nothing_of_the_site_beneath_its_mounts(site, story):
    told = site.inside("app", *in_mounts_of_its_own(UNMOUNTING))
    words = set(told.stdout.split())
    of_the_site = ("/run/genkan", "/proc/", "python")
    assert not {word for word in words if word.startswith(of_the_site)}, told.stdout
    assert "sh" in words, told.stdout  # one's own programs are seen
    (address,) = site.dig("app", MONITORING)
    assert site.inside("web", "cat", "/etc/hostname").stdout
    told = site.inside("app", "curl", "-skm", "1", "-o", "/dev/null", f"https://{address}:8443")
    assert told.returncode == 28


def test_root_of_an_instance_kills_and_traces_its_own_programs_and_no_others(site, story):
    before = site.processes()
    told = site.inside("app", sys.executable, "-c", KILLING)
    assert told.stdout.split("\n")[0] == "True [] []", (told.stdout, told.stderr)
    assert site.processes() == before
    assert site.inside("web", "true").returncode == 0
    assert site.inside("app", "true").returncode == 0


def test_root_of_an_instance_has_its_own_network_and_no_other(site, story):
    """Its router's rules, devices and names are beyond it: what was dropped still is."""
    (address,) = site.dig("app", MONITORING)

    def connects(port: int) -> bool:
        told = site.inside(
            "app", "curl", "-skm", "1", "-o", "/dev/null", f"https://{address}:{port}"
        )
        return told.returncode not in (7, 28)

    assert connects(443)
    assert not connects(8443)
    told = site.inside("app", "sh", "-c", GAMES)
    assert told.stdout.split() == ["1", "1"], (told.stdout, told.stderr)
    assert not connects(8443)
    assert connects(443)


def test_a_packet_with_anothers_address_leaves_no_instance(site, story):
    """web claims to be app and asks web's own neighbour; the answer would come to app."""
    app = story.instance(story.app)["PrivateIpAddress"]
    given = site.inside("web", "ip", "addr", "add", f"{app}/32", "dev", "lo")
    assert given.returncode == 0, given.stderr
    told = site.inside("web", "ping", "-c1", "-W1", "-I", app, "198.51.100.10")
    site.inside("web", "ip", "addr", "del", f"{app}/32", "dev", "lo")
    assert told.returncode == 1, (told.stdout, told.stderr)

"""Sites beside each other and beside the machine: nothing of one is seen in another."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.site.homes import processes_of
from tests.story.conftest import RunningSite, running_site, until
from tests.story.network import build

pytestmark = [pytest.mark.site, pytest.mark.kernel]

MACHINE = (
    ("ip", "-j", "link"),
    ("ip", "-j", "addr"),
    ("ip", "-j", "route", "show", "table", "all"),
    ("ip", "-j", "rule"),
    ("findmnt", "--list", "--noheadings", "--output", "TARGET,SOURCE,FSTYPE"),
    ("find", "/run", "-xdev", "-maxdepth", "2", "-not", "-path", "/run/user/*"),
    ("nft", "list", "ruleset"),
    ("sysctl", "net.ipv4.ip_forward", "net.ipv4.conf.all.rp_filter"),
)


def machine() -> dict[str, str]:
    """Give all that a site might change and must not."""
    seen = {}
    for command in MACHINE:
        result = subprocess.run(command, capture_output=True, text=True, timeout=20)
        seen[" ".join(command)] = re.sub(r'"(valid|preferred)_life_time":\d+', "", result.stdout)
    for name in ("/etc/resolv.conf", "/etc/hosts", "/etc/hostname"):
        seen[name] = Path(name).read_text() if Path(name).exists() else ""
    return seen


@pytest.fixture(scope="module")
def before() -> dict[str, str]:
    return machine()


@pytest.fixture(scope="module")
def sites(before):
    """Two sites at once with the same network: root's and an ordinary user's, where we are root."""
    with (
        running_site(ordinary=False) as first,
        running_site(ordinary=os.geteuid() == 0) as second,
    ):
        yield first, second


def test_the_same_network_stands_in_each_and_neither_sees_the_other(sites):
    stories = [build(site) for site in sites]
    addresses = {story.instance(story.app)["PrivateIpAddress"] for story in stories}
    assert addresses == {"172.16.2.4"}
    for site, story in zip(sites, stories, strict=True):
        shown = site.genkan("status").stdout
        assert story.app in shown
        assert site.put_metric("web", "mine").returncode == 0
        assert len(site.events("mine")) == 1
        (other,) = (one for one in stories if one is not story)
        assert other.app not in shown
        assert other.ec2.meta.endpoint_url != story.ec2.meta.endpoint_url
        site.genkan("exec", other.app, "--", "true", wrong=3)
    keys = {story.ec2._request_signer._credentials.access_key for story in stories}
    assert len(keys) == 2


def test_the_machine_is_as_it_was_while_sites_are_up(sites, before):
    assert machine() == before


def test_what_programs_do_in_an_instance_stays_there(sites, before):
    for site in sites:
        assert site.inside("web", "sh", "-c", "echo mine > /run/mine").returncode == 0
        assert site.inside("web", "ip", "link", "add", "mine", "type", "veth").returncode == 0
        assert site.inside("app", "ls", "/run/mine").returncode != 0
    assert machine() == before


def test_nothing_is_left_after_down_nor_after_the_anchors_death(sites, before):
    down, killed = sites
    held = {site: listening(site) for site in sites}
    down.genkan("down")
    anchor = killed.processes()["anchor"]
    everything = [*killed.processes().values(), *processes_of(killed.home)]
    os.kill(anchor, 9)
    for pid in everything:
        until(lambda pid=pid: alive(pid), lambda there: not there, seconds=5)
    for site in sites:
        assert [pid for pid in processes_of(site.home) if alive(pid)] == []
        assert held[site] not in listeners()
    assert machine() == before


def listening(site: RunningSite) -> str:
    return site.client("ec2").meta.endpoint_url.rpartition(":")[2]


def listeners() -> set[str]:
    """Give the ports of 127.0.0.1 at which somebody listens."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return {str(int(row[1].rpartition(":")[2], 16)) for row in rows if row[3] == "0A"}


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and is not yet taken note of does not."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False

"""Root of an instance does there whatever root can, and its router minds nothing of it."""

import pytest

from tests.story.network import MONITORING

pytestmark = [pytest.mark.site, pytest.mark.kernel]

GAMES = """
nft flush ruleset; ip rule add pref 1 from all lookup main; ip neigh flush all
for path in /run/genkan/ns /var/run/netns /run/netns; do ls $path 2>/dev/null; done
readlink /proc/[0-9]*/ns/net | sort -u | wc -l
ip -o link show | grep -v ': lo:' | wc -l
"""


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

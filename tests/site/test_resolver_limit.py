"""A site that was told to drops what an interface asks above a limit, and counts it."""

import os
import re
from collections.abc import Iterator

import pytest

from tests.story.conftest import RunningSite, running_site
from tests.story.network import build

pytestmark = [pytest.mark.site, pytest.mark.kernel, pytest.mark.timeout(120)]

LIMIT, ASKED = 20, 200
ASK = f"""
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.settimeout(1)
name = b"\\3sqs\\14ap-northeast-1\\11amazonaws\\3com\\0"
for number in range({ASKED}):
    query = number.to_bytes(2) + bytes.fromhex("01000001000000000000") + name + bytes([0, 1, 0, 1])
    sock.sendto(query, ("172.16.0.2", 53))
answers = 0
try:
    while sock.recv(512):
        answers += 1
except TimeoutError:
    print(answers)
"""


@pytest.fixture(scope="module")
def limited() -> Iterator[RunningSite]:
    with running_site(os.geteuid() != 0, "--resolver-limit", str(LIMIT)) as site:
        yield site


def dropped(site: RunningSite) -> dict[str, int]:
    text = site.genkan("metrics").stdout
    found = re.findall(r'genkan_resolver_dropped_packets_total\{.*address="(.*)"\} (\d+)', text)
    return {address: int(count) for address, count in found}


def test_what_is_above_the_limit_is_dropped_and_counted_for_its_interface_alone(limited):
    story = build(limited)
    answers = int(limited.inside("app", "python3", "-c", ASK).stdout)
    assert LIMIT <= answers < ASKED
    address = story.instance(story.app)["PrivateIpAddress"]
    assert dropped(limited) == {address: ASKED - answers}
    assert limited.dig("web", "sqs.ap-northeast-1.amazonaws.com")
    assert dropped(limited) == {address: ASKED - answers}

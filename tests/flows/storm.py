"""A storm of packets that are dropped, beside somebody quiet, as a recorder sees it; as JSON.

Runs as a program inside namespaces of its own, whose /run and network it may do with as it likes.
"""

import asyncio
import json
import resource
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from genkan.engine.linux.namespace import entered
from genkan.engine.linux.watch import Watch, table_of
from genkan.flows import SECTIONS, Recorder, live
from genkan.flows.delivery import Delivery, Request
from genkan.flows.directory import Directory
from genkan.flows.logbook import Logbook
from genkan.flows.metrics import Metrics
from genkan.flows.nat_gateways import NatGateways
from genkan.model.flow_log import FlowLog
from genkan.program import Delta
from genkan.site.tables import crowded
from tests.compile.scenario import AT, MINE
from tests.engine.probes import icmp, tcp, tcp_server
from tests.engine.world import World, extended

APP, WEB, MUTE = "172.16.2.4", "172.16.1.4", "172.16.1.7"
CLOSED = 81
STORM = 1.0  # seconds
NAT_PORTS = 65_000  # more than one address has for one destination
FAR = "198.51.100.10"


def log() -> FlowLog:
    return FlowLog(
        id="fl-storm",
        logged="vpc-1",
        traffic_type="ALL",
        destination_type="file",
        destination=None,
        log_group_name=None,
        log_format="${interface-id} ${srcaddr} ${dstaddr} ${dstport} ${packets} ${action} "
        "${log-status}",
        aggregation_interval=60,
        created_at=AT,
        **MINE,
    )


def flood(seconds: float) -> int:
    """Send datagrams that the group of i-mute does not admit; give how many a second of the
    processor, for others are at work on it too."""
    with entered("i-app"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.connect((MUTE, CLOSED))
    sent, end, began = 0, time.monotonic() + seconds, time.thread_time()
    while time.monotonic() < end:
        for _ in range(100):
            sender.send(b"storm")
        sent += 100
    sender.close()
    return int(sent / (time.thread_time() - began))


def exhaust() -> int:
    """Open more flows to one place of the internet than a NAT gateway has ports for it; give how
    many found none."""
    with entered("i-app"):
        sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    ends = socket.inet_aton(APP) + socket.inet_aton(FAR)
    head = struct.pack("!BBHHHBBH", 0x45, 0, 28, 1, 0, 64, socket.IPPROTO_UDP, 0) + ends
    for number in range(NAT_PORTS):
        port = 1 + number
        ends_of = struct.pack("!HHHH", port, 7, 8, 0)
        sender.sendto(head + ends_of, (FAR, 0))
    sender.close()
    return table_of("nat-1").clashed


async def stormed(world: World) -> dict[str, Any]:
    folder = Path("/run/flow-logs")
    delivery = Delivery(_nobody, folder)
    recorder = recording(delivery)
    quiet_rate = await _beside(flood, STORM)
    recorder.apply(seen(world))
    before = _memory()
    rate, quiet = await asyncio.gather(_beside(flood, STORM), _beside(met))
    wanted = live.wanted_of(recorder.directory, {"to": MUTE})
    drops = len(await recorder.flows(wanted))
    await recorder.end_windows(early=True)
    recorder.close()
    return {
        "a second": {"unseen": quiet_rate, "seen": rate},
        "quiet": quiet,
        "remembered": drops,
        "lost": recorder.lost,
        "grown": _memory() - before,
        "lines": (folder / "fl-storm.log").read_text().splitlines()[1:],
    }


def recording(delivery: Delivery) -> Recorder:
    return Recorder(
        Watch,
        Logbook(Directory(), delivery, _told),
        Metrics(delivery),
        NatGateways(table_of),
        time.time,
    )


def seen(world: World) -> Delta:
    """Give what a recorder is to know."""
    program = world.compilation.program
    return Delta(put=tuple(entry for entry in program if entry.section in SECTIONS))


async def counted(world: World) -> dict[str, Any]:
    """Have the NAT gateway's counter told to CloudWatch twice, and written for Prometheus."""
    asked: list[dict[str, list[str]]] = []

    async def take(request: Request) -> tuple[int, bytes]:
        asked.append(parse_qs(request.body.decode()))
        return 200, b""

    recorder = recording(Delivery(take, Path("/run/flow-logs")))
    recorder.apply(seen(world))
    recorder.count_for_metrics()
    for _ in range(2):
        await recorder.put_metrics()
    told = [form for form in asked if form["Namespace"] == ["AWS/NATGateway"]]
    text = recorder.prometheus()
    recorder.close()
    return {"told": told, "text": [row for row in text.splitlines() if "nat_gateway" in row]}


def met() -> list[str]:
    """Connect and ping while the storm goes on."""
    return [answer for _ in range(5) for answer in (tcp("i-app", WEB, 80), icmp("i-app", WEB))]


async def _beside(work: Any, *arguments: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(None, work, *arguments)


async def _nobody(request: object) -> tuple[int, bytes]:
    return 500, b""


async def _told(name: str, why: str | None) -> None:
    print(name, why, file=sys.stderr)


def _memory() -> int:
    """Give the most memory that was held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def main() -> None:
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True, timeout=10)
    Path("/run/genkan").mkdir()
    world = World([*extended(), log()])
    tcp_server("i-web", 80)
    report = asyncio.run(stormed(world))
    report["no port left"] = exhaust()
    report["counted"] = asyncio.run(counted(world))
    report["table"] = table_of("nat-1")._asdict()
    (crowd,) = crowded(world.compilation.program)
    report["why"] = crowd["why"]
    json.dump(report, sys.stdout)


if __name__ == "__main__":
    main()

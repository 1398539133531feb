"""What flow logs say of a connection by rules and on the shortcut, beside what its ends count; as
JSON.

Runs as a program inside namespaces of its own, as root. The ends count for themselves, by nft in
the instances' own networks.
"""

import asyncio
import functools
import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from genkan.engine.linux.namespace import entered
from genkan.engine.linux.tallies import Carried
from genkan.engine.linux.watch import Watch, table_of
from genkan.flows import SECTIONS, Recorder, live
from genkan.flows.delivery import Delivery
from genkan.flows.directory import Directory
from genkan.flows.logbook import Logbook
from genkan.flows.metrics import Metrics
from genkan.flows.nat_gateways import NatGateways
from genkan.model.flow_log import FlowLog
from genkan.model.network import put
from genkan.model.vpc_endpoint import VpcEndpointState
from genkan.program import Delta
from tests.compile.scenario import AT, MINE
from tests.engine.inside import own_run
from tests.engine.packets_shortcut import (
    AFTER,
    ENDPOINT,
    PATIENCE,
    SHORT,
    VERSION,
    WORLDS,
    Talk,
    accelerator,
    until,
)
from tests.engine.probes import Connection, tcp_server
from tests.engine.service_world import endpoint, everything
from tests.engine.world import World

FOLDER = Path("/run/flow-logs")
ENDS = {
    "c": ("i-c-client", "eni-c-client", "dport", 443),
    "p": ("i-p-one", "eni-p-one", "sport", 8080),
}
BLOCK = 1 << 20
LISTEN, TABLES = "0A", {4: "tcp", 6: "tcp6"}
RULES = """
table inet own {{
  counter out {{ }}
  counter in {{ }}
  chain out {{ type filter hook output priority 0; tcp {out} {port} counter name "out"; }}
  chain in {{ type filter hook input priority 0; tcp {back} {port} counter name "in"; }}
}}
"""


def log(vpc: str) -> FlowLog:
    return FlowLog(
        id=f"fl-{vpc}",
        logged=f"vpc-{vpc}",
        traffic_type="ALL",
        destination_type="file",
        destination=None,
        log_group_name=None,
        log_format="${interface-id} ${flow-direction} ${packets} ${bytes} ${log-status}",
        aggregation_interval=60,
        created_at=AT,
        **MINE,
    )


def begin_counting() -> None:
    """Have both ends count what they send and get, from nothing."""
    for place, _, out, port in ENDS.values():
        back = "sport" if out == "dport" else "dport"
        nft(place, "flush", "ruleset")
        nft(place, RULES.format(out=out, back=back, port=port))


def nft(place: str, *command: str) -> str:
    with entered(place):
        return subprocess.run(
            ["nft", *command], check=True, capture_output=True, text=True, timeout=PATIENCE
        ).stdout


def counted() -> dict[str, dict[str, list[int]]]:
    """Give packets and bytes that went out and came in, by end."""
    return {
        vpc: {
            row["counter"]["name"]: [row["counter"]["packets"], row["counter"]["bytes"]]
            for row in json.loads(nft(place, "-j", "list", "counters"))["nftables"]
            if "counter" in row
        }
        for vpc, (place, *_) in ENDS.items()
    }


class Recording:
    """A recorder, and what it has written so far."""

    def __init__(self, world: World) -> None:
        self.carried = Carried()
        tallies = world.engine.tallies()
        assert tallies is not None
        self.carried.adopt(tallies)
        delivery = Delivery(_nobody, FOLDER)
        self.recorder = Recorder(
            functools.partial(Watch, carried=self.carried),
            Logbook(Directory(), delivery, _told),
            Metrics(delivery),
            NatGateways(table_of),
            time.time,
        )
        entries = [entry for entry in world.compilation.program if entry.section in SECTIONS]
        self.recorder.apply(Delta(put=tuple(entries)))
        self._read = dict.fromkeys(ENDS, 0)

    async def recorded(self) -> dict[str, dict[str, list[int]]]:
        """End the windows; give what they say of the ends' interfaces, as the ends see it."""
        await self.recorder.end_windows(early=True)
        found = {}
        for vpc, (_, interface, *_) in ENDS.items():
            lines = (FOLDER / f"fl-{vpc}.log").read_text().splitlines()
            new, self._read[vpc] = lines[max(1, self._read[vpc]) :], len(lines)
            found[vpc] = {"out": [0, 0], "in": [0, 0]}
            for name, way, packets, size, _ in map(str.split, new):
                if name == interface and packets != "-":
                    total = found[vpc]["out" if way == "egress" else "in"]
                    total[0] += int(packets)
                    total[1] += int(size)
        return found


async def _nobody(request: object) -> tuple[int, bytes]:
    return 500, b""


async def _told(name: str, why: str | None) -> None:
    print(name, why, file=sys.stderr)


def exchange(connection: Connection, blocks: int) -> None:
    """Send much and have it come back."""
    opened, left = connection._socket, blocks * BLOCK
    sender = threading.Thread(target=opened.sendall, args=(bytes(left),))
    sender.start()
    while left:
        part = opened.recv(BLOCK)
        assert part
        left -= len(part)
    sender.join()


def open_at(place: str) -> list[str]:
    """Give the connections that a place's programs have, by the kernel's states; none of them after
    the last packet of the last one. See proc(5)."""
    with entered(place):
        rows = Path(f"/proc/thread-self/net/{TABLES[VERSION]}").read_text().splitlines()[1:]
    return [state for row in rows if (state := row.split()[3]) != LISTEN]


async def told(world: World, recording: Recording, on_it: bool) -> dict[str, Any]:
    """Exchange a little and much over a connection, and close a window meanwhile."""
    accelerator(world).pause(not on_it)
    await recording.recorded()
    begin_counting()
    talk = Talk(world, waits=on_it)
    before = accelerator(world).carried()[1]
    exchange(talk.connection, 4)
    parts = [await recording.recorded()]
    exchange(talk.connection, 1)
    shown = [
        one["bytes"]
        for one in await recording.recorder.flows(
            live.wanted_of(recording.recorder.directory, {"to": ENDPOINT})
        )
        if one["state"] == "established"
    ]
    carried = accelerator(world).carried()[1] - before
    talk.end()
    until(lambda: not open_at("i-p-one"))
    parts.append(await recording.recorded())
    return {"parts": parts, "counted": counted(), "carried": carried, "shown": shown}


async def cut(world: World, recording: Recording) -> dict[str, Any]:
    """Have an endpoint rejected under a connection on the shortcut: its entry goes at once."""
    await recording.recorded()
    begin_counting()
    talk = Talk(world)
    exchange(talk.connection, 1)
    world.change(put(endpoint("c", VpcEndpointState.REJECTED)))
    met = talk.echo("word", SHORT)
    found = {"met": met, "parts": [await recording.recorded()], "counted": counted()}
    world.change(put(endpoint("c")))
    talk.end()
    return found


async def reports(world: World) -> dict[str, Any]:
    recording = Recording(world)
    found = {
        "by rules": await told(world, recording, on_it=False),
        "on the shortcut": await told(world, recording, on_it=True),
        "cut": await cut(world, recording),
    }
    recording.recorder.close()
    return found


def main() -> None:
    own_run()
    world = WORLDS[VERSION]([*everything(), log("c"), log("p")], AFTER)
    tcp_server("i-p-one", 8080, version=VERSION)
    json.dump(asyncio.run(reports(world)), sys.stdout)


if __name__ == "__main__":
    main()

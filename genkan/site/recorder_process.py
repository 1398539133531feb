"""The recorder's process: `genkan.flows` on the site's sockets, there while it is needed.

    python -m genkan.site.recorder_process HOME

It is started for the first flow log, or when somebody asks for flows or metrics, and ends by itself
some time after the last of them.
"""

import asyncio
import contextlib
import functools
import json
import logging
import os
import sys
import time
from pathlib import Path

import aiohttp
from yarl import URL

from genkan.engine.linux.tallies import Carried
from genkan.engine.linux.watch import Watch, table_of
from genkan.flows import SECTIONS, Recorder
from genkan.flows.answering import LONGEST_QUESTION, Answering
from genkan.flows.delivery import Delivery, DeliveryFailure, Request
from genkan.flows.directory import Directory
from genkan.flows.logbook import Logbook
from genkan.flows.metrics import Metrics
from genkan.flows.nat_gateways import NatGateways
from genkan.program import Delta
from genkan.site import sockets
from genkan.site.home import RUN, Home
from genkan.site.subscription import Subscription
from genkan.site.tally_socket import Borrower

PATIENCE = 2.0  # seconds for the name server
LOG = logging.getLogger(__name__)
TICK = 1.0  # seconds
METRICS_EVERY = 60.0
NEEDED_FOR = 600.0  # seconds after the last question
NICENESS = 10  # packets go before what is written of them
EMBEDDED = f"{RUN}/embedded.sock"


class RecorderProcess:
    """A recorder, its clock and its sockets."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._session: aiohttp.ClientSession | None = None
        delivery = Delivery(self._ask, home.flow_logs)
        logbook = Logbook(Directory(), delivery, self._report)
        self._carried = Carried()
        self._borrower = Borrower(f"{RUN}/tallies.sock", self._carried)
        watch = functools.partial(Watch, carried=self._carried)
        gateways = NatGateways(table_of)
        self._recorder = Recorder(watch, logbook, Metrics(delivery), gateways, time.time)
        self._answering = Answering(self._recorder, time.time, _of_names)
        self._first = asyncio.Event()
        self._after_a_gap = False

    async def run(self) -> None:
        """Record until it is not needed."""
        running = Path(RUN) / "recorder.runs"  # still there: the last one was killed at its work
        self._after_a_gap = running.exists()
        running.touch()
        self._borrower.look()
        following = asyncio.create_task(
            Subscription(f"{RUN}/program.sock", "recorder", SECTIONS, self._apply).follow()
        )
        await self._first.wait()
        for path in (str(self._home.flows_socket), f"{RUN}/recorder.sock"):
            listener = sockets.listen(path)
            await asyncio.start_unix_server(
                self._answering.answer, sock=listener, limit=LONGEST_QUESTION
            )
        await self._tick()
        following.cancel()
        self._home.flows_socket.unlink(missing_ok=True)
        os.unlink(f"{RUN}/recorder.sock")
        running.unlink()
        self._recorder.close()
        self._borrower.close()

    def _apply(self, delta: Delta) -> None:
        self._recorder.apply(delta)
        if self._after_a_gap:
            self._after_a_gap = False
            self._recorder.note_gap()
        self._first.set()

    async def _tick(self) -> None:
        metrics_due = time.time() + METRICS_EVERY
        while self._is_needed():
            await asyncio.sleep(TICK)
            try:
                self._look_at_carried()
                await self._recorder.end_windows()
                if time.time() >= metrics_due:
                    metrics_due += METRICS_EVERY
                    await self._recorder.put_metrics()
            except Exception:
                LOG.exception("a window could not be ended; recording goes on")

    def _look_at_carried(self) -> None:
        self._borrower.look()
        if self._carried.missed:
            self._carried.missed = False
            self._recorder.note_gap()

    def _is_needed(self) -> bool:
        return self._recorder.is_needed or (time.time() - self._answering.asked_last < NEEDED_FOR)

    async def _ask(self, request: Request) -> tuple[int, bytes]:
        """Speak to the embedded services, and have them started if they are not there."""
        for last in (False, True):
            try:
                return await self._send(request)
            except aiohttp.ClientConnectorError as error:
                if last:
                    raise DeliveryFailure(f"Unknown error: {error}") from error
                await _start_embedded()
            except (aiohttp.ClientError, TimeoutError) as error:
                raise DeliveryFailure(f"Unknown error: {error!r}") from error
        raise DeliveryFailure("Unknown error")

    async def _send(self, request: Request) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(EMBEDDED),
                timeout=aiohttp.ClientTimeout(total=60),
            )
        async with self._session.request(
            request.method,
            URL(f"http://{request.host}{request.path}", encoded=True),
            headers=request.headers,
            data=request.body,
        ) as answer:
            return answer.status, await answer.read()

    async def _report(self, log: str, why: str | None) -> None:
        """Tell control how a log is delivered, for its description."""
        connector = aiohttp.UnixConnector(str(self._home.control_socket))
        try:
            async with (
                aiohttp.ClientSession(connector=connector) as session,
                session.post("http://genkan/flow-logs", json={"id": log, "error": why}) as answer,
            ):
                await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            LOG.error("control does not hear of %s: %s", log, error)


async def _of_names() -> str:
    """Give what the name server counted; nothing where it counts nothing."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_unix_connection(f"{RUN}/names.sock")
            with contextlib.closing(writer):
                return (await reader.read()).decode()
    except (OSError, TimeoutError):
        return ""


async def _start_embedded() -> None:
    reader, writer = await asyncio.open_unix_connection(f"{RUN}/anchor.sock")
    writer.write(json.dumps({"do": "start", "process": "embedded"}).encode() + b"\n")
    await reader.readline()
    writer.close()


def main() -> None:
    """Run until it is not needed, or killed."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    os.nice(NICENESS)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(RecorderProcess(Home(Path(sys.argv[1]))).run())


if __name__ == "__main__":
    main()

"""The control process: the API behind the front, the writer, the publisher, and what the CLI asks.

One thread writes (operations that change something, lifecycle steps, reconciling); the event loop
answers reads from the snapshot (`calls`) and serves sockets.
"""

import asyncio
import contextlib
import gc
import hashlib
import json
import logging
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web
from sqlalchemy import make_url

from genkan.certificates.kept import Kept
from genkan.control import Control, Publisher, hosted_services
from genkan.control.accounts import find_account, keys_of
from genkan.control.notices import Notice
from genkan.control.runner import NoRunner, Runner
from genkan.control.shown_balancer import shown_balancer
from genkan.control.shown_network import shown_network
from genkan.control.status import status
from genkan.control.writer import Writer
from genkan.engine.absent import AbsentEngine
from genkan.engine.linux.namespace import number_of as namespace_of
from genkan.engine.protocol import Engine
from genkan.model.account import Account
from genkan.model.errors import Refused
from genkan.model.load_balancer import Listener
from genkan.program import Delta
from genkan.site import handover, reports, sockets, tally_socket
from genkan.site.analysis_questions import AnalysisQuestions
from genkan.site.calls import Calls, now, token
from genkan.site.database import through_broker
from genkan.site.default_vpcs import make_default_vpcs
from genkan.site.first_network import first_network
from genkan.site.home import RUN, Home
from genkan.site.host_programs import HostPrograms
from genkan.site.notifier import Notifier
from genkan.site.on_demand import OnDemand
from genkan.site.quota_questions import QuotaQuestions
from genkan.site.runner import AnchorRunner, RunnerFailure
from genkan.site.scope_analyses import ScopeAnalyses
from genkan.site.tables import crowded
from genkan.store import Store, StoreUnreadable

LOG = logging.getLogger(__name__)
T = TypeVar("T")
SWITCH = 0.0002  # seconds that the writer may keep the loop, which answers, from running
RARELY = (20_000, 20, 20)  # new objects, and rounds, until the collector looks: few stand in a ring
HOUSEKEEPING = 60.0  # seconds between looks for what ended long ago
RETRY = 1.0  # seconds until the engine is asked again after it failed
EMBEDDED = f"{RUN}/embedded.sock"
SUBSCRIBER_PATIENCE = 5.0  # for those who answer, until calls are taken without them
ENTRIES_A_SECOND = 5000  # of a program, that they may take beside


class ControlProcess:
    """A control, its threads and its sockets."""

    def __init__(self, home: Home, engine: Engine, runner: Runner) -> None:
        self._home = home
        self._loop = asyncio.get_running_loop()
        self._publisher = Publisher()
        self._notifier = Notifier(EMBEDDED)
        self._delivering = self._loop.create_task(self._notifier.deliver())
        bare = home.engine == "none"  # then there are no places to serve in
        self._on_demand = OnDemand(_start_nothing if bare else AnchorRunner().start)
        self._engine = engine
        self._control = Control(
            store=_open_store(home),
            engine=engine,
            runner=runner,
            publish=self._publish,
            now=now,
            notify=self._notify,
        )
        self._writer = Writer(self._control, _give_up)
        self._started = False
        self._calls = Calls(
            self._control,
            self._writer,
            console_output=home.console_output,
            has_certificate=Kept(home.certificates).has,
            written=lambda: self._scopes.look(),
        )
        self._scopes = ScopeAnalyses(self._control, self._writer, self._calls.call_as)

    async def start(self, *subscribers: str) -> None:
        """Bring the site up to the store's state and begin to answer, when these processes answer
        by it too: a call's effect is in force when it is answered."""
        tally_socket.serve(f"{RUN}/tallies.sock", self._engine.tallies())
        await self._publisher.listen(f"{RUN}/program.sock")
        mended = await self._writer.do(
            lambda: self._control.start(
                lambda: first_network(self._home, token), AnchorRunner().expect
            )
        )
        LOG.info("reconciled, %s changes", mended)
        await self._writer.do(lambda: self._control.forget_lost_processes(namespace_of))
        program = self._control.compilation.program
        await self._publisher.reset(program)
        self._started = True
        try:
            await self._loop.run_in_executor(None, self._on_demand.start_for, program)
        except (RunnerFailure, OSError) as error:
            LOG.error("begun without all that the program asks for: %s", error)
        try:
            patience = SUBSCRIBER_PATIENCE + len(program) / ENTRIES_A_SECOND
            await asyncio.wait_for(self._publisher.wait_for(*subscribers), patience)
        except TimeoutError:
            LOG.error("begun without all of %s: they start anew when they can", subscribers)
        await handover.serve(self._calls.take, f"{RUN}/control.sock")
        await _serve(self._questions(), str(self._home.control_socket))
        await reports.serve(f"{RUN}/reports.sock", self._take_health)
        if self._home.default_vpc:
            await self._writer.do(lambda: make_default_vpcs(self._control, self._calls.call_as))
            self._home.remember(default_vpc=False)
        if self._home.sources:
            self._home.remember(sources=[])
        await self._writer.begin_steps()
        self._scopes.look()

    async def ready(self, *subscribers: str) -> None:
        """Wait until these processes have the program, however long."""
        await self._publisher.wait_for(*subscribers)

    async def keep_house(self) -> None:
        """Drop old records, mend what others changed and try again what the engine could not do,
        for ever."""
        waited = 0.0
        while True:
            await asyncio.sleep(RETRY)
            waited += RETRY
            if self._control.is_due:  # by the time that has passed
                await self._writer.begin_steps()
            # Looking takes a few milliseconds, and who calls is not to wait for it.
            disturbed = await self._loop.run_in_executor(None, self._look)
            if not self._control.trouble and not disturbed and waited < HOUSEKEEPING:
                continue
            try:
                if disturbed:
                    await self._writer.do(self._control.mend)
                if not self._control.trouble and waited < HOUSEKEEPING:
                    continue
                waited = 0.0
                if self._control.trouble:
                    await self._writer.do(self._control.reconcile)
                await self._writer.do(self._control.forget_what_ended)
            except Exception:
                LOG.exception("keeping house failed; it is tried again")

    def _look(self) -> bool:
        return self._control.is_disturbed

    async def _take_health(self, told: Mapping[str, Any]) -> None:
        await self._writer.do(lambda: self._control.take_health(told))

    def _questions(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/status", self._status)
        app.router.add_get("/credentials", self._credentials)
        app.router.add_get("/accounts", self._accounts)
        app.router.add_post("/accounts", self._add_account)
        quotas = QuotaQuestions(self._control, self._writer, self._calls.call_as)
        app.router.add_get("/quotas", quotas.show)
        app.router.add_post("/quotas", quotas.set)
        app.router.add_get("/history", self._history)
        HostPrograms(self._control, self._writer).serve(app)
        app.router.add_get("/network", self._network)
        app.router.add_get("/uses", self._uses)
        app.router.add_get("/balancer", self._balancer)
        app.router.add_get("/explain", self._explain)
        AnalysisQuestions(self._control, self._writer, self._calls.call_as, EMBEDDED).serve(app)
        app.router.add_get("/services", self._services)
        app.router.add_post("/services", self._add_service)
        app.router.add_post("/services/remove", self._remove_service)
        app.router.add_post("/flow-logs", self._note_delivery)
        return app

    async def _status(self, request: web.Request) -> web.Response:
        shown = status(self._control.network, self._control.trouble, self._control.mended)
        tables = await self._loop.run_in_executor(None, crowded, self._control.compilation.program)
        accelerator = asdict(self._engine.acceleration())
        return web.json_response({**shown, "crowded": tables, "accelerator": accelerator})

    async def _credentials(self, request: web.Request) -> web.Response:
        """Answer with an account's key: of the one that is named, or the first."""
        network = self._control.network
        account = find_account(network, request.query.get("account"))
        if account is None:
            names = sorted(one.account_name for one in network.all(Account))
            return web.json_response({"unknown": request.query.get("account"), "accounts": names})
        return web.json_response(self._shown_account(account))

    async def _accounts(self, request: web.Request) -> web.Response:
        accounts = sorted(self._control.network.all(Account), key=lambda one: one.id)
        return web.json_response({"accounts": [self._shown_account(one) for one in accounts]})

    async def _add_account(self, request: web.Request) -> web.Response:
        name = str((await request.json())["name"])
        region = self._home.region
        try:
            made = await self._writer.do(lambda: self._control.add_account(name, region, token))
        except Refused as refused:
            return web.json_response({"refused": str(refused)})
        return web.json_response(self._shown_account(made))

    async def _note_delivery(self, request: web.Request) -> web.Response:
        """Hear from the recorder how a flow log is delivered."""
        told = await request.json()
        await self._writer.do(lambda: self._control.note_delivery(told["id"], told["error"]))
        return web.json_response({})

    def _shown_account(self, account: Account) -> dict[str, Any]:
        key = keys_of(self._control.network, account)[0]
        return {
            "access_key_id": key.id,
            "secret_access_key": key.secret,
            "account": account.id,
            "name": account.account_name,
            "region": account.region,
        }

    async def _explain(self, request: web.Request) -> web.Response:
        from genkan.site.explanation import explained  # a library that nothing else here needs

        asked = request.query
        program = self._control.compilation.program
        told = explained(program, asked["from"], asked["name"], asked.get("type", "A"))
        return web.json_response(told)

    async def _services(self, request: web.Request) -> web.Response:
        return web.json_response({"services": hosted_services.shown(self._control.network)})

    async def _add_service(self, request: web.Request) -> web.Response:
        asked = await request.json()
        name, region = str(asked["name"]), str(asked["region"] or self._home.region)
        upstream = (str(asked["host"]), int(asked["host_port"]))
        ports, names = asked["ports"], asked["private_names"]
        before = {one["service"] for one in hosted_services.shown(self._control.network)}
        try:
            await self._writer.do(
                lambda: self._control.add_service(name, region, ports, upstream, names)
            )
        except Refused as refused:
            return web.json_response({"refused": str(refused)})
        rows = hosted_services.shown(self._control.network)
        return web.json_response(next(row for row in rows if row["service"] not in before))

    async def _remove_service(self, request: web.Request) -> web.Response:
        asked = await request.json()
        name, region = str(asked["name"]), str(asked["region"] or self._home.region)
        try:
            await self._writer.do(lambda: self._control.remove_service(name, region))
        except Refused as refused:
            return web.json_response({"refused": str(refused)})
        return web.json_response({})

    async def _network(self, request: web.Request) -> web.Response:
        """Answer with an account's network in a Region, or that it is the version known."""
        asked = request.query
        found = shown_network(self._control.network, asked["account"], asked["region"])
        version = hashlib.sha256(json.dumps(found).encode()).hexdigest()
        same = asked.get("known") == version
        return web.json_response({"version": version, **({} if same else found)})

    async def _uses(self, request: web.Request) -> web.Response:
        """Answer with the load balancers that show a certificate."""
        arn = request.query["certificate"]
        shown = self._control.network.all(Listener)
        return web.json_response([one.load_balancer for one in shown if arn in one.certificates])

    async def _balancer(self, request: web.Request) -> web.Response:
        """Answer with the ways from a network load balancer to its targets."""
        port, program = request.query.get("port"), self._control.compilation.program
        found = shown_balancer(program, request.query["arn"], int(port) if port else None)
        return web.json_response(found)

    async def _history(self, request: web.Request) -> web.Response:
        return web.json_response({"history": await self._writer.do(self._control.history)})

    def _publish(self, delta: Delta) -> None:
        """Called by the writer: returns when everybody has the difference.

        Where nobody is to have it there is nothing to wait for: who subscribes meanwhile gets it
        in the program that it begins with, or right after that.
        """
        if not self._publisher.keep(delta):
            asyncio.run_coroutine_threadsafe(self._publisher.publish(delta), self._loop).result()
        if self._started:  # before that, a new subscriber would wait for us
            self._on_demand.start_for(delta.put)

    def _notify(self, notices: list[Notice]) -> None:
        """Called by the writer: returns at once."""
        self._loop.call_soon_threadsafe(self._notifier.take, notices)


def _start_nothing(process: str) -> None:
    """Leave it: without an engine there is nothing to serve."""


def _open_store(home: Home) -> Store:
    url = home.database_url
    if url is None:
        return Store.at(home.database)
    return Store(url if home.engine == "none" else through_broker(home, url))


def _give_up(error: BaseException) -> None:
    """End the process: what is on record can only be read there. The next one goes on from it."""
    LOG.critical("the writer ended; control starts again", exc_info=error)
    os._exit(1)


async def _serve(app: web.Application, path: str) -> None:
    runner = web.AppRunner(app, access_log=None, auto_decompress=False)
    await runner.setup()
    await web.SockSite(runner, sockets.listen(path)).start()


async def _main(home: Home) -> None:
    engine, runner, others = _interpreters(home)
    try:
        process = ControlProcess(home, engine, runner)
        await process.start(*others)
    except StoreUnreadable as error:
        AnchorRunner().fail(_unusable(home, error))
        raise
    await process.ready(*others)
    LOG.info("ready: %s answer by the program", " and ".join(others))
    AnchorRunner().ready()  # the anchor waits to hear it, whether or not it boots instances
    gc.collect()
    gc.freeze()  # what stands now stands for good: looking through it again costs a call 50 ms
    gc.set_threshold(*RARELY)
    await process.keep_house()


def _unusable(home: Home, error: StoreUnreadable) -> dict[str, str]:
    """Say which database cannot be used, without its password."""
    file = home.database_url is None
    name = str(home.database) if file else repr(make_url(home.database_url or ""))
    return {
        "what": f"{name} cannot be read as a site's network: {error}.",
        "why": "It holds all that was made here. Nothing was changed in it.",
        "todo": "put a copy of it back, or forget it: genkan down --wipe"
        if file
        else "genkan up --database URL, with the one that is meant",
    }


def _interpreters(home: Home) -> tuple[Any, Any, tuple[str, ...]]:
    if home.engine == "none":
        return AbsentEngine(), NoRunner(), ("front",)
    from genkan.engine.linux.engine import LinuxEngine
    from genkan.engine.linux.shortcut import THRESHOLD

    after = THRESHOLD if home.accelerator == "auto" else None
    return LinuxEngine(after), AnchorRunner(), ("dns", "front")


def main() -> None:
    """Run until killed: `python -m genkan.site.control_process HOME`."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    sys.setswitchinterval(SWITCH)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(Home(Path(sys.argv[1]))))


if __name__ == "__main__":
    main()

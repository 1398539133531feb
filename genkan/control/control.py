"""`Control`: the snapshot, and the only way to the next one.

One thread at a time is in `run` with a change, in `start` or in `advance`; the site sees to it.
What a call was told is in the store before it is told, and nobody sees a state before it is in
force. If the engine fails, what it left is read back and mended at once; if that fails too, the
caller hears of it, no lifecycle goes on, and the next reconcile goes on from the store: kernel,
instances, names and services.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from genkan.api import registry
from genkan.api.call import Answer, Call
from genkan.compile import Compilation, compile_network, recompile
from genkan.compile.scope import touched
from genkan.control import attachments, health, hosted_services, publications
from genkan.control.accounts import Token, another_account
from genkan.control.attachments import NamespaceOf
from genkan.control.batch import Accepted, Asked, CannotCompile, names_of, tried
from genkan.control.notices import Notice, notices
from genkan.control.quotas import set_quota
from genkan.control.runner import Runner
from genkan.engine.protocol import Engine, EngineFailure, Mended
from genkan.model import lifecycle
from genkan.model.account import AccessKey, Account
from genkan.model.endpoint_service import EndpointConnection
from genkan.model.flow_log import FlowLog
from genkan.model.hosted_zone import GLOBAL, ZoneChange
from genkan.model.instance import Instance, InstanceState
from genkan.model.nat_gateway import NatGateway, NatGatewayState
from genkan.model.network import Change, Network, delete, put
from genkan.model.network_insights import NetworkInsightsAccessScopeAnalysis
from genkan.model.resource import Resource
from genkan.model.vpn import VpnConnection, VpnConnectionState
from genkan.program import Delta
from genkan.program.place import Boot
from genkan.program.service import Credential
from genkan.store import JournalEntry, Store, StoreLost, summaries

LOG = logging.getLogger(__name__)
ITSELF = "genkan"  # in the journal, whoever a lifecycle's own step is by
SHOWN_AFTER_THE_END = timedelta(hours=1)  # of instances, NAT gateways, keys, connections
MOST_STEPS = 100  # of lifecycles in one change
READS = ("describe_", "get_", "list_")
BUT_WRITES = frozenset({"get_federation_token", "get_session_token"})  # make keys, by their names

Publish = Callable[[Delta], None]
Notify = Callable[[list[Notice]], None]


class Control:
    """`make_call` gives the `Call` for a snapshot: time, ids and randomness are the site's."""

    def __init__(
        self,
        *,
        store: Store,
        engine: Engine,
        runner: Runner,
        publish: Publish,
        now: Callable[[], datetime],
        notify: Notify = lambda notices: None,
    ) -> None:
        self._store = store
        self._engine = engine
        self._runner = runner
        self._publish = publish
        self._now = now
        self._notify = notify
        self.network = Network()
        self.compilation = Compilation()
        self._published = self.compilation.program
        self.trouble: str | None = None  # what could not be made so, until it can
        self.mended: tuple[datetime, Mended] | None = None  # when others' changes were undone last

    def start(
        self, first: Callable[[], Change], expect: Callable[[int], None] = lambda entries: None
    ) -> int:
        """Read the store back and make the kernel equal to it; give how much there was to mend.

        `first` gives the resources of a site that has none: its account and keys. `expect` is told
        how large the program is before that is made so.
        """
        LOG.info("reading the store")
        self.network = self._store.load()
        if not any(True for _ in self.network):
            change = first()
            self._store.append(self._entry("CreateAccount", GLOBAL), change)
            self.network = self.network.apply(change)
        LOG.info("compiling")
        self.compilation = compile_network(self.network)
        expect(len(self.compilation.program))
        LOG.info("reconciling with %s entries", len(self.compilation.program))
        mended = self._engine.reconcile(self.compilation.program)
        self._published = self.compilation.program  # whoever subscribes begins with it
        self._reconcile_boots()
        return mended

    @staticmethod
    def reads(operation: str) -> bool:
        """Tell whether an operation (snake_case) only reads, so that any thread may run it."""
        return operation.startswith(READS) and operation not in BUT_WRITES

    def run(
        self, call: Call, service: str, operation: str, parameters: Mapping[str, Any]
    ) -> Answer:
        """Run one operation; its effect is in force when this returns. Raises Refused,
        EngineFailure."""
        (outcome,) = self.run_all([(call, Asked(service, operation, parameters))])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def read(self, call: Call, asked: Asked) -> Answer:
        """Run an operation that only reads, in any thread. Raises Refused."""
        return registry.run(call, asked.service, asked.operation, asked.parameters)

    def run_all(self, calls: Sequence[tuple[Call, Asked]]) -> list[Answer | Exception]:
        """Run operations one after the other, each on what the one before it leaves; record them
        together, and have all their effects in force. Give an outcome each."""
        outcomes, accepted = tried(self.network, calls)
        try:
            self.commit(accepted)
        except StoreLost:
            raise
        except CannotCompile as error:
            if len(calls) > 1:  # whose fault it was is found by taking each alone
                return [self.run_all([one])[0] for one in calls]
            return [error]
        except Exception as error:
            return [
                one if isinstance(one, Exception) or not one.change else error for one in outcomes
            ]
        return outcomes

    def commit(self, accepted: Sequence[Accepted], *, later: bool = False) -> None:
        """Record changes, compile them, make them so, publish them.

        `later` is for a change that is made again where it was lost: it is recorded with the next.
        Raises CannotCompile, before anything is recorded; EngineFailure.
        """
        change = sum((one.change for one in accepted), Change())
        if not change:
            return
        held, before, after = self.network, self.compilation, accepted[-1].network
        try:
            compilation, delta = recompile(before, after, touched(held, after, change))
        except Exception as error:
            raise CannotCompile(f"{names_of(accepted)}: {error!r}") from error
        self._record(accepted, later)
        self.compilation = compilation
        try:
            self._make_so(before, delta)
        except Exception as error:
            self.trouble = f"{names_of(accepted)} is recorded and not in force: {error}"
            raise
        finally:
            self.network = after  # what is described is in force, as far as it can be
        if told := list(_notices(held, accepted)):
            self._notify(told)

    def _record(self, accepted: Sequence[Accepted], later: bool) -> None:
        if later:
            for one in accepted:
                self._store.append_later(one.entry, one.change)
        else:
            self._store.append_all([(one.entry, one.change) for one in accepted])

    @property
    def can_write_down(self) -> bool:
        """Whether something is not recorded yet that could wait."""
        return self._store.waits

    def write_down(self) -> None:
        """Record what could wait."""
        self._store.append_all([])

    @property
    def is_due(self) -> bool:
        """Whether some lifecycle step is due by now."""
        return any(True for _ in lifecycle.due(self.network, self._now()))

    def advance(self) -> bool:
        """Take the lifecycle steps that are due in a Region; tell whether there were any.

        None is while something is not in force: a step is due when the state before it is.
        """
        at = self._now()
        steps = lifecycle.due(self.network, at)
        found = [] if self.trouble else list(islice(steps, MOST_STEPS))
        if not found:
            return False
        region = found[0].region
        due = [one for one in found if one.region == region]
        change = sum((lifecycle.complete(self.network, one, at) for one in due), Change())
        names = ", ".join(one.id for one in due)
        self._commit(f"Complete {names}", region, change, later=True)
        return True

    def forget_what_ended(self) -> None:
        """Drop the records of what ended long enough ago."""
        limit = self._now() - SHOWN_AFTER_THE_END
        ended = list(_ended(self.network, limit))
        if ended:
            self._commit("Forget", GLOBAL, delete(*ended))

    def add_account(self, name: str, region: str, token: Token) -> Account:
        """Make an account with a key of its own. Raises InvalidParameterValue."""
        change = another_account(self.network, name, region, token)
        self._commit("CreateAccount", GLOBAL, change)
        return next(one for one in change.puts if isinstance(one, Account))

    def set_quota(self, call: Call, name: str, value: int) -> dict[str, Any]:
        """Set an account's quota. Raises InvalidParameterValue, InvalidResourceStateException."""
        change, shown = set_quota(call, name, value)
        self._commit("SetServiceQuota", call.region, change)
        return shown

    def publish_program(self, name: str, port: int, host: str, host_port: int) -> str:
        """Have a program of the host answer at an interface; give the publication's id. Raises
        Refused."""
        change = publications.publish(self.network, name, port, host, host_port)
        (made,) = change.puts
        self._commit("PublishProgram", made.region, change)
        return made.id

    def unpublish_program(self, name: str, port: int | None) -> None:
        """Take back what is published at an interface. Raises Refused."""
        self._commit("UnpublishProgram", GLOBAL, publications.unpublish(self.network, name, port))

    def add_service(
        self,
        name: str,
        region: str,
        ports: Sequence[int],
        upstream: tuple[str, int],
        private_names: Sequence[str],
    ) -> None:
        """Put a program of the host behind a service's name. Raises InvalidParameterValue."""
        change = hosted_services.add(self.network, name, region, ports, upstream, private_names)
        self._commit("AddService", region, change)

    def remove_service(self, name: str, region: str) -> None:
        """Take a service of the user's back. Raises Refused."""
        self._commit("RemoveService", region, hosted_services.remove(self.network, name, region))

    def take_health(self, told: Mapping[str, Any]) -> None:
        """Take what was measured of targets and endpoints; it is in force when this returns."""
        change = health.told(self.network, told, self._now())
        if change:
            self._commit("MeasureHealth", GLOBAL, change, later=True)

    def note_delivery(self, log_id: str, error: str | None) -> None:
        """Take down why a flow log's records are not delivered; None: they are."""
        log = self.network.get(FlowLog, log_id)
        if log is not None and log.delivery_error != error:
            change = put(replace(log, delivery_error=error))
            self._commit(f"Deliver {log_id}", log.region, change, later=True)

    def end_analysis(self, analysis: NetworkInsightsAccessScopeAnalysis) -> None:
        """Take down what an analysis that was running has found; one that is deleted stays so."""
        known = self.network.get(NetworkInsightsAccessScopeAnalysis, analysis.id)
        if known is not None:
            ended = replace(analysis, tags=known.tags, running=False, ended_at=self._now())
            self._commit(f"Analyse {analysis.id}", analysis.region, put(ended))

    def attach_process(self, asked: dict[str, Any], namespace_of: NamespaceOf) -> str:
        """Put a network namespace that is held on an interface; give its id. Raises Refused."""
        change = attachments.attach(self.network, asked, namespace_of)
        (made,) = change.puts
        self._commit("AttachProcess", made.region, change)
        return made.id

    def detach_process(self, name: str) -> None:
        """Take an interface off again. Raises Refused."""
        self._commit("DetachProcess", GLOBAL, attachments.detach(self.network, name))

    def forget_lost_processes(self, namespace_of: NamespaceOf) -> None:
        """Take off the interfaces of namespaces that are held no more."""
        change = attachments.lost(self.network, namespace_of)
        if change:
            self._commit("DetachProcess", GLOBAL, change)

    def history(self) -> list[dict[str, Any]]:
        """Give every change that was accepted, oldest first, without what is secret of it."""
        return list(summaries(self._store.journal()))

    def reconcile(self) -> int:
        """Make the kernel, names and services equal to the program, whatever is there; give how
        much there was to mend in the kernel."""
        mended = self._engine.reconcile(self.compilation.program)
        self._tell(self._published.delta(self.compilation.program))
        self._reconcile_boots()
        self.trouble = None
        return mended

    def _commit(self, operation: str, region: str, change: Change, *, later: bool = False) -> None:
        entry, after = self._entry(operation, region), self.network.apply(change)
        self.commit([Accepted(entry, change, after)], later=later)

    @property
    def is_disturbed(self) -> bool:
        """Tell whether others may have changed what the engine made."""
        return self._engine.disturbed()

    def mend(self) -> None:
        """Put right what others changed in the kernel, and remember that there was something."""
        if self.trouble:  # reconciling comes first, and finds everything
            return
        try:
            mended = self._engine.mend()
        except EngineFailure as failure:
            self.trouble = str(failure)
            raise
        if mended.changes:
            where = ", ".join(mended.places)
            self.mended = (self._now(), mended)
            LOG.warning("somebody else changed %s: %s changes undone", where, mended.changes)

    def _entry(self, operation: str, region: str) -> JournalEntry:
        return JournalEntry(
            at=self._now(),
            principal=ITSELF,
            region=region,
            operation=operation,
            request_id="",
        )

    def _make_so(self, before: Compilation, delta: Delta) -> None:
        if self.trouble:  # the kernel is not as `before` says
            self.reconcile()
            return
        if not delta:
            return
        self._halt(delta)
        try:
            self._engine.apply(before.program, delta.only(self._engine.capabilities))
        except EngineFailure as failure:
            LOG.exception("the engine failed; reading back and mending")
            self.trouble = str(failure)
            self._engine.reconcile(self.compilation.program)
            self.trouble = None
        self._tell(delta)
        self._boot(entry for entry in delta.put if isinstance(entry, Boot))

    def _tell(self, delta: Delta) -> None:
        self._publish(delta)
        self._published = self.compilation.program

    def _halt(self, delta: Delta) -> None:
        for entry in delta.removed:
            if isinstance(entry, Boot):
                self._runner.halt(entry.place)

    def _boot(self, entries: Iterable[Boot]) -> None:
        for entry in entries:
            self._runner.boot(entry, self._environment(entry))

    def _environment(self, entry: Boot) -> dict[str, str]:
        credential = self.compilation.program.get((Credential.section, entry.access_key))
        if not isinstance(credential, Credential):
            return {}
        return {
            "AWS_ACCESS_KEY_ID": credential.id,
            "AWS_SECRET_ACCESS_KEY": credential.secret,
        }

    def _reconcile_boots(self) -> None:
        wanted = {entry.place: entry for entry in self.compilation.program.of(Boot)}
        running = self._runner.boots()
        for place in running:
            if place not in wanted:
                self._runner.halt(place)
        self._boot(entry for place, entry in wanted.items() if running.get(place) != entry)


def _notices(network: Network, accepted: Sequence[Accepted]) -> Iterator[Notice]:
    for one in accepted:
        yield from notices(network, one.network, one.change, one.entry.at)
        network = one.network


def _ended(network: Network, limit: datetime) -> Iterable[Resource]:
    for instance in network.where(Instance, state=InstanceState.TERMINATED):
        if (instance.state_changed_at or instance.launched_at) < limit:
            yield instance
    for key in network.all(AccessKey):
        if key.expires_at and key.expires_at < limit:
            yield key
    yield from publications.orphans(network)
    yield from attachments.orphans(network)
    for connection in network.all(EndpointConnection):
        if connection.deleted_at and connection.deleted_at < limit:
            yield connection
    for vpn in network.where(VpnConnection, state=VpnConnectionState.DELETED):
        if (vpn.deleted_at or vpn.created_at) < limit:
            yield vpn
    for change in network.all(ZoneChange):
        if change.submitted_at < limit:
            yield change
    for state in (NatGatewayState.DELETED, NatGatewayState.FAILED):
        for gateway in network.where(NatGateway, state=state):
            if (gateway.deleted_at or gateway.created_at) < limit:
                yield gateway

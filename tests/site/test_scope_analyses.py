"""A long analysis of an access scope keeps nobody waiting, and outlives its control."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from genkan.api.call import Call
from genkan.api.way import Access
from genkan.control import Control
from genkan.control.accounts import first_account
from genkan.control.batch import Asked
from genkan.control.runner import NoRunner
from genkan.control.writer import Writer
from genkan.engine.absent import AbsentEngine
from genkan.site.scope_analyses import ScopeAnalyses
from genkan.store import Store
from tests.build import REGION, Tokens, a_call

PATIENCE = 20
TOKENS = Tokens()


@pytest.fixture
def store(tmp_path):
    made = Store(f"sqlite:///{tmp_path / 'network.db'}")
    yield made
    made.close()


@pytest.fixture
def control(store):
    return started(store)


def started(store: Store) -> Control:
    one = Control(
        store=store,
        engine=AbsentEngine(),
        runner=NoRunner(),
        publish=lambda delta: None,
        now=lambda: datetime.now(UTC),
    )
    one.start(lambda: first_account(REGION, TOKENS))
    return one


class Search:
    """A search for ways that goes on until it is released."""

    def __init__(self) -> None:
        self.begun, self.released = threading.Event(), threading.Event()

    def __call__(self, compilation, network, content) -> Access:
        self.begun.set()
        assert self.released.wait(PATIENCE)
        return Access((), 7)


def nobody(error: BaseException) -> None:
    raise AssertionError(error)


def call_of(control: Control) -> Call:
    return a_call(control.network, token=TOKENS, now=datetime.now(UTC))


async def begun(control: Control, writer: Writer) -> str:
    """Begin an analysis of a scope; give its id."""
    made = await writer.ask(
        call_of(control), Asked("ec2", "CreateNetworkInsightsAccessScope", {"MatchPaths": [{}]})
    )
    scope = made.output["NetworkInsightsAccessScope"]["NetworkInsightsAccessScopeId"]
    asked = {"NetworkInsightsAccessScopeId": scope}
    started = await writer.ask(
        call_of(control), Asked("ec2", "StartNetworkInsightsAccessScopeAnalysis", asked)
    )
    shown = started.output["NetworkInsightsAccessScopeAnalysis"]
    assert shown["Status"] == "running"
    return str(shown["NetworkInsightsAccessScopeAnalysisId"])


def shown(control: Control, name: str) -> dict:
    asked = {"NetworkInsightsAccessScopeAnalysisIds": [name]}
    operation = Asked("ec2", "DescribeNetworkInsightsAccessScopeAnalyses", asked)
    found = control.read(call_of(control), operation).output
    return found["NetworkInsightsAccessScopeAnalyses"][0]


async def ended(control: Control, name: str) -> dict:
    while (found := shown(control, name))["Status"] == "running":
        await asyncio.sleep(0.001)
    return found


def run(main):
    return asyncio.run(asyncio.wait_for(main(), PATIENCE))


def test_other_calls_are_answered_while_an_access_scope_is_analysed(control):
    search = Search()

    async def main():
        writer = Writer(control, nobody)
        analyses = ScopeAnalyses(control, writer, lambda *whose: call_of(control), search)
        name = await begun(control, writer)
        analyses.look()
        assert await asyncio.to_thread(search.begun.wait, PATIENCE)
        await writer.ask(call_of(control), Asked("ec2", "CreateVpc", {"CidrBlock": "10.9.0.0/16"}))
        assert shown(control, name)["Status"] == "running"
        search.released.set()
        return await ended(control, name)

    found = run(main)
    assert (found["Status"], found["FindingsFound"]) == ("succeeded", "false")
    assert found["AnalyzedEniCount"] == 7
    assert found["EndDate"] > found["StartDate"]


def test_one_that_is_deleted_meanwhile_stays_deleted_and_the_next_one_is_made(control):
    search = Search()

    async def main():
        writer = Writer(control, nobody)
        analyses = ScopeAnalyses(control, writer, lambda *whose: call_of(control), search)
        first = await begun(control, writer)
        analyses.look()
        assert await asyncio.to_thread(search.begun.wait, PATIENCE)
        second = await begun(control, writer)
        analyses.look()  # it goes on with what came meanwhile by itself
        gone = {"NetworkInsightsAccessScopeAnalysisId": first}
        delete = Asked("ec2", "DeleteNetworkInsightsAccessScopeAnalysis", gone)
        await writer.ask(call_of(control), delete)
        search.released.set()
        await ended(control, second)
        return first

    gone = run(main)
    assert all(row.id != gone for row in control.network)


def test_the_next_control_makes_what_was_running_when_one_ended(store):
    async def begin():
        control = started(store)
        return await begun(control, Writer(control, nobody))

    name = run(begin)
    control = started(store)

    async def main():
        writer = Writer(control, nobody)
        ScopeAnalyses(control, writer, lambda *whose: call_of(control)).look()
        return await ended(control, name)

    assert run(main)["Status"] == "succeeded"


def test_what_goes_wrong_is_said_of_the_analysis(control):
    def broken(compilation, network, content) -> Access:
        raise RuntimeError("no such thing")

    async def main():
        writer = Writer(control, nobody)
        name = await begun(control, writer)
        ScopeAnalyses(control, writer, lambda *whose: call_of(control), broken).look()
        return await ended(control, name)

    found = run(main)
    assert (found["Status"], found["FindingsFound"]) == ("failed", "unknown")
    assert "no such thing" in found["StatusMessage"]

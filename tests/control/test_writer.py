"""Those who come while the writer is at work are served together, each with its own outcome."""

import asyncio
import threading
from datetime import UTC, datetime

import pytest

from genkan.api.call import Call
from genkan.control import Control
from genkan.control.accounts import first_account
from genkan.control.batch import Asked
from genkan.control.runner import NoRunner
from genkan.control.writer import Writer
from genkan.engine.absent import AbsentEngine
from genkan.model.errors import Refused
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointState
from genkan.store import Store
from tests.build import ACCOUNT, REGION, Tokens

PATIENCE = 20


class CountingStore(Store):
    """A store that knows how often it wrote."""

    writes = 0

    def append_all(self, entries):
        self.writes += bool(entries or self.waits)
        super().append_all(entries)


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "network.db"
    made = CountingStore(f"sqlite:///{path}")
    yield made
    made.close()


@pytest.fixture
def control(store):
    tokens = Tokens()
    one = Control(
        store=store,
        engine=AbsentEngine(),
        runner=NoRunner(),
        publish=lambda delta: None,
        now=lambda: datetime.now(UTC),
    )
    one.start(lambda: first_account(REGION, tokens))
    one.token = tokens
    return one


def call_of(control: Control) -> Call:
    return Call(
        network=control.network,
        account=ACCOUNT,
        region=REGION,
        principal=f"arn:aws:iam::{ACCOUNT}:root",
        now=datetime.now(UTC),
        request_id="r",
        token=control.token,
    )


def a_vpc(cidr: str) -> Asked:
    return Asked("ec2", "CreateVpc", {"CidrBlock": cidr})


def operations(store: Store) -> list[str]:
    return [entry.operation for entry, _ in store.journal()]


def run(main):
    return asyncio.run(asyncio.wait_for(main(), PATIENCE))


def test_calls_that_wait_together_share_one_write_and_have_an_outcome_each(control, store):
    async def main():
        writer = Writer(control, fatal=print)
        busy = threading.Event()
        work = asyncio.ensure_future(writer.do(busy.wait))
        cidrs = ("10.0.0.0/16", "10.1.0.0/8", "10.2.0.0/16")
        calls = [asyncio.ensure_future(writer.ask(call_of(control), a_vpc(cidr))) for cidr in cidrs]
        await asyncio.sleep(0)  # so that each stands in the row
        before = store.writes
        busy.set()
        await work
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        return store.writes - before, outcomes

    writes, (first, second, third) = run(main)
    assert writes == 1
    assert first.output["Vpc"]["CidrBlock"] == "10.0.0.0/16"
    assert isinstance(second, Refused)
    assert second.code == "InvalidVpc.Range"
    assert third.output["Vpc"]["CidrBlock"] == "10.2.0.0/16"
    assert {str(vpc.cidrs[0]) for vpc in store.load().all(Vpc)} == {"10.0.0.0/16", "10.2.0.0/16"}
    assert [entry.operation for entry, _ in store.journal()] == [
        "CreateAccount",
        *["CreateVpc"] * 2,
    ]


def test_each_call_of_a_batch_meets_what_the_one_before_it_left(control):
    async def main():
        writer = Writer(control, fatal=print)
        made = await writer.ask(call_of(control), a_vpc("10.0.0.0/16"))
        name = made.output["Vpc"]["VpcId"]
        cidr = {"VpcId": name, "CidrBlock": "10.0.1.0/24"}
        calls = [writer.ask(call_of(control), Asked("ec2", "CreateSubnet", cidr)) for _ in range(3)]
        return await asyncio.gather(*calls, return_exceptions=True)

    outcomes = run(main)
    assert [getattr(one, "code", "made") for one in outcomes] == [
        "made",
        "InvalidSubnet.Conflict",
        "InvalidSubnet.Conflict",
    ]


def test_work_between_calls_keeps_its_place_and_its_error_is_its_callers(control):
    async def main():
        writer = Writer(control, fatal=print)

        def count() -> int:
            return control.network.count(Vpc)

        def fail() -> None:
            raise ValueError("mine")

        return await asyncio.gather(
            writer.ask(call_of(control), a_vpc("10.0.0.0/16")),
            writer.do(count),
            writer.do(fail),
            writer.ask(call_of(control), a_vpc("10.1.0.0/16")),
            writer.do(count),
            return_exceptions=True,
        )

    _, first, error, _, second = run(main)
    assert (first, second) == (1, 2)
    assert isinstance(error, ValueError)


def test_what_can_wait_is_written_when_nobody_asks_for_more(control, store):
    def step() -> None:
        control._commit("Complete vpce-1", REGION, put_vpc(), later=True)

    def put_vpc():
        answer = control.read(call_of(control), a_vpc("10.9.0.0/16"))
        return answer.change

    async def main():
        writer = Writer(control, fatal=print)
        await writer.do(step)
        while await writer.do(lambda: store.waits):
            await asyncio.sleep(0.03)  # longer than quiet: bounded by the patience of the test

    run(main)
    assert operations(store)[-1] == "Complete vpce-1"
    assert any(str(vpc.cidrs[0]) == "10.9.0.0/16" for vpc in store.load().all(Vpc))


def test_what_waits_is_written_with_the_next_change_and_in_its_order(control, store):
    waiting = control.read(call_of(control), a_vpc("10.9.0.0/16")).change
    control._commit("Complete vpce-1", REGION, waiting, later=True)
    assert store.waits
    before = store.writes
    control.run(call_of(control), "ec2", "CreateVpc", {"CidrBlock": "10.0.0.0/16"})
    assert store.writes == before + 1
    assert [entry.operation for entry, _ in store.journal()][-2:] == [
        "Complete vpce-1",
        "CreateVpc",
    ]


def test_a_fault_of_one_call_is_not_the_others(control, store, monkeypatch):
    import genkan.control.control as module

    real = module.recompile

    def compiles_not_10_1(before, after, touched):
        if any(str(vpc.cidrs[0]) == "10.1.0.0/16" for vpc in after.all(Vpc)):
            raise RuntimeError("cannot")
        return real(before, after, touched)

    monkeypatch.setattr(module, "recompile", compiles_not_10_1)
    calls = [
        (call_of(control), a_vpc(cidr)) for cidr in ("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16")
    ]
    first, second, third = control.run_all(calls)
    assert not isinstance(first, Exception)
    assert isinstance(second, module.CannotCompile)
    assert not isinstance(third, Exception)
    assert {str(vpc.cidrs[0]) for vpc in store.load().all(Vpc)} == {"10.0.0.0/16", "10.2.0.0/16"}


async def an_endpoint(control, writer):
    """Have one made; give how to make another."""
    vpc = (await writer.ask(call_of(control), a_vpc("10.0.0.0/16"))).output["Vpc"]["VpcId"]
    within = {"VpcId": vpc, "CidrBlock": "10.0.0.0/24"}
    subnet = await writer.ask(call_of(control), Asked("ec2", "CreateSubnet", within))
    wanted = {
        "VpcId": vpc,
        "ServiceName": f"com.amazonaws.{REGION}.sqs",
        "VpcEndpointType": "Interface",
        "SubnetIds": [subnet.output["Subnet"]["SubnetId"]],
        "PrivateDnsEnabled": False,
    }
    made = Asked("ec2", "CreateVpcEndpoint", wanted)
    await writer.ask(call_of(control), made)
    return made


def states(control):
    return {one.state for one in control.network.all(VpcEndpoint)}


def test_what_was_made_goes_on_to_its_next_state_without_anybody_asking(control):
    async def main():
        writer = Writer(control, fatal=lambda error: None)
        made = await an_endpoint(control, writer)
        await writer.do(lambda: None)
        assert states(control) == {VpcEndpointState.PENDING}  # until there is who sees it go on
        await writer.begin_steps()
        await writer.ask(call_of(control), made)
        while states(control) != {VpcEndpointState.AVAILABLE}:
            await asyncio.sleep(0)
        await writer.do(control.write_down)  # what the steps have left for later

    run(main)


def test_it_goes_on_also_where_somebody_always_asks(control):
    async def main():
        writer = Writer(control, fatal=lambda error: None)
        await writer.begin_steps()
        await an_endpoint(control, writer)
        while states(control) != {VpcEndpointState.AVAILABLE}:
            await asyncio.gather(*(writer.do(lambda: None) for _ in range(10)))
        await writer.do(control.write_down)

    run(main)

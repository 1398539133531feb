"""What control does when what is behind it fails: nothing is lost, nothing is said too early."""

from collections.abc import Mapping

import pytest

from genkan.api.call import Call
from genkan.control import Control
from genkan.control.accounts import first_account
from genkan.control.runner import NoRunner
from genkan.engine.protocol import EngineFailure
from genkan.model.vpc import Vpc
from genkan.program import Delta, Program
from genkan.store import Store
from tests.build import ACCOUNT, AT, REGION, Tokens


class MemoryEngine:
    """An engine whose kernel is a program, and that can be told to refuse."""

    capabilities = frozenset({"place", "link", "address", "route", "resolver"})

    def __init__(self) -> None:
        self.kernel = Program()
        self.refusals = 0

    def apply(self, before: Program, delta: Delta) -> None:
        self._may()
        self.kernel = self.kernel.apply(delta)

    def reconcile(self, program: Program) -> int:
        self._may()
        changes = self.kernel.delta(program)
        self.kernel = program
        return len(changes.put) + len(changes.removed)

    def close(self) -> None:
        pass

    def _may(self) -> None:
        if self.refusals:
            self.refusals -= 1
            raise EngineFailure("no more memory for links")


class Site:
    """A control with an engine and a subscriber in memory."""

    def __init__(self, path) -> None:
        self.engine = MemoryEngine()
        self.told = Program()
        self.seen_while_telling: list[int] = []
        self.control = Control(
            store=Store.at(path),
            engine=self.engine,
            runner=NoRunner(),
            publish=self.publish,
            now=lambda: AT,
        )
        tokens = Tokens()
        self.token = tokens
        self.control.start(lambda: first_account(REGION, tokens))
        self.told = self.control.compilation.program

    def publish(self, delta: Delta) -> None:
        self.seen_while_telling.append(len(list(self.control.network.all(Vpc))))
        self.told = self.told.apply(delta)

    def create_vpc(self, cidr: str) -> None:
        self.run("CreateVpc", {"CidrBlock": cidr})

    def run(self, operation: str, parameters: Mapping[str, object]) -> None:
        call = Call(
            network=self.control.network,
            account=ACCOUNT,
            region=REGION,
            principal=f"arn:aws:iam::{ACCOUNT}:root",
            now=AT,
            request_id="r",
            token=self.token,
        )
        self.control.run(call, "ec2", operation, dict(parameters))


@pytest.fixture
def site(tmp_path) -> Site:
    return Site(tmp_path / "network.db")


def test_nobody_sees_a_change_before_it_is_in_force(site):
    site.create_vpc("10.0.0.0/16")
    assert site.seen_while_telling == [0]
    assert len(list(site.control.network.all(Vpc))) == 1


def test_a_refusal_is_mended_at_once_and_nobody_hears_of_it(site):
    site.engine.refusals = 1
    site.create_vpc("10.0.0.0/16")
    assert site.control.trouble is None
    assert site.told == site.control.compilation.program == site.engine.kernel


def test_what_cannot_be_mended_is_said_kept_and_made_so_later_everywhere(site):
    site.engine.refusals = 2
    with pytest.raises(EngineFailure):
        site.create_vpc("10.0.0.0/16")
    assert "no more memory" in site.control.trouble
    assert len(list(site.control.network.all(Vpc))) == 1
    assert site.told != site.control.compilation.program
    site.control.reconcile()
    assert site.control.trouble is None
    assert site.told == site.control.compilation.program == site.engine.kernel


def test_the_next_change_brings_what_the_last_one_left_undone(site):
    site.engine.refusals = 2
    with pytest.raises(EngineFailure):
        site.create_vpc("10.0.0.0/16")
    site.create_vpc("10.1.0.0/16")
    assert site.control.trouble is None
    assert site.told == site.control.compilation.program == site.engine.kernel


def test_no_lifecycle_goes_on_while_something_is_not_in_force(site):
    site.engine.refusals = 2
    with pytest.raises(EngineFailure):
        site.create_vpc("10.0.0.0/16")
    assert site.control.advance() is False

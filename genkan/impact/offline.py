"""A network that is elsewhere, read from files, to be asked as a live one is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from genkan.api.call import Call
from genkan.impact.order import tokens_of
from genkan.impact.plan_orders import orders_of
from genkan.impact.questions import answer_findings, answer_impact
from genkan.impact.reach_report import answer_reach
from genkan.impact.shown import order_shown
from genkan.impact.sources import read_sources, template_of
from genkan.impact.stack.orders import orders_of as stack_orders
from genkan.impact.stack.stacking import Stacking
from genkan.impact.state import State
from genkan.impact.target import HTTPS
from genkan.impact.traces import Traces, resolve_name
from genkan.imports import Note, read_documents
from genkan.imports.cloudformation import is_template
from genkan.imports.terraform import is_plan
from genkan.model.account import AccessKey, Account, first_account
from genkan.model.hosted_zone import GLOBAL
from genkan.model.network import Network, put
from genkan.model.resource_policy import ResourcePolicies


class NothingRead(Exception):
    """No network is in the files; the message says what is there instead."""


@dataclass(frozen=True, slots=True)
class Offline:
    """A network from files. `call` says who would ask; `notes` what is missing or was assumed;
    `policies` are those of resources that are in the files, `exports` what stacks of
    CloudFormation's export."""

    state: State
    call: Call
    notes: tuple[Note, ...]
    policies: ResourcePolicies
    exports: Mapping[str, str] = field(default_factory=dict)

    def trace(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a question about a way, as a site does; DST may be a domain name."""
        traces, question = Traces(), dict(asked)
        compilation = self.state.compilation
        found = traces.answer(self.call, compilation, question, self.policies)
        if "unknown" not in found or "." not in str(question["destination"]):
            return found
        resolved = resolve_name(self.state, str(question["source"]), str(question["destination"]))
        if resolved is None:
            return found
        if resolved["address"] is None:
            why = f"{resolved['name']} has no address for {question['source']}"
            return {"unknown": f"{why}: {resolved['because']}.", "unnamed": resolved["name"]}
        question |= {"destination": resolved["address"], "name": resolved["name"]}
        question["port"] = question.get("port") or HTTPS[1]
        found = traces.answer(self.call, compilation, question, self.policies)
        return {**found, "resolved": resolved}

    def impact(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a question about a change, as a site does; what was read stands with what it
        assumes."""
        report = answer_impact(self.state, self.call, asked, self.policies)
        if "assumptions" in report:
            report["assumptions"] = [*report["assumptions"], *map(str, self.notes)]
        return report

    def reach(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a question about who reaches what, as a site does."""
        return answer_reach(self.state, asked)

    def findings(self) -> dict[str, Any]:
        """Say what is wrong in it, as a site does."""
        return answer_findings(self.state)


def read_offline(
    paths: Iterable[Path],
    now: datetime,
    account: str | None = None,
    region: str | None = None,
    parameters: Mapping[str, str] | None = None,
) -> Offline:
    """Read a network from files and folders; `parameters` are of templates.

    Raises FileNotFoundError, NothingRead.
    """
    imported = read_sources(paths, now, parameters)
    network = _with_keys(imported.network)
    home = network.get(Account, account) if account else first_account(network.all(Account))
    if home is None:
        why = "; ".join(map(str, imported.notes[:3])) or "there is no file of JSON"
        wanted = f"account {account}" if account else "network"
        raise NothingRead(f"no {wanted} is in it: {why}")
    call = Call(
        network=network,
        account=home.id,
        region=region or home.region,
        principal=f"arn:aws:iam::{home.id}:root",
        now=now,
        request_id="offline",
        token=tokens_of(()),
    )
    state = State.of(network)
    return Offline(state, call, imported.notes, imported.policies, imported.exports)


def plan_commands(path: Path) -> tuple[list[dict[str, Any]], list[Note]]:
    """Give the orders of a Terraform plan, as a question about a change holds them, and what of it
    was left out. Raises FileNotFoundError, NothingRead."""
    documents, notes = read_documents([path])
    plans = [one for one in documents if is_plan(one.response)]
    if len(plans) != 1:
        said = "; ".join(map(str, notes)) or "terraform show -json PLAN writes one"
        raise NothingRead(f"{path} holds {len(plans)} plans as JSON: {said}")
    orders, left_out = orders_of(plans[0].response)
    return [order_shown(order) for order in orders], left_out


def template_commands(
    path: Path,
    account: str,
    region: str,
    parameters: Mapping[str, str],
    exports: Mapping[str, str],
) -> tuple[list[dict[str, Any]], list[Note]]:
    """Give the orders that make a template's stack in an account and a Region, and what of it was
    left out; `exports` are of stacks that are there. Raises FileNotFoundError, NothingRead."""
    documents, notes = read_documents([path])
    templates = [one for one in documents if is_template(one.response)]
    if len(templates) != 1:
        said = "; ".join(map(str, notes)) or "it has no Resources with types of AWS's"
        raise NothingRead(f"{path} holds {len(templates)} templates: {said}")
    home = Account(id=account, account=account, region=region, account_name=account)
    stacking = Stacking(template_of(templates[0], parameters, home), account, region, exports)
    stack_orders(stacking)
    return [order_shown(order) for order in stacking.orders], stacking.notes


def _with_keys(network: Network) -> Network:
    """Give every account a key, without which no program of its is compiled. None is ever used."""
    keys = (
        AccessKey(
            id=f"AKIA{one.id}XXXX",
            account=one.id,
            region=GLOBAL,
            secret="",
            principal=f"arn:aws:iam::{one.id}:root",
        )
        for one in network.all(Account)
    )
    return network.apply(put(*keys))

"""A state of Terraform's is the network that its account's dump is. `main.tf` beside the files was
applied to a site, its state and its dump kept, and then planned with `-var endpoint=true`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from genkan.compile import compile_network
from genkan.imports import Document, Imported, NoteCode, read_documents, read_network
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program.metadata import InstanceMetadata
from genkan.program.names import RecordSet

FILES = Path(__file__).with_name("terraform")
# What a state does not have: rules' ids, hardware addresses, times.
UNSAID = (
    (re.compile(r"rule='sgr-\w+'"), "rule"),
    (re.compile(r"mac='[^']*'|router='[^']*'"), "mac"),
)


def read(name: str) -> Imported:
    return read_network(*read_documents([FILES / name]))


def said(network: Network) -> set[str]:
    """Give a network's program in what a state says; interfaces of load balancers by their
    description, for a state does not name them."""
    found = set()
    balancers = {
        one.id: one.description
        for one in network.all(NetworkInterface)
        if one.description.startswith("ELB ")
    }
    for entry in compile_network(network).program:
        if isinstance(entry, InstanceMetadata):
            continue
        if isinstance(entry, RecordSet) and entry.type in ("NS", "SOA"):
            continue  # a state has the servers in another order
        text = repr(entry)
        for name, description in balancers.items():
            text = text.replace(name, description)
        for pattern, word in UNSAID:
            text = pattern.sub(word, text)
        found.add(text)
    return found


@pytest.fixture(scope="module")
def dumped() -> set[str]:
    return said(read("dump.jsonl").network)


@pytest.mark.parametrize("name", ["plan.json", "state.tfstate.json"])
def test_a_state_and_a_dump_of_one_account_are_one_network(dumped: set[str], name: str) -> None:
    imported = read(name)
    told = said(imported.network)
    assert dumped - told == set()
    assert told - dumped == set()
    assert {note.code for note in imported.notes} <= {NoteCode.ASSUMED_DEFAULT}


def test_what_is_planned_is_not_there_yet() -> None:
    services = {one.service_name for one in read("plan.json").network.all(VpcEndpoint)}
    assert "com.amazonaws.ap-northeast-1.s3" in services
    assert "com.amazonaws.ap-northeast-1.monitoring" not in services


@pytest.mark.parametrize(
    ("change", "word"),
    [({"format_version": "2.0"}, "format_version is 2.0"), ({"format_version": "x"}, "is x")],
)
def test_a_form_that_is_not_known_is_told(change: dict[str, Any], word: str) -> None:
    plan = json.loads((FILES / "plan.json").read_text()) | change
    imported = read_network([Document("plan.json", plan)])
    assert list(imported.network) == []
    (note,) = [one for one in imported.notes if one.about == "plan.json"]
    assert note.code is NoteCode.UNREADABLE
    assert word in note.text


def test_what_leads_elsewhere_and_is_not_in_the_model_is_told() -> None:
    gateway = {
        "address": "aws_ec2_transit_gateway.hub",
        "mode": "managed",
        "type": "aws_ec2_transit_gateway",
        "values": {"id": "tgw-1"},
    }
    state = {
        "format_version": "1.0",
        "terraform_version": "1.9.0",
        "values": {"root_module": {"resources": [gateway]}},
    }
    (note,) = [
        one
        for one in read_network([Document("state.json", state)]).notes
        if one.about == "aws_ec2_transit_gateway.hub"
    ]
    assert note.code is NoteCode.UNSUPPORTED_COMPONENT


# What AWS chose, and a state does not say: which interface is a load balancer's or a resolver's,
# and where it is.
CHOSEN = re.compile(r"ELB net/orders/\w+|eni-26b5be8ef7be93589|eni-5ff70181d01697a20")


def test_a_state_of_every_kind_of_resource_is_the_dumps_network() -> None:
    """`wide.tf` applied to a site: balancers, services, zones, resolvers, peering, prefix lists."""
    imported = read("wide-changed.json")
    told, dumped = said(imported.network), said(read("wide-dump.jsonl").network)
    made = {
        one.id
        for one in imported.network.all(NetworkInterface)
        if one.description.startswith(("ELB", "Route 53 Resolver"))
    }
    assert [one for one in dumped - told if not CHOSEN.search(one)] == []
    left = [one for one in told - dumped if not CHOSEN.search(one)]
    assert [one for one in left if not any(name in one for name in made)] == []
    assert {note.code for note in imported.notes} <= {NoteCode.ASSUMED_DEFAULT}


def test_a_states_roles_have_what_they_say_and_what_is_said_beside_them() -> None:
    """As far as documents are in the state: AWS's own managed policies are not."""
    allow = '{"Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"}]}'
    of_aws = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    ours = "arn:aws:iam::123456789012:policy/ours"

    def role(name: str, **more: Any) -> dict[str, Any]:
        values = {"id": name, "name": name, "arn": f"arn:aws:iam::123456789012:role/{name}", **more}
        return {"type": "aws_iam_role", "address": f"aws_iam_role.{name}", "values": values}

    beside = [
        ("aws_iam_policy", {"arn": ours, "policy": allow}),
        ("aws_iam_instance_profile", {"name": "profile", "role": "one"}),
        ("aws_iam_role_policy", {"role": "two", "policy": allow}),
        ("aws_iam_role_policy_attachment", {"role": "three", "policy_arn": of_aws}),
    ]
    resources = [
        role("one", managed_policy_arns=[ours], permissions_boundary=ours),
        role("two"),
        role("three"),
        *({"type": kind, "address": f"{kind}.x", "values": {"id": kind, **values}}
          for kind, values in beside),
    ]  # fmt: skip
    held = {"terraform_version": "1", "values": {"root_module": {"resources": resources}}}
    one, two, three = read_network([Document("s", held)]).policies.roles
    assert (one.profiles, one.documents, one.boundary) == (("profile", "one"), (allow,), (allow,))
    assert (two.documents, two.boundary, two.is_known) == ((allow,), None, True)
    assert (three.documents, three.is_known) == ((None,), False)

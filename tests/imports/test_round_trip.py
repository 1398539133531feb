"""What Genkan's own describe calls say, read back: the same program comes of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2s
from ipaddress import ip_network
from typing import Any

import pytest

from genkan.api.call import Call
from genkan.api.registry import run
from genkan.codec import decode, encode
from genkan.compile import compile_network
from genkan.imports import Document, Imported, NoteCode, read_documents, read_network
from genkan.imports.collection import STEPS, NotAnswered, collect, written
from genkan.model.account import AccessKey, Account
from genkan.model.errors import Refused
from genkan.model.flow_log import FlowLog
from genkan.model.hosted_service import HostedService
from genkan.model.instance import InstanceState
from genkan.model.kinds import KINDS
from genkan.model.load_balancer import Listener
from genkan.model.nat_gateway import NatGatewayState
from genkan.model.network import Network, put
from genkan.model.network_acl import NetworkAcl, NetworkAclEntry
from genkan.model.peering import PeeringState, VpcPeeringConnection
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.publication import Publication
from genkan.model.resource import Resource
from genkan.model.security_group import (
    CidrPeer,
    Direction,
    PortRange,
    SecurityGroup,
    SecurityGroupRule,
)
from genkan.model.vpc_endpoint import VpcEndpointState
from genkan.program import Entry
from tests.compile.scenario import resources

PREFIXES = (
    *("vpc", "subnet", "rtb", "acl", "sg", "sgr", "eni", "i", "eipalloc", "igw", "eigw", "nat"),
    *("pcx", "pl", "vpce", "vpce-svc", "dopt", "rtbassoc", "aclassoc", "eni-attach"),
)
NAMES = re.compile(rf"(?<![\w/.-])({'|'.join(sorted(PREFIXES, key=len, reverse=True))})-[\w-]+")
OURS_ALONE = (Account, AccessKey, FlowLog, HostedService, ProcessAttachment, Publication)


def aws_form(match: re.Match[str]) -> str:
    digits = match[0].rpartition("-")[2]
    if re.fullmatch("[0-9a-f]{17}", digits):
        return match[0]
    return f"{match[1]}-{blake2s(match[0].encode(), digest_size=9).hexdigest()[:17]}"


def with_real_ids() -> Iterator[Resource]:
    """Give the scenario under ids of AWS's form, its load balancers' interfaces with the
    description by which they are known."""
    paths = {
        name: one.path
        for one in resources()
        if one.kind == "loadbalancer"
        for name in one.network_interface_ids  # type: ignore[attr-defined]
    }
    for one in resources():
        value: Any = encode(one)
        if one.id in paths:
            value["description"] = f"ELB {paths[one.id]}"
        text = NAMES.sub(aws_form, json.dumps(value))
        text = re.sub(r"(?<=\.)vpce-svc-\w+", aws_form_of_service, text)
        yield decode(KINDS[one.kind], json.loads(text))


def aws_form_of_service(match: re.Match[str]) -> str:
    return NAMES.sub(aws_form, match[0])


def dumped(network: Network) -> tuple[list[Document], list[str]]:
    """Give what `genkan collect` would write of every account and Region, and what was refused."""
    documents: list[Document] = []
    refused = []
    places = {(one.account, one.region) for one in network if one.region != "aws-global"}
    for account, region in sorted(place for place in places if place[0].isdigit()):
        call = Call(
            network=network,
            account=account,
            region=region,
            principal=f"arn:aws:iam::{account}:root",
            now=datetime.now(UTC),
            request_id="r-1",
            token=lambda length, alphabet: alphabet[0] * length,
        )

        def ask(service: str, operation: str, parameters: Any, call: Call = call) -> Any:
            try:
                return run(call, service, operation, parameters).output
            except Refused as refusal:
                raise NotAnswered(str(refusal)) from refusal

        for one in collect(ask, STEPS):
            if one.refused:
                refused.append(f"{one.operation} {one.parameters}: {one.refused}")
            read = json.loads(written(one, account, region))
            documents.append(
                Document(
                    f"{account}/{region}/{one.operation}.json",
                    read.get("Response", {}),
                    read["Parameters"],
                    account=account,
                    region=region,
                )
            )
    return documents, refused


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.of(with_real_ids())


@pytest.fixture(scope="module")
def imported(network: Network) -> Imported:
    return read_network(dumped(network)[0])


def comparable(network: Network, original: Network) -> set[Entry]:
    """Give the program of what both can hold: AWS's, not what is Genkan's alone."""
    rows = [one for one in network if not isinstance(one, OURS_ALONE)]
    ours = [one for one in original if isinstance(one, (Account, AccessKey))]
    return set(compile_network(Network.of([*rows, *ours])).program)


def test_every_call_of_the_collection_is_answered(network: Network) -> None:
    assert dumped(network)[1] == []


def test_the_same_program_comes_of_what_is_described(network: Network, imported: Imported) -> None:
    before, after = comparable(network, network), comparable(imported.network, network)
    assert before - after == set()
    assert after - before == set()


def test_nothing_is_said_of_a_whole_dump_but_of_what_is_genkans_alone(imported: Imported) -> None:
    said = [note for note in imported.notes if "ledger" not in note.about]
    assert said == []
    assert {note.code for note in imported.notes} == {NoteCode.UNKNOWN_RESOURCE}


def test_files_are_read_as_they_were_written(network: Network, tmp_path: Any) -> None:
    documents, _ = dumped(network)
    for at, one in enumerate(documents):
        kept = {"Parameters": one.parameters, "Response": one.response}
        folder = tmp_path / (one.account or "") / (one.region or "")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{at}.json").write_text(json.dumps(kept))
    read, notes = read_documents([tmp_path])
    assert notes == []
    assert read_network(read).network == read_network(documents).network


def change(kind: str, number: int = 0, **attributes: Any) -> Any:
    """Give the scenario with attributes of one resource changed: the `number`th of a kind."""

    def changed(network: Network) -> Network:
        found = [one for one in network if one.kind == kind][number]
        return network.apply(put(replace(found, **attributes)))

    return changed


def with_rule(rule: SecurityGroupRule) -> Any:
    def changed(network: Network) -> Network:
        group = next(network.all(SecurityGroup))
        return network.apply(put(replace(group, rules=(*group.rules, rule))))

    return changed


def with_entry(entry: NetworkAclEntry) -> Any:
    def changed(network: Network) -> Network:
        acl = next(network.all(NetworkAcl))
        return network.apply(put(replace(acl, entries=(*acl.entries, entry))))

    return changed


def allowing(protocol: int | None, ports: PortRange | None, peer: str = "10.0.0.0/8") -> Any:
    return with_rule(
        SecurityGroupRule(
            id="sgr-00000000000000001",
            direction=Direction.INGRESS,
            protocol=protocol,
            ports=ports,
            peer=CidrPeer(ip_network(peer)),
        )
    )


def entering(protocol: int | None, ports: PortRange | None, cidr: str = "10.0.0.0/8") -> Any:
    return with_entry(
        NetworkAclEntry(
            number=7,
            egress=False,
            allow=False,
            protocol=protocol,
            cidr=ip_network(cidr),
            ports=ports,
        )
    )


def unequal_forwards(network: Network) -> Network:
    listener = next(one for one in network.all(Listener) if one.protocol != "GENEVE")
    forwards = tuple(replace(one, weight=0) for one in listener.forwards)
    return network.apply(put(replace(listener, forwards=forwards)))


CHANGES = {
    "no source check": change("network-interface", 0, source_dest_check=False),
    "no names": change("vpc", 0, dns_support=False),
    "no host names": change("vpc", 0, dns_hostnames=False),
    "a stopped instance": change("instance", 0, state=InstanceState.STOPPED),
    "a policy": change("vpc-endpoint", 0, policy='{"Statement": []}'),
    "no private names": change("vpc-endpoint", 0, private_dns_enabled=False),
    "a pending endpoint": change("vpc-endpoint", 0, state=VpcEndpointState.PENDING_ACCEPTANCE),
    "a NAT gateway that failed": change("natgateway", 0, state=NatGatewayState.FAILED),
    "a gateway that is detached": change("internet-gateway", 0, vpc_id=None),
    "an address that is free": change(
        "elastic-ip", 0, association_id=None, network_interface_id=None, private_ip=None
    ),
    "a peering that is not accepted": change(
        "vpc-peering-connection", 0, state=PeeringState.PENDING_ACCEPTANCE
    ),
    "a forward without weight": unequal_forwards,
    "a group's ports": allowing(6, PortRange(80, 90)),
    "a group's every protocol": allowing(None, None),
    "a group's ICMP type": allowing(1, PortRange(8, -1)),
    "a group's IPv6": allowing(17, PortRange(53, 53), "2001:db8::/32"),
    "a group's protocol without ports": allowing(47, None),
    "an ACL's ports": entering(17, PortRange(0, 1023)),
    "an ACL's ICMP code": entering(1, PortRange(3, 4)),
    "an ACL's IPv6": entering(58, PortRange(-1, -1), "2001:db8::/32"),
    "an ACL's every protocol": entering(None, None),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_the_network_is_a_change_of_its_dump(network: Network, name: str) -> None:
    changed = CHANGES[name](network)
    program = comparable(changed, network)
    assert program != comparable(network, network), "the change has to be one"
    assert comparable(read_network(dumped(changed)[0]).network, network) == program


KEPT = [
    ("natgateway", {"public": False}),
    ("loadbalancer", {"internal": False}),
    ("loadbalancer", {"attributes": (("load_balancing.cross_zone.enabled", "true"),)}),
    ("targetgroup", {"protocol": "TCP_UDP"}),
    ("subnet", {"map_public_ip_on_launch": True, "host_names": "resource-name"}),
    ("instance", {"tags": (("Name", "renamed"),)}),
    ("vpc", {"instance_tenancy": "dedicated"}),
    ("vpc-endpoint", {"dns_record_type": "dualstack"}),
    ("vpc-endpoint-service", {"acceptance_required": False}),
]


@pytest.mark.parametrize(("kind", "attributes"), KEPT)
def test_an_attribute_is_kept(network: Network, kind: str, attributes: dict[str, Any]) -> None:
    changed = change(kind, 0, **attributes)(network)
    original = next(one for one in changed if one.kind == kind)
    read = read_network(dumped(changed)[0]).network.find(kind, original.id)
    assert original != next(one for one in network if one.kind == kind)
    for name, value in attributes.items():
        held = getattr(read, name)
        assert set(value) <= set(held) if name == "attributes" else held == value


def test_names_across_a_peering_are_kept(network: Network) -> None:
    peering = next(network.all(VpcPeeringConnection))
    asked = replace(peering, accepter=replace(peering.accepter, remote_dns=True))
    read = read_network(dumped(network.apply(put(asked)))[0]).network
    found = read.get(VpcPeeringConnection, peering.id)
    assert found is not None
    assert (found.requester, found.accepter) == (asked.requester, asked.accepter)

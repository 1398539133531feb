"""What AWS Config says of an account is the network that its dump is.

The items are written from the dump beside `terraform/`, in the form that "Components of a
Configuration Item" in the AWS Config guide has: small first letters, groups' ranges as texts,
instances without their reservation. What Config does not record (DNS attributes, targets, record
sets) stands beside them as answers of calls.
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genkan.imports import Document, NoteCode, read_documents, read_network
from genkan.model.network import Network
from genkan.model.vpc import Vpc
from genkan.program.metadata import InstanceMetadata
from tests.imports.test_terraform import FILES, said

TYPES = {
    "Vpcs": ("AWS::EC2::VPC", "VpcId"),
    "Subnets": ("AWS::EC2::Subnet", "SubnetId"),
    "RouteTables": ("AWS::EC2::RouteTable", "RouteTableId"),
    "NetworkAcls": ("AWS::EC2::NetworkAcl", "NetworkAclId"),
    "SecurityGroups": ("AWS::EC2::SecurityGroup", "GroupId"),
    "NetworkInterfaces": ("AWS::EC2::NetworkInterface", "NetworkInterfaceId"),
    "Instances": ("AWS::EC2::Instance", "InstanceId"),
    "Addresses": ("AWS::EC2::EIP", "AllocationId"),
    "InternetGateways": ("AWS::EC2::InternetGateway", "InternetGatewayId"),
    "NatGateways": ("AWS::EC2::NatGateway", "NatGatewayId"),
    "VpcEndpoints": ("AWS::EC2::VPCEndpoint", "VpcEndpointId"),
    "ServiceConfigurations": ("AWS::EC2::VPCEndpointService", "ServiceId"),
    "PrefixLists": ("AWS::EC2::PrefixList", "PrefixListId"),
    "LoadBalancers": ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerArn"),
}
UNRECORDED = ("SecurityGroupRules", "VpcEndpointConnections")


def camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: camel(one) for name, one in value.items()}
    return [camel(one) for one in value] if isinstance(value, list) else value


def configuration(of: str, row: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = camel(row)
    if of == "AWS::EC2::SecurityGroup":
        for member in ("ipPermissions", "ipPermissionsEgress"):
            for one in made[member]:
                one["ipv4Ranges"] = one.get("ipRanges", [])
                one["ipRanges"] = [held["cidrIp"] for held in one["ipv4Ranges"]]
    return made


def item(of: str, name: str, held: Any, **more: Any) -> dict[str, Any]:
    return {
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": "2026-11-28T10:00:00.000Z",
        "configurationItemStatus": "OK",
        "awsAccountId": "123456789012",
        "awsRegion": "ap-northeast-1",
        "resourceType": of,
        "resourceId": name,
        "relationships": [],
        "configuration": held,
        **more,
    }


def parted() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give the dump as items, and what no item says as answers."""
    items, answers = [], []
    for line in (FILES / "dump.jsonl").read_text().splitlines():
        document = json.loads(line)
        response = document["Response"]
        if "Reservations" in response:
            held = [one for row in response["Reservations"] for one in row["Instances"]]
            response = {"Instances": held}
        member = next((one for one in TYPES if one in response), None)
        if member is None or document["Operation"].endswith("DescribePrefixLists"):
            if not any(one in response for one in UNRECORDED):
                answers.append(document)
            continue
        of, name = TYPES[member]
        items += [item(of, row[name], configuration(of, row)) for row in response[member]]
    return items, answers


def program(network: Network) -> set[str]:
    return {one for one in said(network) if InstanceMetadata.__name__ not in one}


@pytest.fixture(scope="module")
def dumped() -> set[str]:
    return program(read_network(*read_documents([FILES / "dump.jsonl"])).network)


def snapshot(items: list[dict[str, Any]]) -> str:
    return json.dumps({"fileVersion": "1.0", "configSnapshotId": "x", "configurationItems": items})


def as_text(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**one, "configuration": json.dumps(one["configuration"])} for one in items]


def written(form: str, items: list[dict[str, Any]]) -> Iterator[tuple[str, bytes]]:
    half = len(items) // 2
    if form == "a snapshot":
        yield "snapshot.json", snapshot(items).encode()
    elif form == "a packed one":
        yield "123456789012_Config_ap-northeast-1.json.gz", gzip.compress(snapshot(items).encode())
    elif form == "several":
        yield "a.json", snapshot(items[:half]).encode()
        yield "b.json", snapshot(items[half:]).encode()
    elif form == "a configuration that is a text":
        yield "history.json", json.dumps({"configurationItems": as_text(items)}).encode()
    else:
        results = [json.dumps(one) for one in items]
        yield "select.json", json.dumps({"Results": results, "QueryInfo": {}}).encode()


FORMS = ("a snapshot", "a packed one", "several", "a configuration that is a text", "a query")


@pytest.mark.parametrize("form", FORMS)
def test_items_and_a_dump_of_one_account_are_one_network(
    tmp_path: Path, dumped: set[str], form: str
) -> None:
    items, answers = parted()
    for name, content in written(form, items):
        (tmp_path / name).write_bytes(content)
    (tmp_path / "calls.jsonl").write_text("\n".join(map(json.dumps, answers)))
    imported = read_network(*read_documents([tmp_path]))
    told = program(imported.network)
    assert dumped - told == set()
    assert told - dumped == set()
    assert [note for note in imported.notes if note.code is NoteCode.UNREADABLE] == []


VPC = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/16"}


def vpcs(*items: dict[str, Any]) -> list[str]:
    imported = read_network([Document("s.json", {"configurationItems": list(items)})])
    return [str(one.cidr) for one in imported.network.all(Vpc)]


def test_of_several_items_the_latest_counts_in_whatever_order() -> None:
    of = "AWS::EC2::VPC"
    old = item(of, "vpc-1", VPC)
    late = "2026-11-28T11:00:00.000Z"
    new = item(of, "vpc-1", VPC | {"cidrBlock": "10.1.0.0/16"}, configurationItemCaptureTime=late)
    gone = item(
        of,
        "vpc-1",
        None,
        configurationItemStatus="ResourceDeleted",
        configurationItemCaptureTime=late,
    )
    assert vpcs(old, new) == vpcs(new, old) == ["10.1.0.0/16"]
    assert vpcs(old, gone) == vpcs(gone, old) == []


def test_account_and_region_are_the_items() -> None:
    response = {"configurationItems": [item("AWS::EC2::VPC", "vpc-1", VPC)]}
    (vpc,) = read_network([Document("s.json", response)]).network.all(Vpc)
    assert (vpc.account, vpc.region) == ("123456789012", "ap-northeast-1")


def test_what_a_configuration_leaves_out_is_read_off_relationships() -> None:
    subnet = {"subnetId": "subnet-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "eu-west-1a"}
    related = [{"resourceType": "AWS::EC2::VPC", "resourceId": "vpc-1", "name": "Is contained in"}]
    response = {
        "configurationItems": [
            item("AWS::EC2::Subnet", "subnet-1", subnet, relationships=related),
        ]
    }
    (row,) = [
        one.vpc_id
        for one in read_network([Document("s.json", response)]).network
        if one.kind == "subnet"
    ]
    assert row == "vpc-1"


@pytest.mark.parametrize("held", [None, "", "{", "[]", 3, [1]])
def test_an_item_without_a_configuration_is_named(held: Any) -> None:
    response = {"configurationItems": [item("AWS::EC2::VPC", "vpc-1", held)]}
    imported = read_network([Document("s.json", response)])
    assert [one.code for one in imported.notes if one.about == "vpc-1"] == [NoteCode.UNREADABLE]


def test_younger_types_are_told_as_cloudformation_tells_them() -> None:
    zone = {
        "Id": "Z1",
        "Name": "a.example.",
        "VPCs": [{"VPCId": "vpc-1", "VPCRegion": "us-east-1"}],
    }
    held = [
        item("AWS::EC2::VPC", "vpc-1", VPC),
        item("AWS::EC2::EgressOnlyInternetGateway", "eigw-1", {"Id": "eigw-1", "VpcId": "vpc-1"}),
        item(
            "AWS::EC2::PrefixList",
            "pl-1",
            {"PrefixListId": "pl-1", "PrefixListName": "x", "Entries": [{"Cidr": "10.0.0.0/8"}]},
        ),
        item(
            "AWS::EC2::DHCPOptions",
            "dopt-1",
            {"DhcpOptionsId": "dopt-1", "DomainNameServers": ["10.0.0.9"]},
        ),
        item("AWS::Route53::HostedZone", "Z1", zone, awsRegion="global"),
        item("AWS::EC2::TransitGateway", "tgw-1", {"Id": "tgw-1"}),
        item("AWS::IAM::Role", "x", {}),
    ]
    imported = read_network([Document("s.json", {"configurationItems": held})])
    found = {one.kind for one in imported.network}
    assert found >= {
        "vpc",
        "egress-only-internet-gateway",
        "prefix-list",
        "dhcp-options",
        "hostedzone",
    }
    assert [one.about for one in imported.notes if one.code is NoteCode.UNSUPPORTED_COMPONENT] == [
        "s.json"
    ]


@pytest.mark.parametrize(
    "content", [b"\x1f\x8b", b"\x1f\x8b\x08\x00broken", gzip.compress(b"\xff\xfe\x00", mtime=0)]
)
def test_a_packed_file_that_is_broken_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json.gz").write_bytes(content)
    documents, notes = read_documents([tmp_path])
    assert documents == []
    assert [one.code for one in notes] == [NoteCode.UNREADABLE]

"""Files as people have them: old, cut off, mixed, half empty. What is wrong is said, and the rest
is read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.compile import compile_network
from genkan.imports import Document, NoteCode, read_documents, read_network
from genkan.imports.collection import POLICIES, STEPS
from genkan.imports.collection_script import script
from genkan.model.elastic_ip import ElasticIp
from genkan.model.hosted_service import HostedService
from genkan.model.instance import Instance
from genkan.model.network import Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.prefix_list import ManagedPrefixList
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.security_group import ListPeer, PortRange, SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint, VpcEndpointType
from genkan.program.place import Place

VPC = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16", "OwnerId": "111122223333"}
SUBNET = {
    "SubnetId": "subnet-1",
    "VpcId": "vpc-1",
    "CidrBlock": "10.0.1.0/24",
    "AvailabilityZone": "eu-west-1a",
    "OwnerId": "111122223333",
}
INTERFACE = {
    "NetworkInterfaceId": "eni-1",
    "VpcId": "vpc-1",
    "SubnetId": "subnet-1",
    "PrivateIpAddress": "10.0.1.5",
    "OwnerId": "111122223333",
    "Status": "in-use",
    "Groups": [{"GroupId": "sg-1"}],
}


def read(*responses: dict[str, Any], source: str = "dump.json") -> Any:
    return read_network([Document(source, one) for one in responses])


def codes(imported: Any, about: str) -> set[NoteCode]:
    return {note.code for note in imported.notes if note.about == about}


def only(network: Network, of: type) -> Any:
    (found,) = network.all(of)
    return found


FORMS = {
    "one answer": [json.dumps({"Vpcs": [VPC]})],
    "all in one": [json.dumps({"Vpcs": [VPC], "Subnets": [SUBNET]})],
    "lines": [json.dumps({"Vpcs": [VPC]}) + "\n" + json.dumps({"Subnets": [SUBNET]}) + "\n"],
    "pages behind each other": [json.dumps({"Vpcs": []}, indent=4) + json.dumps({"Vpcs": [VPC]})],
    "a list of answers": [json.dumps([{"Vpcs": [VPC]}, {"Subnets": [SUBNET]}])],
    "a byte order mark": ["\ufeff" + json.dumps({"Vpcs": [VPC]})],
    "with its request": [
        json.dumps({"Operation": "x", "Parameters": {}, "Response": {"Vpcs": [VPC]}})
    ],
}


@pytest.mark.parametrize("form", FORMS)
def test_a_dump_is_read_in_every_form_and_under_every_name(tmp_path: Path, form: str) -> None:
    for at, text in enumerate(FORMS[form]):
        (tmp_path / f"whatever-{at}.json").write_text(text)
    documents, notes = read_documents([tmp_path])
    assert notes == []
    assert only(read_network(documents).network, Vpc).id == "vpc-1"


@pytest.mark.parametrize("text", ['{"Vpcs": [', "", "[1, 2", "nonsense", '"a"', "\x00", "3"])
def test_what_cannot_be_read_costs_its_own_file_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    (tmp_path / "good.json").write_text(json.dumps({"Vpcs": [VPC]}))
    documents, notes = read_documents([tmp_path])
    assert [note.code for note in notes] == [NoteCode.UNREADABLE] * bool(text)
    assert only(read_network(documents, notes).network, Vpc).id == "vpc-1"


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_documents([tmp_path / "nowhere"])


def test_account_and_region_are_those_of_the_folders_where_nothing_else_says_them(
    tmp_path: Path,
) -> None:
    place = tmp_path / "dump" / "444455556666" / "sa-east-1"
    place.mkdir(parents=True)
    bare = {"VpcId": "vpc-1", "CidrBlock": "10.0.0.0/16"}
    (place / "vpcs.json").write_text(json.dumps({"Vpcs": [bare]}))
    documents, _ = read_documents([tmp_path / "dump"])
    found = only(read_network(documents).network, Vpc)
    assert (found.account, found.region) == ("444455556666", "sa-east-1")


def test_a_region_is_read_off_a_zone() -> None:
    found = read({"Vpcs": [VPC]}, {"Subnets": [SUBNET]}).network
    assert (only(found, Vpc).region, only(found, Subnet).region) == ("eu-west-1", "eu-west-1")


def test_a_region_that_is_said_nowhere_is_assumed_and_that_is_said() -> None:
    imported = read({"Vpcs": [VPC]})
    assert only(imported.network, Vpc).region == "us-east-1"
    assert codes(imported, "the Region") == {NoteCode.ASSUMED_DEFAULT}


def test_a_region_that_is_not_in_the_catalogue_is_told_and_left_out() -> None:
    imported = read({"Vpcs": [VPC]}, {"Subnets": [SUBNET | {"AvailabilityZone": "cn-north-1a"}]})
    assert list(imported.network.all(Vpc)) == []
    assert codes(imported, "vpc-1") >= {NoteCode.UNREADABLE}


def test_an_answer_whose_every_page_points_on_is_cut_off() -> None:
    cut = read({"Vpcs": [VPC], "NextToken": "more"})
    whole = read({"Vpcs": [VPC], "NextToken": "more"}, {"Vpcs": []})
    assert NoteCode.TRUNCATED in codes(cut, "dump.json")
    assert NoteCode.TRUNCATED not in codes(whole, "dump.json")


def test_calls_that_are_missing_are_named() -> None:
    imported = read({"Vpcs": [VPC]})
    assert codes(imported, "SecurityGroups") == {NoteCode.UNKNOWN_RESOURCE}
    said = next(note for note in imported.notes if note.about == "SecurityGroups")
    assert "describe-security-groups" in said.text


def test_one_thing_told_in_two_ways_is_the_latter_and_that_is_said() -> None:
    imported = read({"Vpcs": [VPC]}, {"Vpcs": [VPC | {"CidrBlock": "10.1.0.0/16"}]})
    assert str(only(imported.network, Vpc).cidr) == "10.1.0.0/16"
    assert NoteCode.TOLD_TWICE in codes(imported, "vpc-1")


OLD_GATEWAY = {
    "VpcEndpointId": "vpce-1",
    "VpcId": "vpc-1",
    "ServiceName": "com.amazonaws.eu-west-1.s3",
    "State": "Available",
    "RouteTableIds": ["rtb-1"],
    "PolicyDocument": None,
}


def test_the_oldest_endpoints_have_no_type_and_are_gateways() -> None:
    found = only(read({"Vpcs": [VPC]}, {"VpcEndpoints": [OLD_GATEWAY]}).network, VpcEndpoint)
    assert found.endpoint_type is VpcEndpointType.GATEWAY
    assert found.policy is None


def test_a_type_of_endpoint_that_is_not_known_is_told_and_costs_itself_alone() -> None:
    newer = OLD_GATEWAY | {"VpcEndpointId": "vpce-2", "VpcEndpointType": "ServiceNetwork"}
    imported = read({"Vpcs": [VPC]}, {"VpcEndpoints": [OLD_GATEWAY, newer]})
    assert only(imported.network, VpcEndpoint).id == "vpce-1"
    assert codes(imported, "vpce-2") == {NoteCode.UNSUPPORTED_COMPONENT}


def test_icmp_in_a_group_is_a_type_and_a_code_and_no_range() -> None:
    echo = {
        "IpProtocol": "icmp",
        "FromPort": 8,
        "ToPort": 0,
        "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
    }
    group = {
        "GroupId": "sg-1",
        "VpcId": "vpc-1",
        "IpPermissions": [echo],
        "IpPermissionsEgress": [],
    }
    found = only(read({"Vpcs": [VPC]}, {"SecurityGroups": [group]}).network, SecurityGroup)
    assert found.rules[0].ports == PortRange(8, 0)


def test_a_prefix_list_of_awss_is_the_catalogues_whatever_its_id() -> None:
    """S3's list has another id in every Region; by its name, or by a gateway endpoint's route."""
    by_name = {
        "PrefixListId": "pl-0123",
        "PrefixListName": "com.amazonaws.eu-west-1.s3",
        "Cidrs": [],
    }
    table = {
        "RouteTableId": "rtb-1",
        "VpcId": "vpc-1",
        "Routes": [{"DestinationPrefixListId": "pl-0123", "GatewayId": "vpce-1"}],
    }
    rule = {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-0123"}]}
    group = {
        "GroupId": "sg-1",
        "VpcId": "vpc-1",
        "IpPermissions": [],
        "IpPermissionsEgress": [rule],
    }
    rest = [{"Vpcs": [VPC]}, {"Subnets": [SUBNET]}, {"SecurityGroups": [group]}]
    for known in ({"PrefixLists": [by_name]}, {"RouteTables": [table]}):
        imported = read(*rest, known, {"VpcEndpoints": [OLD_GATEWAY]})
        peer = only(imported.network, SecurityGroup).rules[0].peer
        assert isinstance(peer, ListPeer)
        assert peer.prefix_list_id != "pl-0123"
        assert not list(imported.network.all(ManagedPrefixList))
        assert codes(imported, "pl-0123") == set()
    assert codes(read(*rest), "pl-0123") == {NoteCode.UNKNOWN_RESOURCE}


def test_an_interface_that_something_else_of_awss_wears_has_a_place_and_can_send() -> None:
    function = INTERFACE | {"Description": "AWS Lambda VPC ENI-f", "InterfaceType": "lambda"}
    network = read(
        {"Vpcs": [VPC]}, {"Subnets": [SUBNET]}, {"NetworkInterfaces": [function]}
    ).network
    assert only(network, ProcessAttachment).id == "eni-1"
    assert "eni-1" in {place.id for place in compile_network(network).program.of(Place)}


def test_an_instance_that_interfaces_alone_name_is_taken_to_run() -> None:
    worn = INTERFACE | {"Attachment": {"InstanceId": "i-1", "DeviceIndex": 0}}
    imported = read({"Vpcs": [VPC]}, {"Subnets": [SUBNET]}, {"NetworkInterfaces": [worn]})
    assert only(imported.network, Instance).id == "i-1"
    assert codes(imported, "i-1") == {NoteCode.ASSUMED_DEFAULT}


def test_interfaces_that_instances_alone_show_are_taken() -> None:
    instance = {
        "InstanceId": "i-1",
        "VpcId": "vpc-1",
        "SubnetId": "subnet-1",
        "State": {"Name": "running"},
        "Placement": {"AvailabilityZone": "eu-west-1a"},
        "NetworkInterfaces": [INTERFACE | {"Attachment": {"DeviceIndex": 0}}],
    }
    held = {"ReservationId": "r-1", "OwnerId": "111122223333", "Instances": [instance]}
    network = read({"Vpcs": [VPC]}, {"Subnets": [SUBNET]}, {"Reservations": [held]}).network
    assert only(network, NetworkInterface).instance_id == "i-1"


@pytest.mark.parametrize(
    ("association", "elastic"),
    [
        ({"PublicIp": "54.1.2.3", "IpOwnerId": "amazon"}, False),
        ({"PublicIp": "54.1.2.3", "IpOwnerId": "111122223333"}, True),
        ({"PublicIp": "54.1.2.3", "IpOwnerId": "amazon", "AllocationId": "eipalloc-1"}, True),
    ],
)
def test_an_elastic_ip_is_told_from_an_address_that_is_lent(
    association: dict[str, str], elastic: bool
) -> None:
    address = {"PrivateIpAddress": "10.0.1.5", "Primary": True, "Association": association}
    row = INTERFACE | {"PrivateIpAddresses": [address], "Association": association}
    network = read({"Vpcs": [VPC]}, {"Subnets": [SUBNET]}, {"NetworkInterfaces": [row]}).network
    assert len(list(network.all(ElasticIp))) == elastic
    assert (only(network, NetworkInterface).public_ip is None) == elastic


def test_a_service_of_another_account_is_taken_to_answer_https_and_that_is_said() -> None:
    name = "com.amazonaws.vpce.eu-west-1.vpce-svc-1"
    endpoint = {
        "VpcEndpointId": "vpce-1",
        "VpcEndpointType": "Interface",
        "VpcId": "vpc-1",
        "ServiceName": name,
        "State": "available",
        "SubnetIds": ["subnet-1"],
        "NetworkInterfaceIds": ["eni-1"],
        "PrivateDnsEnabled": True,
        "DnsEntries": [
            {"DnsName": "vpce-1-abcdefgh.vpce-svc-1.eu-west-1.vpce.amazonaws.com"},
            {"DnsName": "orders.example.com", "HostedZoneId": "Z1"},
        ],
    }
    imported = read(
        {"Vpcs": [VPC]},
        {"Subnets": [SUBNET]},
        {"NetworkInterfaces": [INTERFACE]},
        {"VpcEndpoints": [endpoint]},
    )
    assert only(imported.network, HostedService).private_names == ("orders.example.com",)
    assert only(imported.network, VpcEndpoint).dns_suffix == "abcdefgh"
    assert only(imported.network, NetworkInterface).interface_type is InterfaceType.VPC_ENDPOINT
    assert codes(imported, name) == {NoteCode.UNKNOWN_RESOURCE}


@pytest.mark.parametrize(
    "written",
    ["2020-05-08 03:45:53+00:00", "2020-05-08T03:45:53Z", "2020-05-08T03:45:53.000000", 1588909553],
)
def test_times_are_read_in_every_way_that_clients_write_them(written: Any) -> None:
    endpoint = OLD_GATEWAY | {"CreationTimestamp": written}
    found = only(read({"Vpcs": [VPC]}, {"VpcEndpoints": [endpoint]}).network, VpcEndpoint)
    assert found.created_at.astimezone(UTC) == datetime(2020, 5, 8, 3, 45, 53, tzinfo=UTC)


WHOLE = {
    "Vpcs": [VPC],
    "Subnets": [SUBNET],
    "NetworkInterfaces": [INTERFACE],
    "VpcEndpoints": [OLD_GATEWAY],
    "RouteTables": [
        {
            "RouteTableId": "rtb-1",
            "VpcId": "vpc-1",
            "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}],
            "Associations": [{"Main": True, "RouteTableAssociationId": "rtbassoc-1"}],
        }
    ],
    "SecurityGroups": [
        {
            "GroupId": "sg-1",
            "VpcId": "vpc-1",
            "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": []}],
            "IpPermissionsEgress": [],
        }
    ],
}
WRONG = st.sampled_from(
    [None, "", "x", -1, 70_000, [], {}, [None], ["x"], [{}], True, "10.0.0.0/33"]
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_nothing_that_stands_in_a_file_ends_in_an_error(data: st.DataObject) -> None:
    """Members of a whole dump are replaced or taken out at random; what is left compiles."""
    dump: Any = json.loads(json.dumps(WHOLE))
    for _ in range(data.draw(st.integers(1, 4))):
        at: Any = dump
        while True:
            keys = list(at) if isinstance(at, dict) else list(range(len(at)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans()):
                at = at[key]
                continue
            at[key] = data.draw(WRONG)
            break
    compile_network(read(dump).network)


def test_the_script_makes_every_call_of_the_collection() -> None:
    text = script()
    for step in (*STEPS, *POLICIES):
        words = "".join(f"-{c.lower()}" if c.isupper() else c for c in step.operation).lstrip("-")
        service = "s3api" if step.service == "s3" else step.service
        assert f"ask {service} {words} " in text

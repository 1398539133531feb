"""What callers of a service need besides it, as people met it: networks and changes as in
`test_pains`."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from genkan.impact.offline import Offline
from tests.impact.test_pains import (
    NO_WAY_OUT,
    OPEN,
    REGION,
    asked,
    captured,
    door,
    effects,
    interface,
    net,
)

OURS_ALONE = (
    '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",'
    '"Resource":"arn:aws:s3:::ours/*"}]}'
)
NARROW = f"""
  G: {{Type: AWS::EC2::VPCEndpoint, Properties: {{VpcId: !Ref V, RouteTableIds: [!Ref T],
      ServiceName: com.amazonaws.{REGION}.s3, PolicyDocument: {OURS_ALONE}}}}}
"""
LAYERS = f"prod-{REGION}-starport-layer-bucket"
REGISTRY = f"123456789012.dkr.ecr.{REGION}.amazonaws.com"


def need(needs: Iterable[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    (found,) = [one for one in needs if one["name"].startswith(name)]
    return found


def test_a_pull_from_ecr_needs_its_bucket_to_be_let_through_by_s3s_endpoint(tmp_path: Path) -> None:
    """amazon-ecr-user-guide 8: "a recipe in frustration": the S3 endpoint's policy has to allow
    prod-REGION-starport-layer-bucket, which nobody asks for by name."""
    offline = net(tmp_path, OPEN, door("ecr.dkr"), NARROW)
    found = offline.trace(
        {"source": "node", "destination": REGISTRY, "port": 443, "protocol": "tcp"}
    )
    assert found["disposition"] == "reached"
    layers = need(found["needs"], LAYERS)
    assert (layers["verdict"], layers["codes"]) == ("denied", ["VPCE_POLICY_IMPLICIT_DENY"])
    ((fix,),) = [one["calls"] for one in layers["fixes"]]
    assert layers["fixes"][0]["verified"]
    (ours, theirs) = json.loads(fix["parameters"]["PolicyDocument"])["Statement"]
    assert (ours["Resource"], theirs["Resource"]) == (
        "arn:aws:s3:::ours/*",
        f"arn:aws:s3:::{LAYERS}/*",
    )
    report = asked_again(offline, fix)
    assert [row["effect"] for row in report["effects"] if LAYERS in row["flow"]["id"]] == ["GAINED"]


def asked_again(offline: Offline, order: Mapping[str, Any]) -> dict[str, Any]:
    return offline.impact({"commands": [order]})


@pytest.mark.parametrize(("more", "becomes"), [(door("ecr.dkr"), "DENIED"), ("", "DEPENDS")])
def test_a_policy_of_s3s_endpoint_that_stops_pulls_from_ecr_is_told_before(
    tmp_path: Path, more: str, becomes: str
) -> None:
    """The same, before the endpoint is made: DENIED where the VPC has an endpoint of ECR's."""
    command = (
        f"create-vpc-endpoint --vpc-id VPC --service-name com.amazonaws.{REGION}.s3 "
        f"--route-table-ids TABLE --policy-document {OURS_ALONE}"
    )
    report = asked(net(tmp_path, OPEN, more), command)
    (told,) = [row for row in report["effects"] if LAYERS in row["flow"]["id"]]
    assert told["effect"] == becomes
    assert told["after"]["said"]["callers"] == "whoever pulls images from ECR"
    assert [fix["verified"] for one in told["needs"] for fix in one["fixes"]] == [True]


def test_an_endpoint_of_ecr_alone_gains_no_pull(tmp_path: Path) -> None:
    """The same without any way to S3: the gained way is told with what it still needs."""
    report = asked(net(tmp_path, OPEN, NO_WAY_OUT), interface("ecr.dkr", "--private-dns-enabled"))
    (told,) = [row for row in report["effects"] if row["effect"] == "GAINED"]
    made = {
        name: [
            (call["operation"], call["parameters"]["ServiceName"], fix["verified"])
            for fix in need(told["needs"], name)["fixes"]
            for call in fix["calls"]
        ]
        for name in (LAYERS, "api.ecr")
    }
    assert made == {
        LAYERS: [("CreateVpcEndpoint", f"com.amazonaws.{REGION}.s3", True)],
        "api.ecr": [("CreateVpcEndpoint", f"com.amazonaws.{REGION}.ecr.api", True)],
    }


NAT = """
  EIP: {Type: AWS::EC2::EIP, Properties: {Domain: vpc}}
  NAT: {Type: AWS::EC2::NatGateway,
      Properties: {SubnetId: !Ref S, AllocationId: !GetAtt EIP.AllocationId}}
  HT: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  HTA: {Type: AWS::EC2::SubnetRouteTableAssociation,
      Properties: {RouteTableId: !Ref HT, SubnetId: !Ref H}}
"""


def test_an_endpoint_of_a_timestream_cell_leaves_discovery_without_a_way(tmp_path: Path) -> None:
    """aws-sdk-java-v2 4997: a function in a VPC times out; SDKs ask another name for their cell."""
    offline = net(tmp_path, OPEN, door("timestream.ingest-cell1"), NO_WAY_OUT, NAT)
    cell, discovery = (
        {
            "source": "inside",
            "destination": f"{name}.timestream.{REGION}.amazonaws.com",
            "port": 443,
            "protocol": "tcp",
        }
        for name in ("ingest-cell1", "ingest")
    )
    found = offline.trace(cell)
    assert found["disposition"] == "reached"
    asks = need(found["needs"], "ingest.timestream")
    assert (asks["verdict"], asks["codes"]) == ("blocked", ["NO_ROUTE_TO_DESTINATION"])
    assert "endpoint discovery off" in asks["instead"]
    ((fix,),) = [one["calls"] for one in asks["fixes"]]
    assert (fix["operation"], asks["fixes"][0]["verified"]) == ("CreateRoute", True)
    assert offline.trace(discovery)["disposition"] == "stopped"
    report = asked_again(offline, fix)
    assert "GAINED" in effects(report)


def test_discovery_of_timestream_is_told_before_an_endpoint_is_made(tmp_path: Path) -> None:
    """The same, before the endpoint is made: what it gains is told with what it lacks."""
    made = interface("timestream.query-cell1", "--private-dns-enabled")
    report = asked(net(tmp_path, OPEN, NO_WAY_OUT), made)
    (told,) = [row for row in report["effects"] if row["effect"] == "GAINED"]
    asks = need(told["needs"], "query.timestream")
    assert (asks["verdict"], asks["fixes"]) == ("blocked", [])
    assert captured(report) >= {f"query-cell1.timestream.{REGION}.amazonaws.com"}
    assert f"query.timestream.{REGION}.amazonaws.com" not in captured(report)

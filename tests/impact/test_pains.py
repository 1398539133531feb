"""What people met and reported, each as a small network with its answer before the change.

The reports are public issues; the words of each are in its test's docstring. Networks are
CloudFormation templates, changes are the AWS CLI's words.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from genkan.impact.offline import Offline, read_offline
from genkan.impact.order import Order
from genkan.impact.plan_orders import orders_of
from genkan.impact.shown import order_shown
from genkan.model.hosted_zone import HostedZone
from genkan.model.network_interface import NetworkInterface
from genkan.model.resource import Resource
from genkan.model.route_table import RouteTable
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from tests.impact.test_plan import a_plan, changed

NOW = datetime(2026, 11, 28, tzinfo=UTC)
REGION = "eu-west-1"
NET = """
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16, EnableDnsHostnames: true,
      Tags: [{Key: Name, Value: net}]}}
  I: {Type: AWS::EC2::InternetGateway}
  IA: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref V, InternetGatewayId: !Ref I}}
  S: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.1.0/24,
      MapPublicIpOnLaunch: true, AvailabilityZone: eu-west-1a}}
  T: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref V}}
  TA: {Type: AWS::EC2::SubnetRouteTableAssociation,
      Properties: {RouteTableId: !Ref T, SubnetId: !Ref S}}
  R: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 0.0.0.0/0,
      GatewayId: !Ref I}}
  Nodes: {Type: AWS::EC2::SecurityGroup,
      Properties: {GroupDescription: n, GroupName: nodes, VpcId: !Ref V}}
  Door: {Type: AWS::EC2::SecurityGroup,
      Properties: {GroupDescription: d, GroupName: door, VpcId: !Ref V}}
  N: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref S, SecurityGroupIds: [!Ref Nodes],
      Tags: [{Key: Name, Value: node}]}}
"""
OPEN = """
  DR: {Type: AWS::EC2::SecurityGroupIngress, Properties: {GroupId: !Ref Door, IpProtocol: tcp,
      FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8}}
"""


def net(tmp_path: Path, *more: str) -> Offline:
    path = tmp_path / "net.yaml"
    path.write_text(NET + "".join(more))
    return read_offline([path], NOW, parameters={"AWS::Region": REGION})


def one(offline: Offline, of: type[Resource], **said: Any) -> Any:
    (found,) = [
        row
        for row in offline.state.network.all(of)
        if all(getattr(row, name) == value for name, value in said.items())
    ]
    return found


def interface(code: str, *more: str, group: str = "door") -> str:
    return (
        f"create-vpc-endpoint --vpc-id VPC --service-name com.amazonaws.{REGION}.{code} "
        f"--vpc-endpoint-type Interface --subnet-ids SUBNET --security-group-ids {group.upper()} "
        + " ".join(more)
    )


def asked(offline: Offline, *commands: str) -> dict[str, Any]:
    names = {
        "VPC": one(offline, Vpc, name="net").id,
        "SUBNET": next(
            row.id for row in offline.state.network.all(Subnet) if row.map_public_ip_on_launch
        ),
        "DOOR": one(offline, SecurityGroup, group_name="door").id,
        "TABLE": next(row.id for row in offline.state.network.all(RouteTable) if row.routes),
    }
    words = [[names.get(word, word) for word in command.split()] for command in commands]
    return offline.impact({"commands": words})


def effects(report: Mapping[str, Any], name: str = "") -> set[str]:
    return {
        row["effect"]
        for row in report["effects"]
        if not name or any(name in held for held in row["flow"]["names"])
    }


def captured(report: Mapping[str, Any]) -> set[str]:
    return {row["name"] for row in report["captures"]}


def codes(found: Mapping[str, Any]) -> set[str]:
    return {row["code"] for row in found["findings"]}


def test_nodes_that_an_endpoints_group_does_not_know_lose_the_service(tmp_path: Path) -> None:
    """terraform-aws-eks 3113: "the nodes security group was not added to it. So by some magic, this
    endpoint became default in our VPC"."""
    report = asked(net(tmp_path), interface("ec2", "--private-dns-enabled"))
    assert effects(report, f"ec2.{REGION}.amazonaws.com") == {"LOST"}
    texts = str(report)
    assert "SG_HAS_NO_RULES" in texts or "ENI_SG_RULES_MISMATCH" in texts


def test_without_private_dns_nobody_is_touched(tmp_path: Path) -> None:
    """cdk-github-runners 327: "Don't use private DNS for VPC endpoints - It affects the entire
    VPC"."""
    report = asked(net(tmp_path), interface("ec2", "--no-private-dns-enabled"))
    assert effects(report, f"ec2.{REGION}.amazonaws.com") == set()


DOOR = """
  E: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref V, VpcEndpointType: Interface,
      PrivateDnsEnabled: PRIVATE, SubnetIds: [!Ref S], SecurityGroupIds: [!Ref Door],
      ServiceName: com.amazonaws.eu-west-1.CODE}}
"""


def door(code: str, private: bool = True) -> str:
    return DOOR.replace("CODE", code).replace("PRIVATE", str(private).lower())


def test_a_second_endpoint_with_the_same_private_name_is_refused_before(tmp_path: Path) -> None:
    """terraform-provider-aws 17535: "private-dns-enabled cannot be set because there is already a
    conflicting DNS domain"."""
    offline = net(tmp_path, door("elasticloadbalancing"))
    report = asked(offline, interface("elasticloadbalancing", "--private-dns-enabled"))
    (refused,) = report["preflight"]
    assert "conflicting DNS domain" in str(refused)


def test_private_dns_of_execute_api_takes_every_api(tmp_path: Path) -> None:
    """amazon-api-gateway-developer-guide 10: "Including public API. Those calls to public APIs will
    fail"."""
    made = interface("execute-api", "--private-dns-enabled")
    for more, effect in (((), "LOST"), ((OPEN,), "REDIRECTED")):
        report = asked(net(tmp_path, *more), made)
        assert f"*.execute-api.{REGION}.amazonaws.com" in captured(report)
        assert effects(report, f"*.execute-api.{REGION}") == {effect}
    assert "PRIVATE_DNS_SWALLOWS" in codes(net(tmp_path, OPEN, door("execute-api")).findings())


def test_names_are_the_services_and_never_derived(tmp_path: Path) -> None:
    """modernisation-platform 13533: ECR's names are not its services' names."""
    offline = net(tmp_path, OPEN)
    assert f"api.ecr.{REGION}.amazonaws.com" in captured(
        asked(offline, interface("ecr.api", "--private-dns-enabled"))
    )
    assert f"*.dkr.ecr.{REGION}.amazonaws.com" in captured(
        asked(offline, interface("ecr.dkr", "--private-dns-enabled"))
    )


ACL = """
  A: {Type: AWS::EC2::NetworkAcl, Properties: {VpcId: !Ref V}}
  AA: {Type: AWS::EC2::SubnetNetworkAclAssociation,
      Properties: {NetworkAclId: !Ref A, SubnetId: !Ref S}}
  AI: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref A, RuleNumber: 1,
      Protocol: -1, RuleAction: allow, CidrBlock: 10.0.0.0/8}}
  AO: {Type: AWS::EC2::NetworkAclEntry, Properties: {NetworkAclId: !Ref A, RuleNumber: 1,
      Protocol: -1, RuleAction: allow, CidrBlock: 10.0.0.0/8, Egress: true}}
  G: {Type: AWS::EC2::VPCEndpoint, Properties: {VpcId: !Ref V, RouteTableIds: [!Ref T],
      ServiceName: com.amazonaws.eu-west-1.s3}}
"""


def test_an_acl_without_s3s_blocks_stops_the_way_through_a_gateway_endpoint(tmp_path: Path) -> None:
    """modernisation-platform 1199: time-outs to S3; the ACL lacked the prefix list's blocks."""
    found = net(tmp_path, ACL).trace(
        {
            "source": "node",
            "destination": f"s3.{REGION}.amazonaws.com",
            "port": 443,
            "protocol": "tcp",
        }
    )
    assert found["disposition"] == "stopped"
    assert {step["code"] for step in found["blockers"]} == {"SUBNET_ACL_RESTRICTION"}
    opened = [one for fix in found["fixes"] for one in fix["calls"]]
    assert {one["operation"] for one in opened} == {"CreateNetworkAclEntry"}
    assert (all(fix["verified"] for fix in found["fixes"]), found["mended"]) == (True, "reached")


def test_s3s_private_name_needs_a_gateway_endpoint_first(tmp_path: Path) -> None:
    """terraform-aws-vpc 982: an S3 interface endpoint with private DNS, for inbound resolvers."""
    report = asked(
        net(tmp_path),
        interface(
            "s3",
            "--private-dns-enabled",
            "--dns-options PrivateDnsOnlyForInboundResolverEndpoint=true",
        ),
    )
    (refused,) = report["preflight"]
    assert "must have a Gateway endpoint for the service" in str(refused)


def test_an_endpoint_that_names_lead_past_is_found(tmp_path: Path) -> None:
    """terraform-aws-vpc 1012: the endpoint is there, and traffic silently goes another way."""
    offline = net(tmp_path, OPEN, door("sqs", private=False))
    assert "ENDPOINT_BYPASSED" in codes(offline.findings())


def test_a_provider_that_flips_private_dns_is_seen_in_the_plan(tmp_path: Path) -> None:
    """terraform-provider-aws 37694: an upgrade planned private_dns_enabled = true."""
    offline = net(tmp_path, door("sqs", private=False))
    name = one(offline, VpcEndpoint).id
    held = {"id": name, "private_dns_enabled": False}
    plan = a_plan(
        [changed("aws_vpc_endpoint", "e", ["update"], held, held | {"private_dns_enabled": True})],
        {},
    )
    orders, _ = orders_of(plan)
    report = offline.impact({"commands": [order_shown(order) for order in orders]})
    assert effects(report, f"sqs.{REGION}.amazonaws.com") == {"LOST"}


NO_WAY_OUT = """
  H: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref V, CidrBlock: 10.0.7.0/24}}
  M: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref H, Tags: [{Key: Name, Value: inside}]}}
"""
PEER = """
  W: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.8.0.0/16, EnableDnsHostnames: true}}
  WS: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref W, CidrBlock: 10.8.1.0/24}}
  P: {Type: AWS::EC2::VPCPeeringConnection, Properties: {VpcId: !Ref V, PeerVpcId: !Ref W}}
  F: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref WS, Tags: [{Key: Name, Value: far}]}}
"""


def test_a_peered_vpc_does_not_see_an_endpoints_name(tmp_path: Path) -> None:
    """containers-roadmap 22: the private endpoint's name cannot be resolved from a peered VPC."""
    offline = net(tmp_path, OPEN, door("sqs"), PEER)
    asks = {"destination": f"sqs.{REGION}.amazonaws.com", "port": 443, "protocol": "tcp"}
    near = offline.trace({"source": "node", **asks})
    far = offline.trace({"source": "far", **asks})
    assert near["resolved"]["address"].startswith("10.0.1.")
    assert not far["resolved"]["address"].startswith("10.")
    assert (far["disposition"], far["blockers"][0]["code"]) == (
        "stopped",
        "NO_ROUTE_TO_DESTINATION",
    )


BETWEEN = """
  RF: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref T, DestinationCidrBlock: 10.8.0.0/16,
      VpcPeeringConnectionId: !Ref P}}
  WT: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref W}}
  WA: {Type: AWS::EC2::SubnetRouteTableAssociation,
      Properties: {RouteTableId: !Ref WT, SubnetId: !Ref WS}}
  WR: {Type: AWS::EC2::Route, Properties: {RouteTableId: !Ref WT, DestinationCidrBlock: 10.0.0.0/16,
      VpcPeeringConnectionId: !Ref P}}
"""


def test_a_peered_vpc_gets_the_name_by_a_zone_of_ones_own(tmp_path: Path) -> None:
    """containers-roadmap 22, 221: what people do instead: a private zone of the service's name,
    shared with the peer, that leads to the endpoint."""
    offline = net(tmp_path, OPEN, door("sqs"), PEER, BETWEEN)
    name, far = f"sqs.{REGION}.amazonaws.com", one(offline, Vpc, name=None).id
    led = one(offline, VpcEndpoint).network_interface_ids[0]
    address = str(one(offline, NetworkInterface, id=led).private_ip)
    change = {"Action": "CREATE", "ResourceRecordSet": {
        "Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": address}]}}  # fmt: skip
    made = [
        Order("CreateHostedZone", {"Name": name, "CallerReference": "1",
              "VPC": {"VPCId": far, "VPCRegion": REGION}}, "route53"),
        Order("ChangeResourceRecordSets", {"HostedZoneId": "{1.HostedZone.Id}",
              "ChangeBatch": {"Changes": [change]}}, "route53"),
    ]  # fmt: skip
    report = offline.impact({"commands": [order_shown(order) for order in made]})
    told = {row["effect"] for row in report["effects"] if row["group"]["vpc"] == far}
    assert told == {"GAINED"}


CLOSED = """
  C: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: c, VpcId: !Ref V,
      SecurityGroupEgress: [{IpProtocol: tcp, FromPort: 1, ToPort: 1, CidrIp: 255.255.255.255/32}]}}
  D: {Type: AWS::EC2::Instance, Properties: {SubnetId: !Ref S, SecurityGroupIds: [!Ref C],
      Tags: [{Key: Name, Value: closed}]}}
"""


def test_a_group_that_lets_nothing_out_is_told_with_its_rule(tmp_path: Path) -> None:
    """Paired rules: a rule in alone silently times out, where the other side lets nothing out."""
    found = net(tmp_path, CLOSED).trace(
        {"source": "closed", "destination": "node", "port": 443, "protocol": "tcp"}
    )
    assert [step["code"] for step in found["blockers"]][:1] == ["ENI_SG_RULES_MISMATCH"]


def test_a_vpc_without_a_resolver_loses_the_name(tmp_path: Path) -> None:
    """terraform-openshift4-aws 39: "lookup ec2…: no such host"."""
    report = asked(
        net(tmp_path, OPEN, door("ec2")),
        "modify-vpc-attribute --vpc-id VPC --no-enable-dns-support",
    )
    assert effects(report, f"ec2.{REGION}.amazonaws.com") == {"LOST"}


SHADOW = """
  Z: {Type: AWS::Route53::HostedZone, Properties: {Name: eu-west-1.amazonaws.com,
      VPCs: [{VPCId: !Ref V, VPCRegion: eu-west-1}]}}
"""


def test_a_zone_that_hides_a_services_name_is_named_and_private_dns_brings_it_back(
    tmp_path: Path,
) -> None:
    """terraform-openshift4-aws 39: "lookup ec2.us-west-2.amazonaws.com on 10.120.0.2:53: no such
    host", though the endpoint is there: its private names are off, and a private zone hides the
    public ones."""
    offline = net(tmp_path, OPEN, door("ec2", private=False), SHADOW)
    asks = {"destination": f"ec2.{REGION}.amazonaws.com", "port": 443, "protocol": "tcp"}
    zone = one(offline, HostedZone, zone_name=f"{REGION}.amazonaws.com.").id
    told = offline.trace({"source": "node", **asks})
    assert told["unnamed"] == asks["destination"]
    assert told["unknown"].endswith(f"for node: no such name, says hosted zone {zone}.")
    name = one(offline, VpcEndpoint).id
    report = asked(offline, f"modify-vpc-endpoint --vpc-endpoint-id {name} --private-dns-enabled")
    assert effects(report, asks["destination"]) == {"GAINED"}


def test_an_endpoint_whose_group_opens_after_it_is_made_leaves_a_window(tmp_path: Path) -> None:
    """aws-cdk 20548: instances beside an endpoint are "delayed, instable", by which comes first."""
    offline = net(tmp_path)
    opens = "authorize-security-group-ingress --group-id DOOR --protocol tcp --port 443 --cidr "
    made = interface("sqs", "--private-dns-enabled")
    for calls, window in (
        ((made, f"{opens}10.0.0.0/8"), True),
        ((f"{opens}10.0.0.0/8", made), False),
    ):
        report = asked(offline, *calls)
        assert effects(report, f"sqs.{REGION}.amazonaws.com") == {"REDIRECTED"}
        assert ("OUTAGE_WINDOW" in str(report["effects"])) is window


def test_an_endpoint_that_is_replaced_leaves_a_window(tmp_path: Path) -> None:
    """terraform-provider-aws 7148: a short outage while an endpoint is made anew."""
    offline = net(tmp_path, OPEN, door("sqs"), NO_WAY_OUT)
    name = one(offline, VpcEndpoint).id
    made = interface("sqs", "--private-dns-enabled")
    report = asked(offline, f"delete-vpc-endpoints --vpc-endpoint-ids {name}", made)
    assert "OUTAGE_WINDOW" in str(report["effects"])

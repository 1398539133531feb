"""Network insights: paths that are answered by walking the network's program, and scopes."""

import pytest

from tests.api.providers import a_service, a_subnet, a_vpc
from tests.api.test_endpoint_connections import advance
from tests.build import REGION, Client

TCP_443 = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


@pytest.fixture
def client() -> Client:
    return Client()


class Pair:
    """Two instances in subnets of one VPC, each with a group of its own."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.vpc = a_vpc(client)
        self.subnets = [a_subnet(client, self.vpc, at) for at in (0, 1)]
        self.groups = [
            client.ask("CreateSecurityGroup", GroupName=n, Description=n, VpcId=self.vpc)["GroupId"]
            for n in ("web", "db")
        ]
        self.web, self.db = (
            client.ask(
                "RunInstances",
                ImageId="ami-genkan",
                MinCount=1,
                MaxCount=1,
                SubnetId=subnet,
                SecurityGroupIds=[group],
            )["Instances"][0]["InstanceId"]
            for subnet, group in zip(self.subnets, self.groups, strict=True)
        )
        advance(client)

    def admit(self) -> None:
        pair = [{"GroupId": self.groups[0]}]
        permissions = [{**TCP_443, "UserIdGroupPairs": pair}]
        asked = {"GroupId": self.groups[1], "IpPermissions": permissions}
        self.client.ask("AuthorizeSecurityGroupIngress", **asked)

    def deny(self) -> str:
        made = self.client.ask("CreateNetworkAcl", VpcId=self.vpc)["NetworkAcl"]
        filters = [{"Name": "association.subnet-id", "Values": [self.subnets[1]]}]
        (held,) = self.client.ask("DescribeNetworkAcls", Filters=filters)["NetworkAcls"]
        (name,) = (
            one["NetworkAclAssociationId"]
            for one in held["Associations"]
            if one["SubnetId"] == self.subnets[1]
        )
        asked = {"AssociationId": name, "NetworkAclId": made["NetworkAclId"]}
        self.client.ask("ReplaceNetworkAclAssociation", **asked)
        return made["NetworkAclId"]

    def analyse(self, **more) -> dict:
        asked = {"Source": self.web, "Destination": self.db, "Protocol": "tcp"}
        asked |= {"DestinationPort": 443, **more}
        asked = {name: value for name, value in asked.items() if value is not None}
        path = self.client.ask("CreateNetworkInsightsPath", **asked)["NetworkInsightsPath"]
        named = {"NetworkInsightsPathId": path["NetworkInsightsPathId"]}
        return self.client.ask("StartNetworkInsightsAnalysis", **named)["NetworkInsightsAnalysis"]


@pytest.fixture
def pair(client) -> Pair:
    return Pair(client)


def test_a_path_that_is_there_is_found_with_what_decides_on_it(pair):
    pair.admit()
    found = pair.analyse()
    assert (found["Status"], found["NetworkPathFound"]) == ("succeeded", True)
    names = [one["Component"]["Id"] for one in found["ForwardPathComponents"]]
    assert names[0] == pair.web
    assert set(pair.groups) <= set(names)
    assert [one["SequenceNumber"] for one in found["ForwardPathComponents"]] == list(
        range(1, len(names) + 1)
    )
    assert found["Explanations"] == []


def test_every_blocker_is_explained_by_awss_codes(pair):
    acl = pair.deny()
    found = pair.analyse()
    assert (found["Status"], found["NetworkPathFound"]) == ("succeeded", False)
    told = [(one["ExplanationCode"], one["Direction"]) for one in found["Explanations"]]
    assert ("ENI_SG_RULES_MISMATCH", "ingress") in told
    assert ("SUBNET_ACL_RESTRICTION", "ingress") in told
    assert acl in [one.get("Acl", {}).get("Id") for one in found["Explanations"]]


def test_an_analysis_keeps_what_was_true_when_it_was_made(pair):
    before = pair.analyse()
    pair.admit()
    asked = {"NetworkInsightsPathId": before["NetworkInsightsPathId"]}
    (held,) = pair.client.ask("DescribeNetworkInsightsAnalyses", **asked)["NetworkInsightsAnalyses"]
    assert held == before
    assert pair.analyse()["NetworkPathFound"]
    wanted = [{"Name": "path-found", "Values": ["true"]}]
    found = pair.client.ask("DescribeNetworkInsightsAnalyses", Filters=wanted)
    assert len(found["NetworkInsightsAnalyses"]) == 1


def a_free_interface(pair: Pair, at: int) -> str:
    asked = {"SubnetId": pair.subnets[at], "Groups": [pair.groups[at]]}
    made = pair.client.ask("CreateNetworkInterface", **asked)["NetworkInterface"]
    return made["NetworkInterfaceId"]


def codes(analysis: dict) -> list[str]:
    return [one["ExplanationCode"] for one in analysis["Explanations"]]


def test_interfaces_that_nobody_wears_are_ends_of_a_path(pair):
    ends = {"Source": a_free_interface(pair, 0), "Destination": a_free_interface(pair, 1)}
    found = pair.analyse(**ends)
    assert (found["Status"], found["NetworkPathFound"]) == ("succeeded", False)
    assert set(codes(found)) == {"ENI_SG_RULES_MISMATCH", "SG_HAS_NO_RULES"}
    pair.admit()
    found = pair.analyse(**ends)
    assert (found["NetworkPathFound"], found["Explanations"]) == (True, [])
    assert found["ForwardPathComponents"][0]["Component"]["Id"] == ends["Source"]
    assert pair.analyse(**ends, DestinationPort=444)["NetworkPathFound"] is False
    shown = pair.client.ask("DescribeNetworkInterfaces", NetworkInterfaceIds=list(ends.values()))
    assert {one["Status"] for one in shown["NetworkInterfaces"]} == {"available"}
    assert len(pair.client.ask("DescribeInstances")["Reservations"]) == 2


def test_without_a_port_one_that_is_let_in_is_enough(pair):
    asked = {"GroupId": pair.groups[1]}
    permission = {"IpProtocol": "tcp", "FromPort": 8080, "ToPort": 8090}
    permission["IpRanges"] = [{"CidrIp": "10.0.0.0/8"}]
    assert pair.analyse(DestinationPort=None)["NetworkPathFound"] is False
    pair.client.ask("AuthorizeSecurityGroupIngress", **asked, IpPermissions=[permission])
    assert pair.analyse(DestinationPort=None)["NetworkPathFound"] is True
    assert pair.analyse(DestinationPort=None, Protocol="udp")["NetworkPathFound"] is False
    assert pair.analyse()["NetworkPathFound"] is False


def test_an_instance_that_is_stopped_is_a_blocker_beside_the_others(pair):
    pair.client.ask("StopInstances", InstanceIds=[pair.db])
    advance(pair.client)
    found = pair.analyse()
    assert found["NetworkPathFound"] is False
    assert codes(found)[0] == "BAD_STATE"
    assert "ENI_SG_RULES_MISMATCH" in codes(found)
    pair.admit()
    assert codes(pair.analyse()) == ["BAD_STATE"]


def test_groups_of_an_endpoint_are_told_of_where_its_service_listens_and_where_not(pair):
    asked = {"VpcId": pair.vpc, "ServiceName": f"com.amazonaws.{REGION}.sqs"}
    asked |= {"VpcEndpointType": "Interface", "SubnetIds": [pair.subnets[1]]}
    asked |= {"SecurityGroupIds": [pair.groups[1]], "PrivateDnsEnabled": False}
    made = pair.client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]["VpcEndpointId"]
    advance(pair.client)
    for port in (443, 80):
        found = pair.analyse(Destination=made, DestinationPort=port)
        told = [one for one in found["Explanations"] if one.get("Direction") == "ingress"]
        assert "ENI_SG_RULES_MISMATCH" in [one["ExplanationCode"] for one in told]
    pair.admit()
    assert pair.analyse(Destination=made)["NetworkPathFound"] is True
    assert codes(pair.analyse(Destination=made, DestinationPort=80))[0] == "NO_POSSIBLE_DESTINATION"


def test_a_gateway_endpoint_is_reached_by_the_tables_that_it_is_in(pair):
    client, vpc = pair.client, pair.vpc
    asked = {"VpcId": vpc, "ServiceName": f"com.amazonaws.{REGION}.s3"}
    made = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]["VpcEndpointId"]
    assert codes(pair.analyse(Destination=made)) != []
    main = client.ask("DescribeRouteTables", Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    table = main["RouteTables"][0]["RouteTableId"]
    client.ask("ModifyVpcEndpoint", VpcEndpointId=made, AddRouteTableIds=[table])
    found = pair.analyse(Destination=made)
    assert (found["NetworkPathFound"], found["Explanations"]) == (True, [])
    assert made in [one["Component"]["Id"] for one in found["ForwardPathComponents"]]


def test_an_endpoint_opens_no_connection(pair):
    asked = {"VpcId": pair.vpc, "ServiceName": f"com.amazonaws.{REGION}.sqs"}
    asked |= {"VpcEndpointType": "Interface", "SubnetIds": [pair.subnets[0]]}
    made = pair.client.ask("CreateVpcEndpoint", **asked, PrivateDnsEnabled=False)["VpcEndpoint"]
    for name in (made["VpcEndpointId"], *made["NetworkInterfaceIds"]):
        found = pair.analyse(Source=name)
        assert (found["Status"], found["NetworkPathFound"]) == ("succeeded", False)
        assert codes(found) == ["VPCE_INTRA_VPC_TRAFFIC"]


def test_ends_that_are_not_in_use_say_so_first(pair):
    client = pair.client
    gateway = client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    assert codes(pair.analyse(Destination=gateway))[0] == "BAD_STATE_ATTACHMENT"
    client.ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=pair.vpc)
    assert "BAD_STATE_ATTACHMENT" not in codes(pair.analyse(Destination=gateway))
    service = a_service(client, AcceptanceRequired=True)
    asked = {"VpcId": pair.vpc, "ServiceName": service["ServiceName"]}
    asked |= {"VpcEndpointType": "Interface", "SubnetIds": [pair.subnets[0]]}
    made = client.ask("CreateVpcEndpoint", **asked)["VpcEndpoint"]["VpcEndpointId"]
    first = pair.analyse(Destination=made)["Explanations"][0]
    assert (first["ExplanationCode"], first["State"]) == ("BAD_STATE", "pendingAcceptance")


def test_what_sends_nothing_here_has_no_answer_and_it_says_so(pair):
    asked = {"SubnetId": pair.subnets[0], "ConnectivityType": "private"}
    gateway = pair.client.ask("CreateNatGateway", **asked)["NatGateway"]
    name = gateway["NatGatewayAddresses"][0]["NetworkInterfaceId"]
    found = pair.analyse(Source=name)
    assert (found["Status"], "NetworkPathFound" in found) == ("failed", False)
    assert name in found["StatusMessage"]


def test_a_path_without_a_way_out_has_no_route(pair):
    gateway = pair.client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    found = pair.analyse(Destination=gateway, DestinationIp="198.51.100.10")
    assert not found["NetworkPathFound"]
    assert "NO_ROUTE_TO_DESTINATION" in [one["ExplanationCode"] for one in found["Explanations"]]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Protocol": "icmp"}, "InvalidParameterValue"),
        ({"DestinationPort": 70000}, "InvalidParameterValue"),
        ({"DestinationIp": "here"}, "InvalidParameterValue"),
        ({"Destination": None}, "MissingParameter"),
        ({"Source": "subnet-00000000000000000"}, "InvalidParameterValue"),
        ({"Source": "i-00000000000000000"}, "InvalidInstanceID.NotFound"),
    ],
)
def test_a_path_that_cannot_be_asked_is_refused(client, parameters, code):
    name = client.ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    asked = {"Source": name, "Destination": name, "Protocol": "tcp", **parameters}
    asked = {name: value for name, value in asked.items() if value is not None}
    assert client.refusal("CreateNetworkInsightsPath", **asked) == code


def test_paths_and_scopes_stay_while_they_have_analyses(pair):
    client, made = pair.client, pair.analyse()
    path = {"NetworkInsightsPathId": made["NetworkInsightsPathId"]}
    assert client.refusal("DeleteNetworkInsightsPath", **path) == "DependencyViolation"
    analysis = {"NetworkInsightsAnalysisId": made["NetworkInsightsAnalysisId"]}
    client.ask("DeleteNetworkInsightsAnalysis", **analysis)
    client.ask("DeleteNetworkInsightsPath", **path)
    scope = client.ask("CreateNetworkInsightsAccessScope", MatchPaths=[])
    name = scope["NetworkInsightsAccessScope"]["NetworkInsightsAccessScopeId"]
    named = {"NetworkInsightsAccessScopeId": name}
    started = client.ask("StartNetworkInsightsAccessScopeAnalysis", **named)
    analysed = started["NetworkInsightsAccessScopeAnalysis"]
    assert (analysed["Status"], analysed["FindingsFound"]) == ("running", "unknown")
    assert client.refusal("DeleteNetworkInsightsAccessScope", **named) == "DependencyViolation"

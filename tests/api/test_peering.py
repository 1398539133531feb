"""VPC peering: two sides, one record, states by the lifecycle's table."""

from dataclasses import replace

import pytest

from genkan.model import lifecycle
from genkan.model.peering import VpcPeeringConnection
from tests.build import ACCOUNT, AT, Client

OTHER = "210987654321"


@pytest.fixture
def client() -> Client:
    return Client()


def a_vpc(client: Client, block: str) -> str:
    return client.ask("CreateVpc", CidrBlock=block)["Vpc"]["VpcId"]


def as_account(client: Client, account: str) -> Client:
    """Give a client of another account on the same network."""
    other = Client()
    other.call = replace(client.call, account=account)
    return other


def sync(client: Client, other: Client) -> None:
    client.call = replace(client.call, network=other.call.network)


def advance(client: Client) -> None:
    network = client.call.network
    for row in list(lifecycle.due(network, AT)):
        network = network.apply(lifecycle.complete(network, row, AT))
    client.call = replace(client.call, network=network)


def asked(client: Client, vpc: str, peer: str, **more) -> str:
    answer = client.ask("CreateVpcPeeringConnection", VpcId=vpc, PeerVpcId=peer, **more)
    return answer["VpcPeeringConnection"]["VpcPeeringConnectionId"]


def status(client: Client, name: str) -> str:
    answer = client.ask("DescribeVpcPeeringConnections", VpcPeeringConnectionIds=[name])
    return answer["VpcPeeringConnections"][0]["Status"]["Code"]


@pytest.fixture
def pair(client) -> tuple[str, str]:
    return a_vpc(client, "10.0.0.0/16"), a_vpc(client, "10.1.0.0/16")


@pytest.fixture
def active(client, pair) -> str:
    name = asked(client, *pair)
    advance(client)
    client.ask("AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    advance(client)
    return name


def test_a_request_is_accepted_and_becomes_active(client, pair):
    name = asked(client, *pair)
    assert status(client, name) == "initiating-request"
    advance(client)
    assert status(client, name) == "pending-acceptance"
    answer = client.ask("AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    assert answer["VpcPeeringConnection"]["Status"]["Code"] == "provisioning"
    advance(client)
    assert status(client, name) == "active"
    again = {"VpcPeeringConnectionId": name}
    assert client.refusal("AcceptVpcPeeringConnection", **again) == "InvalidStateTransition"


@pytest.mark.parametrize("peer", ["vpc-00000000000000000", "overlapping"])
def test_what_cannot_be_peered_is_made_and_has_failed(client, pair, peer):
    if peer == "overlapping":
        peer = a_vpc(client, "10.0.128.0/17")
    assert status(client, asked(client, pair[0], peer)) == "failed"


def test_requests_that_make_no_sense_are_refused(client, pair):
    first, second = pair
    operation = "CreateVpcPeeringConnection"
    assert client.refusal(operation, VpcId=first) == "MissingParameter"
    assert client.refusal(operation, VpcId=first, PeerVpcId=first) == "InvalidParameterValue"
    asked(client, first, second)
    assert client.refusal(operation, VpcId=second, PeerVpcId=first) == (
        "VpcPeeringConnectionAlreadyExists"
    )


def test_both_accounts_see_a_request_and_only_the_accepter_answers_it(client, pair):
    other = as_account(client, OTHER)
    far = a_vpc(other, "10.2.0.0/16")
    sync(client, other)
    name = asked(client, pair[0], far, PeerOwnerId=OTHER)
    advance(client)
    sync(other, client)
    assert status(other, name) == "pending-acceptance"
    one = {"VpcPeeringConnectionId": name}
    assert client.refusal("AcceptVpcPeeringConnection", **one) == "OperationNotPermitted"
    assert client.refusal("RejectVpcPeeringConnection", **one) == "OperationNotPermitted"
    assert other.refusal("DeleteVpcPeeringConnection", **one) == "OperationNotPermitted"
    assert as_account(client, "000000000000").refusal("AcceptVpcPeeringConnection", **one) == (
        "InvalidVpcPeeringConnectionID.NotFound"
    )
    other.ask("RejectVpcPeeringConnection", **one)
    assert status(other, name) == "rejected"


def test_a_route_leads_to_an_active_connection_and_is_a_blackhole_after_it(client, pair, active):
    table = client.ask("CreateRouteTable", VpcId=pair[0])["RouteTable"]["RouteTableId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "10.1.0.0/16"}
    client.ask("CreateRoute", **route, VpcPeeringConnectionId=active)

    def state() -> str:
        (one,) = client.ask("DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
        (found,) = (r for r in one["Routes"] if r.get("VpcPeeringConnectionId") == active)
        return found["State"]

    assert state() == "active"
    client.ask("DeleteVpcPeeringConnection", VpcPeeringConnectionId=active)
    assert state() == "blackhole"
    third = a_vpc(client, "10.3.0.0/16")
    far = client.ask("CreateRouteTable", VpcId=third)["RouteTable"]["RouteTableId"]
    refused = {**route, "RouteTableId": far, "VpcPeeringConnectionId": active}
    assert client.refusal("CreateRoute", **refused) == "InvalidParameterValue"


def test_options_are_those_of_ones_own_side_and_need_dns_of_the_vpc(client, pair, active):
    options = {"AllowDnsResolutionFromRemoteVpc": True}
    change = {"VpcPeeringConnectionId": active, "RequesterPeeringConnectionOptions": options}
    operation = "ModifyVpcPeeringConnectionOptions"
    code = "InvalidVpcPeeringConnectionState.DnsHostnamesDisabled"
    assert client.refusal(operation, **change) == code
    client.ask("ModifyVpcAttribute", VpcId=pair[0], EnableDnsHostnames={"Value": True})
    answer = client.ask(operation, **change)
    assert answer["RequesterPeeringConnectionOptions"]["AllowDnsResolutionFromRemoteVpc"] is True
    classic = {"AllowEgressFromLocalVpcToRemoteClassicLink": True}
    refused = {**change, "RequesterPeeringConnectionOptions": classic}
    assert client.refusal(operation, **refused) == "InvalidParameterValue"


def test_a_connection_ends_with_its_vpc(client, pair, active):
    client.ask("DeleteVpc", VpcId=pair[1])
    assert status(client, active) == "deleted"
    found = client.call.network.get(VpcPeeringConnection, active)
    assert found.ended_at == AT
    by_owner = [{"Name": "requester-vpc-info.owner-id", "Values": [ACCOUNT]}]
    assert client.ask("DescribeVpcPeeringConnections", Filters=by_owner)["VpcPeeringConnections"]


def test_groups_across_a_connection_are_shown_and_stale_without_it(client, pair, active):
    near, far = (
        client.ask("CreateSecurityGroup", GroupName="g", Description="g", VpcId=vpc)["GroupId"]
        for vpc in pair
    )
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "UserIdGroupPairs": [{"GroupId": far}],
    }
    client.ask("AuthorizeSecurityGroupIngress", GroupId=near, IpPermissions=[permission])
    (one,) = client.ask("DescribeSecurityGroupReferences", GroupId=[far])[
        "SecurityGroupReferenceSet"
    ]
    assert one["ReferencingVpcId"] == pair[0]
    link = {"VpcId": pair[1], "VpcPeeringConnectionId": active}
    assert pairs_of(client, near) == [
        {"UserId": ACCOUNT, "GroupId": far, **link, "PeeringStatus": "active"}
    ]
    stale = {"VpcId": pair[0]}
    assert client.ask("DescribeStaleSecurityGroups", **stale)["StaleSecurityGroupSet"] == []
    client.ask("DeleteVpcPeeringConnection", VpcPeeringConnectionId=active)
    (found,) = client.ask("DescribeStaleSecurityGroups", **stale)["StaleSecurityGroupSet"]
    assert found["GroupId"] == near
    assert found["StaleIpPermissions"][0]["FromPort"] == 443
    shown = {**permission, "UserIdGroupPairs": pairs_of(client, near)}
    assert shown["UserIdGroupPairs"][0]["PeeringStatus"] == "deleted"
    again = {"GroupId": near, "IpPermissions": [{**shown, "FromPort": 80, "ToPort": 80}]}
    assert client.refusal("AuthorizeSecurityGroupIngress", **again) == "InvalidGroup.NotFound"
    client.ask("RevokeSecurityGroupIngress", GroupId=near, IpPermissions=[shown])
    assert client.ask("DescribeStaleSecurityGroups", **stale)["StaleSecurityGroupSet"] == []


def pairs_of(client: Client, group: str) -> list[dict]:
    (found,) = client.ask("DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"]
    return found["IpPermissions"][0]["UserIdGroupPairs"]


def test_a_group_of_a_peers_account_is_named_with_its_account(client):
    other = as_account(client, OTHER)
    near = a_vpc(client, "10.0.0.0/16")
    sync(other, client)
    far = a_vpc(other, "10.1.0.0/16")
    theirs = other.ask("CreateSecurityGroup", GroupName="g", Description="g", VpcId=far)["GroupId"]
    sync(client, other)
    group = client.ask("CreateSecurityGroup", GroupName="g", Description="g", VpcId=near)["GroupId"]
    pair = {"GroupId": theirs, "UserId": OTHER}
    rule = {"GroupId": group, "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [pair]}]}
    assert client.refusal("AuthorizeSecurityGroupIngress", **rule) == "InvalidGroup.NotFound"
    name = asked(client, near, far, PeerOwnerId=OTHER)
    advance(client)
    sync(other, client)
    other.ask("AcceptVpcPeeringConnection", VpcPeeringConnectionId=name)
    advance(other)
    sync(client, other)
    unnamed = [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": theirs}]}]
    refused = client.refusal("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=unnamed)
    assert refused == "InvalidGroup.NotFound"
    answer = client.ask("AuthorizeSecurityGroupIngress", **rule)
    assert answer["SecurityGroupRules"][0]["ReferencedGroupInfo"] == {
        **pair,
        "VpcId": far,
        "VpcPeeringConnectionId": name,
        "PeeringStatus": "active",
    }
    (shown,) = pairs_of(client, group)
    assert shown["UserId"] == OTHER

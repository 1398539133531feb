"""Everything that stops a packet is told with the call that mends it, and the call was tried."""

import pytest

from genkan.analysis import Code, Disposition, walk
from genkan.impact.fixes import Mending, mend
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc_endpoint import VpcEndpoint
from tests.impact.story import ANYWHERE, TCP, Story, build


@pytest.fixture
def story() -> Story:
    return build()


def mended(story: Story, origin: str, to: str, port: int, protocol: int = TCP) -> Mending:
    state = story.state
    trace = walk(state.atlas, origin, story.packet(origin, to, port, protocol))
    return mend(state, story.client.call, trace)


def words(found: Mending) -> list[str]:
    return [order.words for fix in found.fixes for order in fix.orders]


def address(story: Story, instance: str) -> str:
    return str(story.interface(instance).private_ip)


def test_a_group_is_opened_for_the_group_of_who_asks_and_no_wider(story):
    found = mended(story, story.web, address(story, story.app), 443)
    (fix,) = found.fixes
    assert (fix.verified, found.ends) == (True, Disposition.REACHED)
    assert words(found) == [
        f"aws ec2 authorize-security-group-ingress --group-id {story.app_group} "
        f"--protocol tcp --port 443 --source-group {story.web_group}"
    ]


def test_everything_that_stops_a_packet_both_ways_is_mended_in_turn(story):
    """No rule lets it out, an ACL denies both ways, no rule lets it in."""
    ask = story.client.ask
    acl = ask("CreateNetworkAcl", VpcId=story.vpc)["NetworkAcl"]["NetworkAclId"]
    (association,) = [
        one["NetworkAclAssociationId"]
        for shown in ask("DescribeNetworkAcls")["NetworkAcls"]
        for one in shown["Associations"]
        if one["SubnetId"] == story.back
    ]
    ask("ReplaceNetworkAclAssociation", AssociationId=association, NetworkAclId=acl)
    for egress, action in ((True, "deny"), (False, "deny")):
        ask(
            "CreateNetworkAclEntry", NetworkAclId=acl, RuleNumber=100, Protocol="-1",
            RuleAction=action, Egress=egress, CidrBlock=ANYWHERE,
        )  # fmt: skip
    ask(
        "RevokeSecurityGroupEgress",
        GroupId=story.web_group,
        IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}],
    )
    found = mended(story, story.web, address(story, story.app), 443)
    assert [fix.blocker.code for fix in found.fixes] == [
        Code.SG_HAS_NO_RULES,
        Code.SUBNET_ACL_RESTRICTION,
        Code.SG_HAS_NO_RULES,
        Code.SUBNET_ACL_RESTRICTION,
    ]
    assert all(fix.verified for fix in found.fixes)
    assert found.ends is Disposition.REACHED
    told = words(found)
    assert "--rule-number 99 --protocol 6 --rule-action allow --ingress" in told[1]
    assert '--cidr-block 172.16.1.0/24 --port-range \'{"From":443,"To":443}\'' in told[1]
    assert (
        '--egress --cidr-block 172.16.1.0/24 --port-range \'{"From":1024,"To":65535}\'' in told[3]
    )


def test_a_table_that_leads_nowhere_gets_a_route_that_its_sender_can_use(story):
    story.client.ask("DeleteRoute", RouteTableId=story.front_table, DestinationCidrBlock=ANYWHERE)
    found = mended(story, story.web, "198.51.100.10", 443)
    assert found.ends is Disposition.REACHED
    assert words(found) == [
        f"aws ec2 create-route --route-table-id {story.front_table} "
        f"--destination-cidr-block 0.0.0.0/0 --gateway-id {story.gateway}"
    ]


def test_a_sender_without_a_public_address_gets_one_and_the_first_call_feeds_the_second(story):
    quiet = story.launch("quiet", story.front, story.web_group)
    found = mended(story, quiet, "198.51.100.10", 443)
    assert found.ends is Disposition.REACHED
    assert [order.operation for order in found.fixes[0].orders] == [
        "AllocateAddress",
        "AssociateAddress",
    ]


def test_a_route_whose_target_is_gone_leads_elsewhere(story):
    nat = story.client.ask("AllocateAddress", Domain="vpc")["AllocationId"]
    made = story.client.ask("CreateNatGateway", SubnetId=story.front, AllocationId=nat)
    nat_id = made["NatGateway"]["NatGatewayId"]
    story.client.pass_time(1)
    story.client.ask(
        "CreateRoute", RouteTableId=story.back_table, DestinationCidrBlock=ANYWHERE,
        NatGatewayId=nat_id,
    )  # fmt: skip
    other = story.client.ask("AllocateAddress")["AllocationId"]
    again = story.client.ask("CreateNatGateway", SubnetId=story.front, AllocationId=other)
    story.client.ask("DeleteNatGateway", NatGatewayId=nat_id)
    story.client.pass_time(1)
    found = mended(story, story.app, "198.51.100.10", 443)
    assert found.ends is Disposition.REACHED
    assert f"--nat-gateway-id {again['NatGateway']['NatGatewayId']}" in words(found)[0]
    assert "aws ec2 replace-route" in words(found)[0]


def test_what_no_call_mends_is_told_without_one(story):
    found = mended(story, story.web, "172.16.2.200", 443)
    (fix,) = found.fixes
    assert (fix.blocker.code, fix.orders, fix.verified) == (Code.NO_ENI_AT_ADDRESS, (), False)
    assert found.ends is Disposition.STOPPED


def test_nothing_of_the_network_itself_changes(story):
    before = story.client.call.network
    mended(story, story.web, address(story, story.app), 443)
    assert story.client.call.network == before


def of_a_service(story: Story) -> tuple[str, str]:
    """Make a service of `app` whose owner accepts endpoints, and an endpoint of it in `front`; give
    their ids."""
    ask, everybody = story.client.ask, [{"CidrIp": ANYWHERE}]
    group = ask(
        "elbv2:CreateTargetGroup",
        Name="app", Protocol="TCP", Port=443, VpcId=story.vpc, TargetType="instance",
    )["TargetGroups"][0]["TargetGroupArn"]  # fmt: skip
    ask("elbv2:RegisterTargets", TargetGroupArn=group, Targets=[{"Id": story.app}])
    balancer = ask(
        "elbv2:CreateLoadBalancer",
        Name="app", Type="network", Scheme="internal", Subnets=[story.front, story.back],
    )["LoadBalancers"][0]["LoadBalancerArn"]  # fmt: skip
    story.client.pass_time(600)
    ask(
        "elbv2:CreateListener",
        LoadBalancerArn=balancer, Protocol="TCP", Port=443,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )  # fmt: skip
    ask(
        "elbv2:ModifyLoadBalancerAttributes",
        LoadBalancerArn=balancer,
        Attributes=[{"Key": "load_balancing.cross_zone.enabled", "Value": "true"}],
    )
    for name in (story.app_group, story.endpoint_group):
        ask(
            "AuthorizeSecurityGroupIngress",
            GroupId=name,
            IpPermissions=[{"IpProtocol": "-1", "IpRanges": everybody}],
        )
    service = ask(
        "CreateVpcEndpointServiceConfiguration",
        NetworkLoadBalancerArns=[balancer], AcceptanceRequired=True,
    )["ServiceConfiguration"]  # fmt: skip
    endpoint = ask(
        "CreateVpcEndpoint",
        VpcId=story.vpc, ServiceName=service["ServiceName"], VpcEndpointType="Interface",
        SubnetIds=[story.front], SecurityGroupIds=[story.endpoint_group],
    )["VpcEndpoint"]["VpcEndpointId"]  # fmt: skip
    story.client.pass_time(600)
    return service["ServiceId"], endpoint


@pytest.mark.parametrize("state", ["pendingAcceptance", "rejected"])
def test_an_endpoint_that_nobody_accepted_says_so_and_is_accepted_on_a_copy(story, state):
    service, endpoint = of_a_service(story)
    if state == "rejected":
        story.client.ask(
            "RejectVpcEndpointConnections", ServiceId=service, VpcEndpointIds=[endpoint]
        )
        story.client.pass_time(600)
    (at,) = story.client.call.network.all(VpcEndpoint)
    (interface,) = at.network_interface_ids
    worn = story.client.call.network.get(NetworkInterface, interface)
    found = mended(story, story.web, str(worn.private_ip), 443)
    (fix,) = found.fixes
    assert (fix.blocker.code, fix.blocker.said) == (Code.BAD_STATE, f"{endpoint} is {state}")
    assert words(found) == [
        f"aws ec2 accept-vpc-endpoint-connections --service-id {service} "
        f"--vpc-endpoint-ids {endpoint}"
    ]
    assert (fix.verified, found.ends) == (True, Disposition.REACHED)
    story.client.ask("AcceptVpcEndpointConnections", ServiceId=service, VpcEndpointIds=[endpoint])
    story.client.pass_time(600)
    said = [one.said for one in walk(
        story.state.atlas, story.web, story.packet(story.web, str(worn.private_ip), 443)
    ).answer]  # fmt: skip
    assert any("as the connection came" in one for one in said)
    assert not any("answers/" in one for one in said)


def test_a_peering_that_nobody_accepted_says_so_and_is_accepted_on_a_copy(story):
    ask = story.client.ask
    far = ask("CreateVpc", CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ask("CreateSubnet", VpcId=far, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    group = ask("CreateSecurityGroup", GroupName="far", Description="far", VpcId=far)["GroupId"]
    there = story.launch("there", subnet, group)
    peering = ask("CreateVpcPeeringConnection", VpcId=story.vpc, PeerVpcId=far)
    name = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    story.client.pass_time(1)
    ask(
        "CreateRoute", RouteTableId=story.front_table, DestinationCidrBlock="10.9.0.0/16",
        VpcPeeringConnectionId=name,
    )  # fmt: skip
    network = story.client.call.network
    worn = next(one for one in network.all(NetworkInterface) if one.instance_id == there)
    first = mended(story, story.web, str(worn.private_ip), 443).fixes[0]
    assert first.blocker.code is Code.BAD_STATE_ROUTE
    assert f"{name} is pending-acceptance" in first.blocker.said
    assert [order.words for order in first.orders] == [
        f"aws ec2 accept-vpc-peering-connection --vpc-peering-connection-id {name}"
    ]
    assert first.verified

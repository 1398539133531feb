"""Questions that a rule sends to another network, and that another network sends here."""

import json
import sys
import uuid

import pytest

from tests.story.conftest import REGION, until
from tests.story.network import ANYWHERE, build

pytestmark = [pytest.mark.site, pytest.mark.timeout(240)]

CORP = "10.77.0.0/24"
SERVER = "10.77.0.10"
# A name server of another network: answers TXT with who asked, and A.
NAME_SERVER = """#!{python}
import socket
import dns.message, dns.rrset
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("0.0.0.0", 53))
while True:
    data, asker = sock.recvfrom(4096)
    query = dns.message.from_wire(data)
    answer = dns.message.make_response(query)
    question = query.question[0]
    text = '"%s"' % asker[0] if question.rdtype == 16 else "10.77.0.99"
    answer.answer.append(dns.rrset.from_text(question.name, 7, "IN", question.rdtype, text))
    sock.sendto(answer.to_wire(), asker)
"""


@pytest.fixture(scope="module")
def story(site):
    return build(site)


@pytest.fixture(scope="module")
def corp(site, story):
    """Another VPC, peered, with a name server in it; its subnet's security group."""
    ec2 = story.ec2
    vpc = ec2.create_vpc(CidrBlock=CORP)["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=CORP)["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="dns", Description="dns", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {
                "IpProtocol": "udp",
                "FromPort": 53,
                "ToPort": 53,
                "IpRanges": [{"CidrIp": "172.16.0.0/16"}],
            }
        ],
    )
    script = NAME_SERVER.format(python=sys.executable)
    made = ec2.run_instances(
        ImageId="ami-genkan",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        PrivateIpAddress=SERVER,
        SecurityGroupIds=[group],
        UserData=script,
        TagSpecifications=[
            {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "corp"}]}
        ],
    )["Instances"][0]["InstanceId"]
    until(lambda: story.instance(made)["State"]["Name"], lambda state: state == "running")
    there = ("dig", "+short", "+tries=1", "+time=1", f"@{SERVER}", "up")
    until(lambda: site.inside("corp", *there).stdout.strip(), lambda text: text == "10.77.0.99")
    peering = ec2.create_vpc_peering_connection(VpcId=story.vpc, PeerVpcId=vpc)
    name = peering["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=name)
    for one, cidr in ((story.vpc, CORP), (vpc, "172.16.0.0/16")):
        of_vpc = [{"Name": "vpc-id", "Values": [one]}]
        for table in ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]:
            ec2.create_route(
                RouteTableId=table["RouteTableId"],
                DestinationCidrBlock=cidr,
                VpcPeeringConnectionId=name,
            )
    return vpc


def an_endpoint(site, story, direction: str, group: str) -> dict:
    resolver = site.client("route53resolver")
    made = resolver.create_resolver_endpoint(
        CreatorRequestId=uuid.uuid4().hex,
        Direction=direction,
        SecurityGroupIds=[group],
        IpAddresses=[{"SubnetId": story.back}, {"SubnetId": story.front}],
    )["ResolverEndpoint"]
    until(
        lambda: resolver.get_resolver_endpoint(ResolverEndpointId=made["Id"])["ResolverEndpoint"],
        lambda endpoint: endpoint["Status"] == "OPERATIONAL",
    )
    addresses = resolver.list_resolver_endpoint_ip_addresses(ResolverEndpointId=made["Id"])
    return {**made, "addresses": [one["Ip"] for one in addresses["IpAddresses"]]}


def a_group(story, name: str) -> str:
    ec2 = story.ec2
    return ec2.create_security_group(GroupName=name, Description=name, VpcId=story.vpc)["GroupId"]


def test_a_rule_sends_questions_to_a_server_of_another_network(site, story, corp):
    resolver = site.client("route53resolver")
    group = a_group(story, "outbound")
    outbound = an_endpoint(site, story, "OUTBOUND", group)
    assert site.dig("app", "www.corp.example") == []
    rule = resolver.create_resolver_rule(
        CreatorRequestId=uuid.uuid4().hex,
        RuleType="FORWARD",
        DomainName="corp.example",
        TargetIps=[{"Ip": SERVER, "Port": 53}],
        ResolverEndpointId=outbound["Id"],
    )["ResolverRule"]["Id"]
    resolver.associate_resolver_rule(ResolverRuleId=rule, VPCId=story.vpc)
    assert site.dig("app", "www.corp.example") == ["10.77.0.99"]
    (asker,) = site.dig("app", "who.corp.example", "TXT")
    assert asker.strip('"') in outbound["addresses"]
    assert site.dig("internet", "www.corp.example") == []
    # The way out is the endpoint's groups' to allow.
    story.ec2.revoke_security_group_egress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}]
    )
    # What was answered before holds for its time to live: another name is asked.
    refused = site.inside("app", "dig", "+time=8", "+tries=1", "other.corp.example").stdout
    assert "status: SERVFAIL" in refused
    resolver.disassociate_resolver_rule(ResolverRuleId=rule, VPCId=story.vpc)
    assert site.dig("app", "www.corp.example") == []


def test_an_inbound_endpoint_answers_another_network_as_the_vpc_sees_it(site, story, corp):
    route53 = site.client("route53")
    zone = route53.create_hosted_zone(
        Name="inner.example",
        CallerReference=uuid.uuid4().hex,
        VPC={"VPCRegion": REGION, "VPCId": story.vpc},
    )["HostedZone"]["Id"]
    row = {"Name": "db.inner.example", "Type": "A", "TTL": 5}
    row["ResourceRecords"] = [{"Value": "172.16.2.50"}]
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": row}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    group = a_group(story, "inbound")
    inbound = an_endpoint(site, story, "INBOUND", group)
    at = f"@{inbound['addresses'][0]}"
    question = ("dig", "+short", "+tries=1", "+time=1", at, "db.inner.example")
    assert site.dig("corp", "db.inner.example") == []
    assert "172.16.2.50" not in site.inside("corp", *question).stdout  # no rule lets it in
    for protocol in ("udp", "tcp"):
        story.ec2.authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[
                {
                    "IpProtocol": protocol,
                    "FromPort": 53,
                    "ToPort": 53,
                    "IpRanges": [{"CidrIp": CORP}],
                }
            ],
        )
    patient = ("dig", "+short", "+tries=1", "+time=8", at, "db.inner.example")
    assert site.inside("corp", *patient).stdout.split() == ["172.16.2.50"]
    assert site.inside("corp", *patient, "+tcp").stdout.split() == ["172.16.2.50"]


def test_an_address_is_asked_for_its_name_inside_its_vpc_alone(site, story):
    address = story.instance(story.app)["PrivateIpAddress"]
    domain = f"{REGION}.compute.internal."
    asked = ("dig", "+short", "+time=5", "+tries=1", "-x", address)
    assert site.inside("app", *asked).stdout.split() == [f"ip-{address.replace('.', '-')}.{domain}"]
    assert site.inside("internet", *asked).stdout.split() == []


def test_explain_says_what_decides_a_name_and_what_the_internet_says(site, story, corp):
    told = json.loads(
        site.genkan("explain", "www.elsewhere.example", "--from", "app", "--json", wrong=1).stdout
    )
    (step,) = told["answer"]["steps"]
    assert (step["decided_by"], told["answer"]["rcode"]) == ("internet", "NXDOMAIN")
    address = site.dig("app", f"s3.{REGION}.amazonaws.com")
    shown = site.genkan("explain", f"s3.{REGION}.amazonaws.com", "--from", "internet").stdout
    assert address
    assert address[0] in shown
    story.ec2.create_tags(Resources=[story.app], Tags=[{"Key": "kind", "Value": "asked"}])
    inside = site.genkan("explain", "ip-172-16-2-4.ec2.internal", "--from", "app", wrong=1).stdout
    assert "there is no such name" in inside
    unknown = site.genkan("explain", "www.example", "--from", "nobody", wrong=3).stderr
    assert "app" in unknown
    assert "cannot be asked for" in site.genkan("explain", "a..b", "--from", "app", wrong=3).stderr


def test_a_firewall_answers_in_a_vpc_alone_and_lets_go_when_it_is_taken_away(site, story, corp):
    resolver = site.client("route53resolver")
    host = f"s3.{REGION}.amazonaws.com"
    listed = resolver.create_firewall_domain_list(Name="s3")["FirewallDomainList"]["Id"]
    domains = {"FirewallDomainListId": listed, "Operation": "ADD", "Domains": [host]}
    resolver.update_firewall_domains(**domains)
    group = resolver.create_firewall_rule_group(Name="none")["FirewallRuleGroup"]["Id"]
    resolver.create_firewall_rule(
        FirewallRuleGroupId=group,
        FirewallDomainListId=listed,
        Name="none",
        Priority=1,
        Action="BLOCK",
        BlockResponse="OVERRIDE",
        BlockOverrideDomain="instance-data.ec2.internal",
        BlockOverrideDnsType="CNAME",
        BlockOverrideTtl=9,
    )
    assert site.dig("app", host)
    made = resolver.associate_firewall_rule_group(
        FirewallRuleGroupId=group, VpcId=story.vpc, Priority=500, Name="none"
    )["FirewallRuleGroupAssociation"]["Id"]
    asked = ("dig", "+short", "+time=5", "+tries=1", host)
    assert site.inside("app", *asked).stdout.split()[0] == "instance-data.ec2.internal."
    assert site.dig("corp", host)
    assert site.dig("internet", host)
    resolver.disassociate_firewall_rule_group(FirewallRuleGroupAssociationId=made)
    answer = site.inside("app", *asked).stdout.split()
    assert answer
    assert "instance-data.ec2.internal." not in answer

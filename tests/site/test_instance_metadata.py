"""The metadata of instances, asked from inside by packets."""

import json
from typing import Any

import pytest

from tests.site.test_instances import await_state, run

pytestmark = [pytest.mark.site, pytest.mark.kernel]

HOST = "http://169.254.169.254/latest"
ASK = ("curl", "-sm", "5", "-w", "%{http_code}")
WHO = (
    "import boto3, json; s = boto3.Session(); c = s.get_credentials();"
    "i = boto3.client('sts').get_caller_identity();"
    "v = boto3.client('ec2').describe_vpcs()['Vpcs'];"
    "print(json.dumps([c.method, i['Arn'], len(v) > 0]))"
)


def ask(site, name: str, path: str, *more: str) -> tuple[str, str]:
    """Give what an instance is told, and with which status ("000": nobody answered)."""
    told = site.inside(name, *ASK, *more, f"{HOST}/{path}").stdout
    return told[:-3], told[-3:]


def token(site, name: str, *more: str) -> tuple[str, str]:
    header = "X-aws-ec2-metadata-token-ttl-seconds: 60"
    return ask(site, name, "api/token", "-X", "PUT", "-H", header, *more)


def modify(story, name: str, **options: Any) -> None:
    story.ec2.modify_instance_metadata_options(InstanceId=name, **options)


@pytest.fixture
def web(story):
    """The instance with a public address; its options are again as they were afterwards."""
    yield story.web
    modify(story, story.web, HttpTokens="optional", HttpEndpoint="enabled")


def test_an_instance_is_told_of_itself_and_of_nobody_else(site, story):
    for name, made in (("web", story.web), ("app", story.app)):
        shown = story.instance(made)
        assert ask(site, name, "meta-data/instance-id") == (made, "200")
        assert ask(site, name, "meta-data/local-ipv4") == (shown["PrivateIpAddress"], "200")
    public = story.instance(story.web)["PublicIpAddress"]
    assert ask(site, "web", "meta-data/public-ipv4") == (public, "200")
    assert ask(site, "app", "meta-data/public-ipv4")[1] == "404"


def test_options_act_at_once(site, story, web):
    modify(story, web, HttpTokens="required")
    assert story.instance(web)["MetadataOptions"]["HttpTokens"] == "required"
    assert ask(site, "web", "meta-data/")[1] == "401"
    given, status = token(site, "web")
    assert status == "200"
    held = ("-H", f"X-aws-ec2-metadata-token: {given}")
    assert ask(site, "web", "meta-data/instance-id", *held) == (web, "200")
    assert ask(site, "app", "meta-data/instance-id", *held)[1] == "401"
    modify(story, web, HttpEndpoint="disabled")
    assert ask(site, "web", "meta-data/instance-id", *held)[1] == "403"
    modify(story, web, HttpEndpoint="enabled")
    assert ask(site, "web", "meta-data/instance-id", *held) == (web, "200")


BEHIND = """set -e
ip netns add in
ip link add out type veth peer name in0 netns in
ip addr add 10.9.9.1/30 dev out && ip link set out up
ip -n in addr add 10.9.9.2/30 dev in0 && ip -n in link set in0 up
ip -n in route add default via 10.9.9.1 && sysctl -qw net.ipv4.ip_forward=1
nft add table ip n && nft add chain ip n p '{ type nat hook postrouting priority 100; }'
nft add rule ip n p ip saddr 10.9.9.2 masquerade
"""


def test_a_token_crosses_as_many_routers_as_it_may(site, story):
    """A network inside the instance, behind a router of its own, as a container's is."""
    made = run(story, "host", "#!/bin/sh\n")
    prepared = site.inside("host", "sh", "-c", BEHIND)
    assert prepared.returncode == 0, prepared.stderr

    def within(seconds: int) -> str:
        header = "X-aws-ec2-metadata-token-ttl-seconds: 60"
        asked = ("curl", "-sm", str(seconds), "-w", "%{http_code}", "-X", "PUT", "-H", header)
        return site.inside("host", "ip", "netns", "exec", "in", *asked, f"{HOST}/api/token").stdout

    assert within(1) == "000"
    modify(story, made, HttpPutResponseHopLimit=2)
    assert within(10).endswith("200")
    story.ec2.terminate_instances(InstanceIds=[made])


def test_ipv6_is_answered_where_it_is_turned_on(site, story):
    vpc = story.ec2.create_vpc(CidrBlock="10.6.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]
    shown = story.ec2.describe_vpcs(VpcIds=[vpc["VpcId"]])["Vpcs"][0]
    block = shown["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("::/56", "::/64")
    subnet = story.ec2.create_subnet(
        VpcId=vpc["VpcId"], CidrBlock="10.6.1.0/24", Ipv6CidrBlock=block
    )["Subnet"]["SubnetId"]
    made = story.ec2.run_instances(
        ImageId="ami-genkan",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        Ipv6AddressCount=1,
        MetadataOptions={"HttpProtocolIpv6": "enabled"},
    )["Instances"][0]["InstanceId"]
    await_state(story, made, "running")
    path = "http://[fd00:ec2::254]/latest/meta-data/instance-id"
    assert site.inside(made, *ASK, path).stdout == f"{made}200"
    modify(story, made, HttpProtocolIpv6="disabled")
    assert site.inside(made, *ASK, path).stdout.endswith("403")
    story.ec2.terminate_instances(InstanceIds=[made])


def test_nothing_else_answers_at_the_services_of_the_link(site):
    for address in ("169.254.169.123", "169.254.169.1"):
        told = site.inside("web", "curl", "-sm", "3", f"http://{address}/")
        assert told.returncode == 7  # the router says at once that nobody has the address
    told = site.inside("web", "curl", "-sm", "1", "http://169.254.169.254:443/")
    assert told.returncode == 28


def launch(story, name: str, **more: Any) -> str:
    """Start an instance in the public subnet."""
    (group,) = story.instance(story.web)["SecurityGroups"]
    worn = {
        "DeviceIndex": 0,
        "SubnetId": story.front,
        "Groups": [group["GroupId"]],
        "AssociatePublicIpAddress": True,
    }
    made = story.ec2.run_instances(
        ImageId="ami-genkan",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[worn],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        **more,
    )["Instances"][0]["InstanceId"]
    await_state(story, made, "running")
    return made


def test_programs_find_the_credentials_of_the_profiles_role(site, story):
    made = launch(story, "reader", IamInstanceProfile={"Name": "reader"})
    assert ask(site, "reader", "meta-data/iam/security-credentials/") == ("reader", "200")
    answer = site.inside("reader", "python3", "-c", WHO)
    assert answer.returncode == 0, answer.stderr
    method, arn, found = json.loads(answer.stdout)
    assert (method, found) == ("iam-role", True)
    assert arn.startswith("arn:aws:sts::")
    assert arn.endswith(f":assumed-role/reader/{made}")
    story.ec2.terminate_instances(InstanceIds=[made])


def test_an_instance_keeps_its_addresses_over_a_stop_but_for_the_lent_one(site, story):
    made = launch(story, "keeper")
    before = story.instance(made)
    assert before["PublicIpAddress"]
    story.ec2.stop_instances(InstanceIds=[made])
    await_state(story, made, "stopped")
    assert "PublicIpAddress" not in story.instance(made)
    assert story.instance(made)["PrivateIpAddress"] == before["PrivateIpAddress"]
    story.ec2.start_instances(InstanceIds=[made])
    await_state(story, made, "running")
    after = story.instance(made)
    assert after["PrivateIpAddress"] == before["PrivateIpAddress"]
    assert ask(site, "keeper", "meta-data/mac") == (
        before["NetworkInterfaces"][0]["MacAddress"],
        "200",
    )
    story.ec2.terminate_instances(InstanceIds=[made])

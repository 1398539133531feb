"""Endpoint policies on real requests: in force when the call that changes them is answered."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.story.conftest import REGION, RunningSite, running_site, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

CALL = """
import sys, json, boto3
from botocore.config import Config
from botocore.exceptions import ClientError
settings = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=20)
for service, operation, parameters in json.loads(sys.argv[1]):
    try:
        getattr(boto3.client(service, config=settings), operation)(**parameters)
        print("ok")
    except ClientError as error:
        print(error.response["Error"]["Code"], error.response["Error"]["Message"])
"""
METRIC = ("cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": [{"MetricName": "m"}]})
READ = ("s3", "get_object", {"Bucket": "data", "Key": "k"})
WRITE = ("s3", "put_object", {"Bucket": "data", "Key": "k", "Body": "x"})
LIST = ("s3", "list_objects_v2", {"Bucket": "data"})


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(**more):
    return {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **more}


def deny(**more):
    return {**allow(**more), "Effect": "Deny"}


class Network:
    """One instance, and two endpoints that its requests go through."""

    def __init__(self, site: RunningSite) -> None:
        self.site = site
        self.ec2 = ec2 = site.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
        (group,) = ec2.describe_security_groups()["SecurityGroups"]
        (table,) = ec2.describe_route_tables()["RouteTables"]
        anybody = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/16"}]}]
        ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=anybody)
        self.gateway = self.endpoint("s3", RouteTableIds=[table["RouteTableId"]])
        self.inside = {"VpcEndpointType": "Interface", "SubnetIds": [subnet]}
        self.inside["PrivateDnsEnabled"] = True
        self.interface = self.endpoint("monitoring", **self.inside)
        self.address = self.run(subnet, "app")
        self.run(subnet, "worker", IamInstanceProfile={"Name": "profile"})
        until(self.states, lambda states: states == {"running", "available"})

    def run(self, subnet, name, **how):
        (made,) = self.ec2.run_instances(
            ImageId="ami-0abcdef1234567890",
            MinCount=1,
            MaxCount=1,
            SubnetId=subnet,
            TagSpecifications=[
                {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}
            ],
            **how,
        )["Instances"]
        return made["PrivateIpAddress"]

    def endpoint(self, service, **how):
        name = f"com.amazonaws.{REGION}.{service}"
        made = self.ec2.create_vpc_endpoint(VpcId=self.vpc, ServiceName=name, **how)
        return made["VpcEndpoint"]["VpcEndpointId"]

    def states(self):
        reserved = self.ec2.describe_instances()["Reservations"]
        instances = (one for some in reserved for one in some["Instances"])
        endpoints = self.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        return {
            *(one["State"]["Name"] for one in instances),
            *(one["State"] for one in endpoints),
        }

    def ask(self, *calls, target="app"):
        """Make calls in an instance; give what each came to."""
        text = json.dumps(calls)
        result = self.site.inside(target, "python3", "-c", CALL, text)
        assert result.returncode == 0, result.stderr
        return result.stdout.splitlines()

    def set_policy(self, endpoint, *statements):
        self.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PolicyDocument=policy(*statements))


@pytest.fixture(scope="module")
def network():
    with running_site(False) as site:
        s3 = site.client("s3")
        s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield Network(site)


def test_an_endpoints_own_policy_decides_from_the_answer_on(network):
    assert network.ask(METRIC, WRITE, READ, LIST) == ["ok"] * 4
    root = network.site.client("sts").get_caller_identity()["Arn"]
    network.set_policy(network.interface, allow(Action="cloudwatch:Get*"))
    network.set_policy(network.gateway, allow(Action="s3:GetObject"))
    metric, read, listed = network.ask(METRIC, READ, LIST)
    why = "because no VPC endpoint policy allows the"
    assert metric == (
        f"AccessDenied User: {root} is not authorized to perform: cloudwatch:PutMetricData on "
        f"resource: * {why} cloudwatch:PutMetricData action"
    )
    assert read == "ok"
    assert listed == (
        f"AccessDenied User: {root} is not authorized to perform: s3:ListBucket on resource: "
        f'"arn:aws:s3:::data" {why} s3:ListBucket action'
    )


def test_what_denies_by_name_is_told_and_on_record(network):
    network.set_policy(network.gateway, allow(), deny(Sid="NoWrites", Action="s3:Put*"))
    write, read = network.ask(WRITE, READ)
    assert write.endswith("with an explicit deny in a VPC endpoint policy")
    assert read == "ok"
    lines = network.site.genkan("events", "--json").stdout.splitlines()
    denied = [one for one in map(json.loads, lines) if one.get("errorCode") == "AccessDenied"][-1]
    assert denied["vpcEndpointId"] == network.gateway
    assert denied["additionalEventData"]["denial"] == {
        "policy": "VPC endpoint policy",
        "action": "s3:PutObject",
        "resource": "arn:aws:s3:::data/k",
        "reason": "denied by statement 2 (NoWrites)",
        "statement": "statement 2 (NoWrites)",
    }
    assert "statement 2 (NoWrites)" in network.site.genkan("events").stdout


CONDITIONS = [
    ("StringEquals", "aws:SourceVpce", "{gateway}", "ok"),
    ("StringEquals", "aws:SourceVpc", "{vpc}", "ok"),
    ("IpAddress", "aws:VpcSourceIp", "{address}", "ok"),
    ("IpAddress", "aws:SourceIp", "0.0.0.0/0", "AccessDenied"),
    ("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", "ok"),
    ("StringEquals", "aws:PrincipalAccount", "123456789012", "ok"),
    ("StringNotEquals", "aws:PrincipalAccount", "123456789012", "AccessDenied"),
    ("StringEquals", "s3:prefix", "home/", "AccessDenied"),
    ("StringEquals", "s3:max-keys", "7", "ok"),
]


def test_conditions_on_what_is_known_of_a_request(network):
    """A bucket that nobody has tells a condition from another; it is the policy that is asked."""
    known = {"gateway": network.gateway, "vpc": network.vpc, "address": network.address}
    statements, calls = [], []
    for number, (operator, key, value, _) in enumerate(CONDITIONS):
        given = {operator: {key: value.format(**known)}}
        statements.append(allow(Resource=f"arn:aws:s3:::nobodys-{number}", Condition=given))
        parameters = {"Bucket": f"nobodys-{number}", "MaxKeys": 7}
        calls.append(("s3", "list_objects_v2", parameters))
    network.set_policy(network.gateway, *statements)
    found = [line.partition(" ")[0] for line in network.ask(*calls)]
    wanted = ["NoSuchBucket" if outcome == "ok" else outcome for *_, outcome in CONDITIONS]
    assert found == wanted


def test_a_buckets_policy_knows_the_endpoint_that_a_call_came_through(network):
    s3 = network.site.client("s3")
    network.ec2.modify_vpc_endpoint(VpcEndpointId=network.gateway, ResetPolicy=True)
    objects = "arn:aws:s3:::data/*"
    only = {"StringNotEquals": {"aws:SourceVpce": network.gateway}}
    s3.put_bucket_policy(
        Bucket="data", Policy=policy(deny(Action="s3:GetObject", Resource=objects, Condition=only))
    )
    assert network.ask(READ) == ["ok"]
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        s3.get_object(Bucket="data", Key="k")
    assert network.ask(READ, target="internet")[0].startswith("AccessDenied")
    s3.delete_bucket_policy(Bucket="data")


def test_what_a_policy_needs_and_the_front_does_not_know_is_asked_for(network):
    secrets = network.site.client("secretsmanager")
    arn = secrets.create_secret(Name="word", SecretString="x")["ARN"]
    assert arn.rpartition("-")[0].endswith(":secret:word")
    mine, others = "123456789012", "111122223333"
    for owner, outcome in ((mine, "ok"), (others, "AccessDenied")):
        owned = {"StringEquals": {"aws:ResourceAccount": owner}}
        network.set_policy(network.gateway, allow(Condition=owned))
        assert network.ask(LIST)[0].partition(" ")[0] == outcome
    network.ec2.modify_vpc_endpoint(VpcEndpointId=network.gateway, ResetPolicy=True)
    secret = ("secretsmanager", "get_secret_value", {"SecretId": "word"})
    made = network.endpoint("secretsmanager", **network.inside)
    until(network.states, lambda states: states == {"running", "available"})
    for resource, outcome in ((arn, "ok"), (f"{arn}-x", "AccessDeniedException")):
        network.set_policy(made, allow(Resource=resource))
        assert network.ask(secret)[0].partition(" ")[0] == outcome


def traced(network):
    """Give what a trace of the worker's says of policies."""
    to = f"s3.{REGION}.amazonaws.com:443"
    found = json.loads(network.site.genkan("trace", "worker", to, "--json").stdout)
    return {one["code"] for one in found["policies"]}


def test_an_instance_with_a_role_may_what_the_role_may(network):
    iam = network.site.client("iam")
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    trust["Principal"] = {"Service": "ec2.amazonaws.com"}
    iam.create_role(RoleName="reader", Path="/team/", AssumeRolePolicyDocument=policy(trust))
    reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=policy(reads))
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="reader")
    read, write = network.ask(READ, WRITE, target="worker")
    assert read == "ok"
    assert write.endswith("because no identity-based policy allows the s3:PutObject action")
    assert traced(network) == set()
    network.set_policy(
        network.gateway,
        allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/team/*"}}),
    )
    assert network.ask(READ, target="worker") == ["ok"]
    assert traced(network) == set()
    network.set_policy(
        network.gateway,
        allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/other"}}),
    )
    (read,) = network.ask(READ, target="worker")
    assert read.endswith("because no VPC endpoint policy allows the s3:GetObject action")
    assert traced(network) == {"VPCE_POLICY_IMPLICIT_DENY"}
    network.ec2.modify_vpc_endpoint(VpcEndpointId=network.gateway, ResetPolicy=True)
    bound = iam.create_policy(
        PolicyName="bound", PolicyDocument=policy({**reads, "Action": "s3:PutObject"})
    )["Policy"]["Arn"]
    iam.put_role_permissions_boundary(RoleName="reader", PermissionsBoundary=bound)
    (read,) = network.ask(READ, target="worker")
    assert read.endswith("because no permissions boundary allows the s3:GetObject action")
    assert traced(network) == {"PERMISSIONS_BOUNDARY_IMPLICIT_DENY"}
    iam.delete_role_permissions_boundary(RoleName="reader")
    iam.put_role_policy(
        RoleName="reader", PolicyName="p", PolicyDocument=policy({**reads, "Action": "sqs:*"})
    )
    assert traced(network) == {"IDENTITY_POLICY_IMPLICIT_DENY"}


def test_a_policy_is_asked_of_what_comes_through_its_endpoint_alone(network):
    network.set_policy(network.gateway, deny())
    network.site.client("s3").list_objects_v2(Bucket="data")
    assert network.ask(LIST, target="internet") == ["ok"]
    network.ec2.modify_vpc_endpoint(VpcEndpointId=network.gateway, ResetPolicy=True)
    assert network.ask(LIST) == ["ok"]

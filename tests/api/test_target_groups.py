"""Target groups and targets: what is checked, who is registered, how they are."""

import pytest

from tests.api.providers import a_balancer, a_group, a_subnet, a_vpc, forward
from tests.build import ACCOUNT, REGION, Client

NOBODY = f"arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:targetgroup/nobody/0000000000000000"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return a_vpc(client)


@pytest.fixture
def subnet(client, vpc) -> str:
    return a_subnet(client, vpc)


def seen(client: Client, arn: str) -> dict:
    (shown,) = client.ask("elbv2:DescribeTargetGroups", TargetGroupArns=[arn])["TargetGroups"]
    return shown


def attributes(client: Client, arn: str) -> dict[str, str]:
    held = client.ask("elbv2:DescribeTargetGroupAttributes", TargetGroupArn=arn)["Attributes"]
    return {one["Key"]: one["Value"] for one in held}


def health(client: Client, arn: str, **more) -> list[tuple[str, int, str, str]]:
    found = client.ask("elbv2:DescribeTargetHealth", TargetGroupArn=arn, **more)
    return [
        (
            one["Target"]["Id"],
            one["Target"]["Port"],
            one["TargetHealth"]["State"],
            one["TargetHealth"]["Reason"],
        )
        for one in found["TargetHealthDescriptions"]
    ]


@pytest.mark.parametrize(
    ("asked", "check"),
    [
        ({}, ("TCP", "traffic-port", 30, 10, None, None)),
        ({"HealthCheckProtocol": "HTTP"}, ("HTTP", "traffic-port", 30, 6, "/", "200-399")),
        ({"HealthCheckProtocol": "HTTPS"}, ("HTTPS", "traffic-port", 30, 10, "/", "200-399")),
        ({"Protocol": "GENEVE", "Port": 6081}, ("TCP", "80", 10, 5, None, None)),
        (
            {
                "HealthCheckProtocol": "HTTP",
                "HealthCheckPath": "/up",
                "HealthCheckPort": "8080",
                "Matcher": {"HttpCode": "200,204"},
                "HealthCheckIntervalSeconds": 60,
                "HealthCheckTimeoutSeconds": 9,
            },
            ("HTTP", "8080", 60, 9, "/up", "200,204"),
        ),
    ],
)
def test_health_checks_have_defaults_by_protocol(client, vpc, asked, check):
    shown = seen(client, a_group(client, vpc, **asked))
    assert (
        shown["HealthCheckProtocol"],
        shown["HealthCheckPort"],
        shown["HealthCheckIntervalSeconds"],
        shown["HealthCheckTimeoutSeconds"],
        shown.get("HealthCheckPath"),
        shown.get("Matcher", {}).get("HttpCode"),
    ) == check
    assert (shown["HealthyThresholdCount"], shown["UnhealthyThresholdCount"]) == (5, 2)


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Protocol": "HTTP"}, "UnsupportedOperation"),
        ({"Protocol": "SCTP"}, "ValidationError"),
        ({"Protocol": None}, "ValidationError"),
        ({"Port": None}, "ValidationError"),
        ({"Port": 70_000}, "ValidationError"),
        ({"Protocol": "GENEVE", "Port": 80}, "InvalidConfigurationRequest"),
        ({"TargetType": "lambda"}, "UnsupportedOperation"),
        ({"TargetType": "alb"}, "UnsupportedOperation"),
        ({"TargetType": "host"}, "ValidationError"),
        ({"VpcId": None}, "ValidationError"),
        ({"VpcId": "vpc-00000000000000000"}, "ValidationError"),
        ({"IpAddressType": "ipv6"}, "InvalidConfigurationRequest"),
        ({"HealthCheckEnabled": False}, "InvalidConfigurationRequest"),
        ({"HealthCheckPath": "/"}, "InvalidConfigurationRequest"),  # of a TCP check
        ({"Matcher": {"HttpCode": "200"}}, "InvalidConfigurationRequest"),
        ({"Matcher": {"GrpcCode": "0"}}, "InvalidConfigurationRequest"),
        ({"HealthCheckProtocol": "HTTP", "Matcher": {"HttpCode": "x"}}, "ValidationError"),
        ({"HealthCheckProtocol": "HTTP", "HealthCheckPath": "up"}, "ValidationError"),
        ({"HealthCheckProtocol": "UDP"}, "ValidationError"),
        ({"HealthCheckPort": "0"}, "ValidationError"),
        ({"HealthCheckIntervalSeconds": 4}, "ValidationError"),
        ({"HealthCheckIntervalSeconds": 9}, "ValidationError"),  # no more than the time-out
        ({"HealthyThresholdCount": 11}, "ValidationError"),
    ],
)
def test_what_cannot_be_made_is_refused(client, vpc, parameters, code):
    asked = {"Name": "a", "Protocol": "TCP", "Port": 443, "VpcId": vpc, "TargetType": "ip"}
    assert client.refusal("elbv2:CreateTargetGroup", **{**asked, **parameters}) == code


def test_the_same_call_again_answers_with_the_same_and_another_is_refused(client, vpc):
    assert a_group(client, vpc) == a_group(client, vpc)
    asked = {"Name": "targets", "Protocol": "UDP", "Port": 53, "VpcId": vpc}
    assert client.refusal("elbv2:CreateTargetGroup", **asked) == "DuplicateTargetGroupName"


def test_a_check_is_changed_and_keeps_what_is_not_named(client, vpc):
    arn = a_group(client, vpc, HealthCheckProtocol="HTTP", HealthCheckPath="/up")
    asked = {"TargetGroupArn": arn, "HealthCheckIntervalSeconds": 20}
    client.ask("elbv2:ModifyTargetGroup", **asked)
    shown = seen(client, arn)
    assert (shown["HealthCheckPath"], shown["HealthCheckIntervalSeconds"]) == ("/up", 20)
    client.ask("elbv2:ModifyTargetGroup", TargetGroupArn=arn, HealthCheckProtocol="TCP")
    assert "HealthCheckPath" not in seen(client, arn)
    refused = client.refusal("elbv2:ModifyTargetGroup", TargetGroupArn=NOBODY)
    assert refused == "TargetGroupNotFound"


@pytest.mark.parametrize(
    ("asked", "keeps"),
    [
        ({}, "false"),
        ({"TargetType": "instance"}, "true"),
        ({"Protocol": "UDP"}, "true"),
    ],
)
def test_the_source_is_kept_by_default_but_for_streams_to_addresses(client, vpc, asked, keeps):
    held = attributes(client, a_group(client, vpc, **asked))
    assert held["preserve_client_ip.enabled"] == keeps
    assert held["deregistration_delay.timeout_seconds"] == "300"
    assert held["proxy_protocol_v2.enabled"] == "false"


def test_attributes_are_set_and_wrong_ones_refused(client, vpc):
    arn = a_group(client, vpc, Protocol="UDP")

    def modify(key: str, value: str) -> dict:
        return {"TargetGroupArn": arn, "Attributes": [{"Key": key, "Value": value}]}

    asked = modify("proxy_protocol_v2.enabled", "true")
    client.ask("elbv2:ModifyTargetGroupAttributes", **asked)
    assert attributes(client, arn)["proxy_protocol_v2.enabled"] == "true"
    for key, value, code in (
        ("preserve_client_ip.enabled", "false", "ValidationError"),
        ("deregistration_delay.timeout_seconds", "3601", "ValidationError"),
        ("slow_start.duration_seconds", "30", "InvalidConfigurationRequest"),
    ):
        refused = client.refusal("elbv2:ModifyTargetGroupAttributes", **modify(key, value))
        assert refused == code


def test_a_gateway_group_has_attributes_of_its_own(client, vpc):
    held = attributes(client, a_group(client, vpc, Protocol="GENEVE", Port=6081))
    assert held["target_failover.on_unhealthy"] == "no_rebalance"
    assert "proxy_protocol_v2.enabled" not in held


def test_flows_leave_a_target_in_both_cases_or_in_none(client, vpc):
    arn = a_group(client, vpc, Protocol="GENEVE", Port=6081)
    cases = [f"target_failover.on_{case}" for case in ("unhealthy", "deregistration")]
    both = [{"Key": case, "Value": "rebalance"} for case in cases]
    modify = {"TargetGroupArn": arn, "Attributes": both[:1]}
    refused = client.refusal("elbv2:ModifyTargetGroupAttributes", **modify)
    assert refused == "InvalidConfigurationRequest"
    client.ask("elbv2:ModifyTargetGroupAttributes", TargetGroupArn=arn, Attributes=both)
    assert [attributes(client, arn)[case] for case in cases] == ["rebalance", "rebalance"]


def test_targets_are_unused_until_a_listener_forwards_to_them(client, vpc, subnet):
    arn = a_group(client, vpc)
    targets = [{"Id": "10.0.0.9"}, {"Id": "10.0.0.9", "Port": 8443}]
    client.ask("elbv2:RegisterTargets", TargetGroupArn=arn, Targets=targets)
    unused = ("unused", "Target.NotInUse")
    assert health(client, arn) == [("10.0.0.9", 443, *unused), ("10.0.0.9", 8443, *unused)]
    balancer = a_balancer(client, subnet)["LoadBalancerArn"]
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 1}
    client.ask("elbv2:CreateListener", **asked, DefaultActions=forward(arn))
    assert {one[2] for one in health(client, arn)} == {"initial"}
    assert seen(client, arn)["LoadBalancerArns"] == [balancer]
    client.ask("elbv2:DeregisterTargets", TargetGroupArn=arn, Targets=targets[:1])
    asked = {"Targets": [{"Id": "10.0.0.8"}]}
    assert health(client, arn, **asked) == [("10.0.0.8", 443, "unused", "Target.NotRegistered")]


def in_use(client, vpc, subnet, **attributes: str) -> str:
    """Make a target group with one target that a listener forwards to."""
    arn = a_group(client, vpc)
    asked = [{"Key": key.replace("__", "."), "Value": value} for key, value in attributes.items()]
    client.ask("elbv2:ModifyTargetGroupAttributes", TargetGroupArn=arn, Attributes=asked)
    client.ask("elbv2:RegisterTargets", TargetGroupArn=arn, Targets=[{"Id": "10.0.0.9"}])
    balancer = a_balancer(client, subnet)["LoadBalancerArn"]
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 1}
    client.ask("elbv2:CreateListener", **asked, DefaultActions=forward(arn))
    return arn


def test_a_deregistered_target_drains_until_its_delay_has_passed(client, vpc, subnet):
    arn = in_use(client, vpc, subnet)
    for _ in range(2):
        client.ask("elbv2:DeregisterTargets", TargetGroupArn=arn, Targets=[{"Id": "10.0.0.9"}])
    draining = ("draining", "Target.DeregistrationInProgress")
    assert health(client, arn) == [("10.0.0.9", 443, *draining)]
    client.pass_time(290)
    assert health(client, arn) == [("10.0.0.9", 443, *draining)]
    client.pass_time(10)
    assert health(client, arn) == []


def test_a_target_that_is_registered_again_drains_no_more(client, vpc, subnet):
    arn = in_use(client, vpc, subnet)
    target = [{"Id": "10.0.0.9"}]
    client.ask("elbv2:DeregisterTargets", TargetGroupArn=arn, Targets=target)
    client.ask("elbv2:RegisterTargets", TargetGroupArn=arn, Targets=target)
    assert [one[2] for one in health(client, arn)] == ["initial"]


def test_without_a_delay_a_deregistered_target_is_gone(client, vpc, subnet):
    delay = {"deregistration_delay__timeout_seconds": "0"}
    arn = in_use(client, vpc, subnet, **delay)
    client.ask("elbv2:DeregisterTargets", TargetGroupArn=arn, Targets=[{"Id": "10.0.0.9"}])
    assert health(client, arn) == []


def test_a_target_in_a_zone_that_is_not_enabled_is_unused(client, vpc, subnet):
    a_subnet(client, vpc, 1)
    arn = a_group(client, vpc)
    asked = {"Targets": [{"Id": "10.0.1.9"}, {"Id": "192.168.0.1", "AvailabilityZone": "all"}]}
    client.ask("elbv2:RegisterTargets", TargetGroupArn=arn, **asked)
    balancer = a_balancer(client, subnet)["LoadBalancerArn"]
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 1}
    client.ask("elbv2:CreateListener", **asked, DefaultActions=forward(arn))
    assert [one[2:] for one in health(client, arn)] == [
        ("unused", "Target.NotInUse"),
        ("initial", "Elb.InitialHealthChecking"),
    ]


@pytest.mark.parametrize(
    ("kind", "target", "code"),
    [
        ("ip", {"Id": "ten"}, "ValidationError"),
        ("ip", {"Id": "8.8.8.8"}, "InvalidTarget"),
        ("ip", {"Id": "192.168.0.1"}, "ValidationError"),  # outside, and zone not "all"
        ("ip", {"Id": "10.0.0.9", "AvailabilityZone": f"{REGION}c"}, "ValidationError"),
        ("ip", {"Id": "10.0.0.9", "Port": 0}, "ValidationError"),
        ("ip", {"Id": "10.0.0.9", "QuicServerId": "0x1"}, "InvalidConfigurationRequest"),
        ("instance", {"Id": "i-00000000000000000"}, "InvalidTarget"),
    ],
)
def test_what_cannot_be_a_target_is_refused(client, vpc, subnet, kind, target, code):
    asked = {"TargetGroupArn": a_group(client, vpc, TargetType=kind), "Targets": [target]}
    assert client.refusal("elbv2:RegisterTargets", **asked) == code


def test_a_group_has_a_thousand_targets_at_most(client, vpc, subnet):
    arn = a_group(client, vpc)
    targets = [{"Id": "10.0.0.9", "Port": port} for port in range(1, 1002)]
    refused = client.refusal("elbv2:RegisterTargets", TargetGroupArn=arn, Targets=targets)
    assert refused == "TooManyTargets"
    refused = client.refusal("elbv2:RegisterTargets", TargetGroupArn=arn, Targets=[])
    assert refused == "ValidationError"


def test_groups_are_found_by_name_by_arn_and_by_load_balancer(client, vpc, subnet):
    arn = a_group(client, vpc)
    a_group(client, vpc, name="other")
    ask = lambda **asked: [  # noqa: E731
        one["TargetGroupArn"]
        for one in client.ask("elbv2:DescribeTargetGroups", **asked)["TargetGroups"]
    ]
    assert ask(Names=["targets"]) == [arn]
    balancer = a_balancer(client, subnet)["LoadBalancerArn"]
    assert ask(LoadBalancerArn=balancer) == []
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 1}
    client.ask("elbv2:CreateListener", **asked, DefaultActions=forward(arn))
    assert ask(LoadBalancerArn=balancer) == [arn]
    for parameters, code in (
        ({"Names": ["x"]}, "TargetGroupNotFound"),
        ({"TargetGroupArns": [NOBODY]}, "TargetGroupNotFound"),
        ({"Names": ["x"], "TargetGroupArns": [NOBODY]}, "ValidationError"),
    ):
        assert client.refusal("elbv2:DescribeTargetGroups", **parameters) == code


def test_a_group_that_a_listener_uses_is_not_deleted(client, vpc, subnet):
    arn = a_group(client, vpc)
    balancer = a_balancer(client, subnet)["LoadBalancerArn"]
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 1}
    client.ask("elbv2:CreateListener", **asked, DefaultActions=forward(arn))
    assert client.refusal("elbv2:DeleteTargetGroup", TargetGroupArn=arn) == "ResourceInUse"
    client.ask("elbv2:DeleteLoadBalancer", LoadBalancerArn=balancer)
    for _ in range(2):
        client.ask("elbv2:DeleteTargetGroup", TargetGroupArn=arn)
    assert client.ask("elbv2:DescribeTargetGroups")["TargetGroups"] == []


def test_an_instance_that_does_not_run_is_unused(client, vpc, subnet):
    launch = {"ImageId": "ami-0123456789abcdef0", "InstanceType": "t3.micro", "SubnetId": subnet}
    made = client.ask("RunInstances", **launch, MinCount=1, MaxCount=1)["Instances"]
    name = made[0]["InstanceId"]
    arn = a_group(client, vpc, TargetType="instance")
    client.ask("elbv2:RegisterTargets", TargetGroupArn=arn, Targets=[{"Id": name}])
    balancer = a_balancer(client, subnet)["LoadBalancerArn"]
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 1}
    client.ask("elbv2:CreateListener", **asked, DefaultActions=forward(arn))
    assert health(client, arn) == [(name, 443, "initial", "Elb.InitialHealthChecking")]
    client.ask("TerminateInstances", InstanceIds=[name])
    assert health(client, arn) == [(name, 443, "unused", "Target.InvalidState")]
    other = a_group(client, vpc, name="other", TargetType="instance")
    asked = {"TargetGroupArn": other, "Targets": [{"Id": name}]}
    assert client.refusal("elbv2:RegisterTargets", **asked) == "InvalidTarget"

"""Listeners: which protocols at which ports, and where they forward to."""

import pytest

from tests.api.providers import a_balancer, a_group, a_subnet, a_vpc, forward
from tests.build import ACCOUNT, REGION, Client

CERTIFICATE = f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/00000000-0000-0000-0000-000000000001"
CERTIFICATES = [{"CertificateArn": CERTIFICATE}]


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return a_vpc(client)


@pytest.fixture
def subnet(client, vpc) -> str:
    return a_subnet(client, vpc)


@pytest.fixture
def balancer(client, subnet) -> str:
    return a_balancer(client, subnet)["LoadBalancerArn"]


@pytest.fixture
def group(client, vpc) -> str:
    return a_group(client, vpc)


def a_listener(client: Client, balancer: str, group: str, **more) -> dict:
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 443}
    asked["DefaultActions"] = forward(group)
    (made,) = client.ask("elbv2:CreateListener", **{**asked, **more})["Listeners"]
    return made


def test_a_listener_is_described_as_it_was_made(client, balancer, group):
    made = a_listener(client, balancer, group)
    assert made["ListenerArn"].startswith(balancer.replace(":loadbalancer/", ":listener/") + "/")
    assert (made["Protocol"], made["Port"]) == ("TCP", 443)
    assert made["DefaultActions"][0]["TargetGroupArn"] == group
    shown = client.ask("elbv2:DescribeListeners", LoadBalancerArn=balancer)["Listeners"]
    assert shown == [made]
    assert a_listener(client, balancer, group) == made


def test_a_listener_has_its_default_rule_which_does_what_the_listener_does(client, balancer, group):
    made = a_listener(client, balancer, group)
    (rule,) = client.ask("elbv2:DescribeRules", ListenerArn=made["ListenerArn"])["Rules"]
    under = made["ListenerArn"].replace(":listener/", ":listener-rule/") + "/"
    assert rule["RuleArn"].startswith(under)
    assert (rule["IsDefault"], rule["Priority"], rule["Conditions"]) == (True, "default", [])
    assert rule["Actions"] == made["DefaultActions"]
    by_name = client.ask("elbv2:DescribeRules", RuleArns=[rule["RuleArn"]])
    assert by_name["Rules"] == [rule]


@pytest.mark.parametrize(
    ("listener", "target", "goes"),
    [
        ("TCP", "TCP", True),
        ("TCP", "TCP_UDP", True),
        ("TCP", "UDP", False),
        ("UDP", "UDP", True),
        ("UDP", "TCP_UDP", True),
        ("UDP", "TCP", False),
        ("TCP_UDP", "TCP_UDP", True),
        ("TCP_UDP", "TCP", False),
        ("TLS", "TCP", True),
        ("TLS", "TLS", True),
        ("TLS", "UDP", False),
        ("TCP", "GENEVE", False),
    ],
)
def test_which_protocols_go_together(client, vpc, balancer, listener, target, goes):
    port = 6081 if target == "GENEVE" else 443
    group = a_group(client, vpc, name="g", Protocol=target, Port=port)
    asked = {"LoadBalancerArn": balancer, "Protocol": listener, "Port": 443}
    asked["DefaultActions"] = forward(group)
    if listener == "TLS":
        asked["Certificates"] = CERTIFICATES
    if goes:
        assert client.ask("elbv2:CreateListener", **asked)
    else:
        assert client.refusal("elbv2:CreateListener", **asked) == "IncompatibleProtocols"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Protocol": "HTTP"}, "UnsupportedProtocol"),
        ({"Protocol": None}, "ValidationError"),
        ({"Port": None}, "ValidationError"),
        ({"Port": 0}, "ValidationError"),
        ({"DefaultActions": []}, "ValidationError"),
        ({"DefaultActions": [{"Type": "forward"}]}, "ValidationError"),
        ({"DefaultActions": [{"Type": "redirect"}]}, "InvalidLoadBalancerAction"),
        ({"DefaultActions": [{"Type": "forward"}] * 2}, "TooManyActions"),
        ({"Certificates": CERTIFICATES}, "InvalidConfigurationRequest"),
        ({"Protocol": "TLS"}, "ValidationError"),  # without a certificate
        ({"Protocol": "TLS", "Certificates": CERTIFICATES * 2}, "TooManyCertificates"),
        ({"Protocol": "TLS", "Certificates": [{"CertificateArn": "x"}]}, "CertificateNotFound"),
        (
            {"Protocol": "TLS", "Certificates": CERTIFICATES, "SslPolicy": "x"},
            "SSLPolicyNotFound",
        ),
        (
            {"Protocol": "TLS", "Certificates": CERTIFICATES, "AlpnPolicy": ["x"]},
            "ALPNPolicyNotFound",
        ),
    ],
)
def test_what_cannot_be_made_is_refused(client, balancer, group, parameters, code):
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 443}
    asked["DefaultActions"] = forward(group)
    assert client.refusal("elbv2:CreateListener", **{**asked, **parameters}) == code


def test_weights_spread_over_several_groups(client, vpc, balancer, group):
    other = a_group(client, vpc, name="other")
    both = [{"TargetGroupArn": group, "Weight": 3}, {"TargetGroupArn": other, "Weight": 1}]
    action = {"Type": "forward", "ForwardConfig": {"TargetGroups": both}}
    made = a_listener(client, balancer, group, DefaultActions=[action])
    assert made["DefaultActions"][0]["ForwardConfig"]["TargetGroups"] == both
    assert "TargetGroupArn" not in made["DefaultActions"][0]
    for wrong in ([{**both[0], "Weight": 1000}], both[:1] * 2):
        action = {"Type": "forward", "ForwardConfig": {"TargetGroups": wrong}}
        asked = {"ListenerArn": made["ListenerArn"], "DefaultActions": [action]}
        assert client.refusal("elbv2:ModifyListener", **asked) == "ValidationError"
    sticky = {"TargetGroups": both, "TargetGroupStickinessConfig": {"Enabled": True}}
    asked["DefaultActions"] = [{"Type": "forward", "ForwardConfig": sticky}]
    assert client.refusal("elbv2:ModifyListener", **asked) == "InvalidConfigurationRequest"


def test_a_port_has_one_listener(client, balancer, group):
    a_listener(client, balancer, group)
    made = a_listener(client, balancer, group, Port=444)
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 443}
    other = a_group(client, a_vpc(client), name="other")
    refused = client.refusal("elbv2:CreateListener", **asked, DefaultActions=forward(other))
    assert refused == "InvalidConfigurationRequest"  # of another VPC
    refused = client.refusal("elbv2:ModifyListener", ListenerArn=made["ListenerArn"], Port=443)
    assert refused == "DuplicateListener"


def test_a_group_belongs_to_one_load_balancer(client, subnet, balancer, group):
    a_listener(client, balancer, group)
    second = a_balancer(client, subnet, name="second")["LoadBalancerArn"]
    asked = {"LoadBalancerArn": second, "Protocol": "TCP", "Port": 443}
    refused = client.refusal("elbv2:CreateListener", **asked, DefaultActions=forward(group))
    assert refused == "TargetGroupAssociationLimit"


def test_a_gateway_load_balancer_listens_to_everything(client, vpc, subnet):
    balancer = a_balancer(client, subnet, Type="gateway")["LoadBalancerArn"]
    group = a_group(client, vpc, Protocol="GENEVE", Port=6081)
    asked = {"LoadBalancerArn": balancer, "DefaultActions": forward(group)}
    assert client.refusal("elbv2:CreateListener", **asked, Protocol="TCP") == "ValidationError"
    (made,) = client.ask("elbv2:CreateListener", **asked)["Listeners"]
    assert not {"Protocol", "Port"} & set(made)


def test_a_listener_is_changed(client, balancer, group):
    arn = a_listener(client, balancer, group)["ListenerArn"]
    asked = {"ListenerArn": arn, "Protocol": "TLS", "Certificates": CERTIFICATES}
    (after,) = client.ask("elbv2:ModifyListener", **asked, Port=8443)["Listeners"]
    assert (after["Protocol"], after["Port"]) == ("TLS", 8443)
    assert after["SslPolicy"] == "ELBSecurityPolicy-2016-08"
    (after,) = client.ask("elbv2:ModifyListener", ListenerArn=arn, Port=8444)["Listeners"]
    assert after["Certificates"] == CERTIFICATES
    (after,) = client.ask("elbv2:ModifyListener", ListenerArn=arn, Protocol="TCP")["Listeners"]
    assert "Certificates" not in after


def test_the_idle_timeout_is_an_attribute_of_tcp(client, balancer, group):
    arn = a_listener(client, balancer, group)["ListenerArn"]
    key = "tcp.idle_timeout.seconds"
    asked = {"ListenerArn": arn, "Attributes": [{"Key": key, "Value": "60"}]}
    held = client.ask("elbv2:DescribeListenerAttributes", ListenerArn=arn)["Attributes"]
    assert held == [{"Key": key, "Value": "350"}]
    held = client.ask("elbv2:ModifyListenerAttributes", **asked)["Attributes"]
    assert held == asked["Attributes"]
    asked["Attributes"] = [{"Key": key, "Value": "59"}]
    assert client.refusal("elbv2:ModifyListenerAttributes", **asked) == "ValidationError"


def test_a_listener_that_is_gone_is_not_found(client, balancer, group):
    arn = a_listener(client, balancer, group)["ListenerArn"]
    client.ask("elbv2:DeleteListener", ListenerArn=arn)
    for operation in ("DeleteListener", "ModifyListener", "DescribeListenerAttributes"):
        assert client.refusal(f"elbv2:{operation}", ListenerArn=arn) == "ListenerNotFound"
    refused = client.refusal("elbv2:DescribeListeners", ListenerArns=[arn])
    assert refused == "ListenerNotFound"
    assert client.refusal("elbv2:DescribeListeners") == "ValidationError"


def test_fifty_listeners_are_the_limit(client, balancer, group):
    for port in range(1, 51):
        a_listener(client, balancer, group, Port=port)
    asked = {"LoadBalancerArn": balancer, "Protocol": "TCP", "Port": 443}
    refused = client.refusal("elbv2:CreateListener", **asked, DefaultActions=forward(group))
    assert refused == "TooManyListeners"

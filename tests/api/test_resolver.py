"""Route 53 Resolver: endpoints with their interfaces, rules, and the VPCs that follow them."""

import pytest

from genkan.api.call import Answer
from genkan.model import lifecycle
from genkan.model.resolver import ResolverEndpoint
from tests.build import AT, Client, after

RESOLVER = "route53resolver:"


@pytest.fixture
def client() -> Client:
    return Client()


class Vpc:
    """A VPC with two subnets and its default group."""

    def __init__(self, client: Client) -> None:
        self.id = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [
            client.ask("CreateSubnet", VpcId=self.id, CidrBlock=cidr)["Subnet"]["SubnetId"]
            for cidr in ("10.0.1.0/24", "10.0.2.0/24")
        ]
        of = [{"Name": "vpc-id", "Values": [self.id]}]
        groups = client.ask("DescribeSecurityGroups", Filters=of)["SecurityGroups"]
        self.group = groups[0]["GroupId"]


@pytest.fixture
def vpc(client) -> Vpc:
    return Vpc(client)


def endpoint_of(vpc: Vpc, **more) -> dict:
    return {
        "CreatorRequestId": "1",
        "Direction": "OUTBOUND",
        "SecurityGroupIds": [vpc.group],
        "IpAddresses": [{"SubnetId": subnet} for subnet in vpc.subnets],
        **more,
    }


def an_endpoint(client: Client, vpc: Vpc, **more) -> dict:
    asked = endpoint_of(vpc, **more)
    return client.ask(RESOLVER + "CreateResolverEndpoint", **asked)["ResolverEndpoint"]


def a_rule(client: Client, endpoint: str, domain: str = "Corp", **more) -> dict:
    asked = {
        "CreatorRequestId": domain,
        "RuleType": "FORWARD",
        "DomainName": domain,
        "TargetIps": [{"Ip": "192.0.2.53"}],
        "ResolverEndpointId": endpoint,
        **more,
    }
    return client.ask(RESOLVER + "CreateResolverRule", **asked)["ResolverRule"]


def go_on(client: Client) -> None:
    """Take the step that endpoints are due."""
    for endpoint in list(client.call.network.all(ResolverEndpoint)):
        change = lifecycle.complete(client.call.network, endpoint, AT)
        client.call = after(client.call, Answer(change=change))


def interfaces(client: Client, vpc: Vpc) -> list[dict]:
    of = [{"Name": "vpc-id", "Values": [vpc.id]}]
    return client.ask("DescribeNetworkInterfaces", Filters=of)["NetworkInterfaces"]


def test_an_endpoint_has_an_interface_of_its_own_for_each_address(client, vpc):
    asked = {"IpAddresses": [{"SubnetId": vpc.subnets[0], "Ip": "10.0.1.9"},
                             {"SubnetId": vpc.subnets[0]}]}  # fmt: skip
    made = an_endpoint(client, vpc, Direction="INBOUND", Name="in", **asked)
    assert made["Id"].startswith("rslvr-in-")
    assert (made["Status"], made["HostVPCId"], made["IpAddressCount"]) == ("CREATING", vpc.id, 2)
    go_on(client)
    by_id = {"ResolverEndpointId": made["Id"]}
    seen = client.ask(RESOLVER + "GetResolverEndpoint", **by_id)["ResolverEndpoint"]
    assert (seen["Status"], seen["Name"]) == ("OPERATIONAL", "in")
    shown = client.ask(RESOLVER + "ListResolverEndpointIpAddresses", **by_id)["IpAddresses"]
    assert {one["Ip"] for one in shown} >= {"10.0.1.9"}
    assert {one["Status"] for one in shown} == {"ATTACHED"}
    worn = interfaces(client, vpc)
    assert {one["PrivateIpAddress"] for one in worn} == {one["Ip"] for one in shown}
    for one in worn:
        assert one["Description"].startswith(f"Route 53 Resolver: {made['Id']}:rni-")
        assert one["RequesterManaged"]
        asked = {"NetworkInterfaceId": one["NetworkInterfaceId"]}
        assert client.refusal("DeleteNetworkInterface", **asked) == "OperationNotPermitted"


def test_an_endpoint_takes_its_interfaces_along(client, vpc):
    made = an_endpoint(client, vpc)
    go_on(client)
    gone = client.ask(RESOLVER + "DeleteResolverEndpoint", ResolverEndpointId=made["Id"])
    assert gone["ResolverEndpoint"]["Status"] == "DELETING"
    go_on(client)
    assert interfaces(client, vpc) == []
    asked = {"ResolverEndpointId": made["Id"]}
    refused = client.refusal(RESOLVER + "GetResolverEndpoint", **asked)
    assert refused == "ResourceNotFoundException"


def test_addresses_come_and_go_within_the_bounds(client, vpc):
    by_id = {"ResolverEndpointId": an_endpoint(client, vpc)["Id"]}
    add, take = (
        f"{RESOLVER}{verb}ResolverEndpointIpAddress" for verb in ("Associate", "Disassociate")
    )
    for _ in range(4):
        client.ask(add, **by_id, IpAddress={"SubnetId": vpc.subnets[0]})
    more = {**by_id, "IpAddress": {"SubnetId": vpc.subnets[0]}}
    assert client.refusal(add, **more) == "LimitExceededException"
    held = client.ask(RESOLVER + "ListResolverEndpointIpAddresses", **by_id)["IpAddresses"]
    for one in held[:2]:
        client.ask(take, **by_id, IpAddress={"IpId": one["IpId"]})
    for one in held[2:4]:
        client.ask(take, **by_id, IpAddress={"SubnetId": one["SubnetId"], "Ip": one["Ip"]})
    last = {**by_id, "IpAddress": {"IpId": held[5]["IpId"]}}
    assert client.refusal(take, **last) == "InvalidRequestException"
    nothing = {**by_id, "IpAddress": {"IpId": "rni-0"}}
    assert client.refusal(take, **nothing) == "InvalidParameterException"
    known = {**by_id, "IpAddress": {"IpId": "rni-0", "SubnetId": vpc.subnets[0]}}
    assert client.refusal(add, **known) == "InvalidParameterException"
    assert len(interfaces(client, vpc)) == 2


def test_a_request_id_makes_one_endpoint(client, vpc):
    made = an_endpoint(client, vpc)
    assert an_endpoint(client, vpc)["Id"] == made["Id"]
    other = endpoint_of(vpc, Name="other")
    refused = client.refusal(RESOLVER + "CreateResolverEndpoint", **other)
    assert refused == "ResourceExistsException"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"Direction": "SIDEWAYS"}, "ValidationException"),
        ({"ResolverEndpointType": "IPV6"}, "InvalidParameterException"),
        ({"Protocols": ["DoT"]}, "ValidationException"),
        ({"Name": "x" * 65}, "ValidationException"),
        ({"SecurityGroupIds": []}, "InvalidParameterException"),
        ({"SecurityGroupIds": ["sg-00000000000000000"]}, "ResourceNotFoundException"),
        ({"IpAddresses": []}, "ValidationException"),
        ({"IpAddresses": [{"SubnetId": "subnet-00000000000000000"}] * 2},
         "InvalidParameterException"),
        ({"Tags": [{"Key": "aws:x", "Value": ""}]}, "InvalidTagException"),
    ],
)  # fmt: skip
def test_what_cannot_be_an_endpoint_is_refused(client, vpc, asked, code):
    whole = endpoint_of(vpc, **asked)
    assert client.refusal(RESOLVER + "CreateResolverEndpoint", **whole) == code


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"Ip": "10.0.2.9"}, {}, "InvalidParameterException"),
        ({"Ip": "10.0.1.3"}, {}, "InvalidParameterException"),
        ({"Ip": "nonsense"}, {}, "InvalidParameterException"),
        ({"Ip": "10.0.1.9"}, {"Ip": "10.0.1.9"}, "ResourceExistsException"),
        ({"Ipv6": "2001:db8::1"}, {}, "InvalidParameterException"),
    ],
)
def test_an_address_is_free_and_of_its_subnet(client, vpc, first, second, code):
    both = [{"SubnetId": vpc.subnets[0], **one} for one in (first, second)]
    asked = endpoint_of(vpc, IpAddresses=both)
    assert client.refusal(RESOLVER + "CreateResolverEndpoint", **asked) == code


def test_subnets_are_of_one_vpc(client, vpc):
    other = Vpc(client)
    both = [{"SubnetId": vpc.subnets[0]}, {"SubnetId": other.subnets[0]}]
    asked = endpoint_of(vpc, IpAddresses=both)
    refused = client.refusal(RESOLVER + "CreateResolverEndpoint", **asked)
    assert refused == "InvalidParameterException"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("Direction", "OUTBOUND", True),
        ("Direction", "INBOUND", False),
        ("Status", "CREATING", True),
        ("Name", "out", True),
        ("IpAddressCount", "2", True),
        ("CreatorRequestId", "1", True),
        ("CreatorRequestId", "*", False),
    ],
)
def test_endpoints_are_found_by_filters(client, vpc, name, value, found):
    an_endpoint(client, vpc, Name="out")
    of = [{"Name": name, "Values": [value]}]
    listed = client.ask(RESOLVER + "ListResolverEndpoints", Filters=of)["ResolverEndpoints"]
    assert bool(listed) is found
    wrong = {"Filters": [{"Name": "Colour", "Values": ["red"]}]}
    refused = client.refusal(RESOLVER + "ListResolverEndpoints", **wrong)
    assert refused == "InvalidParameterException"


def test_lists_come_in_pages(client, vpc):
    for number in range(3):
        an_endpoint(client, vpc, CreatorRequestId=str(number))
    listing = RESOLVER + "ListResolverEndpoints"
    first = client.ask(listing, MaxResults=2)
    second = client.ask(listing, MaxResults=2, NextToken=first["NextToken"])
    ids = [one["CreatorRequestId"] for page in (first, second) for one in page["ResolverEndpoints"]]
    assert ids == ["0", "1", "2"]
    assert "NextToken" not in second
    assert client.refusal(listing, NextToken="x") == "InvalidNextTokenException"
    assert client.refusal(listing, MaxResults=0) == "ValidationException"


def test_a_vpc_follows_a_rule(client, vpc):
    endpoint = an_endpoint(client, vpc)["Id"]
    rule = a_rule(client, endpoint, Name="to-corp")
    assert (rule["DomainName"], rule["Status"]) == ("corp.", "COMPLETE")
    assert rule["TargetIps"] == [{"Ip": "192.0.2.53", "Port": 53, "Protocol": "Do53"}]
    both = {"ResolverRuleId": rule["Id"], "VPCId": vpc.id}
    made = client.ask(RESOLVER + "AssociateResolverRule", **both)["ResolverRuleAssociation"]
    by_id = {"ResolverRuleAssociationId": made["Id"]}
    seen = client.ask(RESOLVER + "GetResolverRuleAssociation", **by_id)
    assert seen["ResolverRuleAssociation"] == made
    for name in ("VPCId", "VPC_ID"):  # as it is written now, and was at first
        of = [{"Name": name, "Values": [vpc.id]}]
        listed = client.ask(RESOLVER + "ListResolverRuleAssociations", Filters=of)
        assert listed["ResolverRuleAssociations"][1:] == [made]  # behind the internet's
    associate = RESOLVER + "AssociateResolverRule"
    assert client.refusal(associate, **both) == "InvalidRequestException"
    twin = a_rule(client, endpoint, CreatorRequestId="2")["Id"]
    again = {"ResolverRuleId": twin, "VPCId": vpc.id}
    assert client.refusal(associate, **again) == "InvalidRequestException"
    nowhere = {**again, "VPCId": "vpc-00000000000000000"}
    assert client.refusal(associate, **nowhere) == "InvalidParameterException"
    by_rule = {"ResolverRuleId": rule["Id"]}
    delete = RESOLVER + "DeleteResolverRule"
    assert client.refusal(delete, **by_rule) == "ResourceInUseException"
    ended = client.ask(RESOLVER + "DisassociateResolverRule", **both)["ResolverRuleAssociation"]
    assert ended["Status"] == "DELETING"
    refused = client.refusal(RESOLVER + "DisassociateResolverRule", **both)
    assert refused == "ResourceNotFoundException"
    client.ask(delete, **by_rule)
    assert client.refusal(RESOLVER + "GetResolverRule", **by_rule) == "ResourceNotFoundException"


def test_an_endpoint_that_a_rule_uses_stays(client, vpc):
    endpoint = an_endpoint(client, vpc)["Id"]
    a_rule(client, endpoint)
    asked = {"ResolverEndpointId": endpoint}
    refused = client.refusal(RESOLVER + "DeleteResolverEndpoint", **asked)
    assert refused == "InvalidRequestException"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"RuleType": "DELEGATE"}, "InvalidParameterException"),
        ({"DomainName": "a..b"}, "InvalidParameterException"),
        ({"DomainName": ""}, "ValidationException"),
        ({"TargetIps": [{"Ip": "nowhere"}]}, "InvalidParameterException"),
        ({"TargetIps": [{"Ip": "far"}]}, "ValidationException"),
        ({"TargetIps": [{"Ip": "192.0.2.1", "Port": 0}]}, "InvalidParameterException"),
        ({"TargetIps": [{"Ip": f"192.0.2.{n}"} for n in range(7)]}, "InvalidRequestException"),
        ({"TargetIps": []}, "ValidationException"),
        ({"TargetIps": None}, "InvalidRequestException"),
        ({"ResolverEndpointId": None}, "InvalidRequestException"),
        ({"ResolverEndpointId": "rslvr-out-0"}, "ResourceNotFoundException"),
        ({"RuleType": "SYSTEM"}, "InvalidRequestException"),
        ({"Name": "x" * 65}, "ValidationException"),
        ({"Name": "123"}, "ValidationException"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(client, vpc, asked, code):
    whole = {
        "CreatorRequestId": "1",
        "RuleType": "FORWARD",
        "DomainName": "corp",
        "TargetIps": [{"Ip": "192.0.2.53"}],
        "ResolverEndpointId": an_endpoint(client, vpc)["Id"],
        **asked,
    }
    assert client.refusal(RESOLVER + "CreateResolverRule", **whole) == code


def test_a_rule_forwards_by_an_outbound_endpoint(client, vpc):
    inbound = an_endpoint(client, vpc, Direction="INBOUND")["Id"]
    outbound = an_endpoint(client, vpc, CreatorRequestId="2")["Id"]
    rule = a_rule(client, outbound)
    update = {"ResolverRuleId": rule["Id"], "Config": {"ResolverEndpointId": inbound}}
    assert client.refusal(RESOLVER + "UpdateResolverRule", **update) == "InvalidRequestException"
    config = {"Name": "new", "TargetIps": [{"Ip": "192.0.2.54", "Port": 5353}]}
    changed = client.ask(RESOLVER + "UpdateResolverRule", **{**update, "Config": config})
    assert changed["ResolverRule"]["Name"] == "new"
    assert changed["ResolverRule"]["TargetIps"][0]["Port"] == 5353
    of = [{"Name": "ResolverEndpointId", "Values": [outbound]}]
    listed = client.ask(RESOLVER + "ListResolverRules", Filters=of)["ResolverRules"]
    assert listed == [changed["ResolverRule"]]


def test_a_rule_is_made_once_for_a_request_id(client, vpc):
    endpoint = an_endpoint(client, vpc)["Id"]
    assert a_rule(client, endpoint) == a_rule(client, endpoint)
    system = {"CreatorRequestId": "s", "RuleType": "SYSTEM", "DomainName": "a.corp"}
    assert "TargetIps" not in client.ask(RESOLVER + "CreateResolverRule", **system)["ResolverRule"]
    again = {**system, "DomainName": "b.corp"}
    assert client.refusal(RESOLVER + "CreateResolverRule", **again) == "ResourceExistsException"


def test_an_endpoint_is_renamed(client, vpc):
    by_id = {"ResolverEndpointId": an_endpoint(client, vpc, Name="old")["Id"]}
    update = RESOLVER + "UpdateResolverEndpoint"
    client.ask(update, **by_id, Protocols=["DoH"])
    changed = client.ask(update, **by_id, Name="new")["ResolverEndpoint"]
    assert (changed["Name"], changed["Protocols"]) == ("new", ["DoH"])


def test_tags_go_by_arn(client, vpc):
    made = an_endpoint(client, vpc, Tags=[{"Key": "a", "Value": "1"}])
    arn = {"ResourceArn": made["Arn"]}
    client.ask(RESOLVER + "TagResource", **arn, Tags=[{"Key": "b", "Value": "2"}])
    client.ask(RESOLVER + "UntagResource", **arn, TagKeys=["a"])
    listed = client.ask(RESOLVER + "ListTagsForResource", **arn)["Tags"]
    assert listed == [{"Key": "b", "Value": "2"}]
    for wrong, code in (
        ("nonsense", "InvalidParameterException"),
        (made["Arn"] + "0", "ResourceNotFoundException"),
    ):
        refused = client.refusal(RESOLVER + "ListTagsForResource", ResourceArn=wrong)
        assert refused == code


def test_every_account_has_the_rule_that_asks_the_internet_and_every_vpc_follows_it(client, vpc):
    name = "rslvr-autodefined-rr-internet-resolver"
    (rule,) = client.ask(RESOLVER + "ListResolverRules")["ResolverRules"]
    assert (rule["Id"], rule["DomainName"], rule["RuleType"]) == (name, ".", "RECURSIVE")
    assert (rule["Name"], rule["OwnerId"]) == ("Internet Resolver", "Route 53 Resolver")
    assert client.ask(RESOLVER + "GetResolverRule", ResolverRuleId=name)["ResolverRule"] == rule
    of = [{"Name": "VPCId", "Values": [vpc.id]}]
    listed = client.ask(RESOLVER + "ListResolverRuleAssociations", Filters=of)
    (one,) = listed["ResolverRuleAssociations"]
    assert (one["ResolverRuleId"], one["Name"]) == (name, "System Rule Association")
    assert one["Id"] == f"rslvr-autodefined-assoc-{vpc.id}-internet-resolver"
    asked = {"ResolverRuleAssociationId": one["Id"]}
    shown = client.ask(RESOLVER + "GetResolverRuleAssociation", **asked)
    assert shown["ResolverRuleAssociation"] == one
    asked = {"ResolverRuleId": name}
    assert client.refusal(RESOLVER + "DeleteResolverRule", **asked) == "ResourceNotFoundException"
    types = [{"Name": "Type", "Values": ["FORWARD"]}]
    assert client.ask(RESOLVER + "ListResolverRules", Filters=types)["ResolverRules"] == []

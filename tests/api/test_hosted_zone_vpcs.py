"""Which VPCs a private zone answers in: of its own account, and of others when both agree."""

import pytest

from tests.api.test_hosted_zones import R53, a_zone
from tests.build import ACCOUNT, REGION, Client

OTHER = "222222222222"


@pytest.fixture
def client() -> Client:
    return Client()


def a_vpc(client: Client, account: str = ACCOUNT) -> dict[str, str]:
    client.become(account)
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    client.ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    client.become(ACCOUNT)
    return {"VPCRegion": REGION, "VPCId": vpc}


def vpcs(client: Client, zone: str) -> list[dict[str, str]]:
    return client.ask(R53 + "GetHostedZone", Id=zone)["VPCs"]


def test_a_vpc_is_associated_and_disassociated(client):
    first, second = a_vpc(client), a_vpc(client)
    zone = a_zone(client, "corp", first["VPCId"])
    both = {"HostedZoneId": zone, "VPC": second}
    change = client.ask(R53 + "AssociateVPCWithHostedZone", **both, Comment="why")["ChangeInfo"]
    assert change["Comment"] == "why"
    assert vpcs(client, zone) == [first, second]
    associate = R53 + "AssociateVPCWithHostedZone"
    assert client.refusal(associate, **both) == "ConflictingDomainExists"
    disassociate = R53 + "DisassociateVPCFromHostedZone"
    client.ask(disassociate, HostedZoneId=zone, VPC=first)
    assert vpcs(client, zone) == [second]
    assert client.refusal(disassociate, HostedZoneId=zone, VPC=first) == "VPCAssociationNotFound"
    assert client.refusal(disassociate, **both) == "LastVPCAssociation"


def test_a_vpc_has_a_domain_from_one_zone_alone(client):
    vpc, other = a_vpc(client), a_vpc(client)
    a_zone(client, "corp", vpc["VPCId"])
    again = {"Name": "corp", "CallerReference": "2", "VPC": vpc}
    assert client.refusal(R53 + "CreateHostedZone", **again) == "ConflictingDomainExists"
    a_zone(client, "sub.corp", vpc["VPCId"])
    twin = a_zone(client, "corp", other["VPCId"])
    associate = {"HostedZoneId": twin, "VPC": vpc}
    assert (
        client.refusal(R53 + "AssociateVPCWithHostedZone", **associate) == "ConflictingDomainExists"
    )


def test_a_zone_and_an_endpoints_private_name_exclude_each_other(client):
    vpc = a_vpc(client)
    name = f"monitoring.{REGION}.amazonaws.com"
    subnet = client.ask("CreateSubnet", VpcId=vpc["VPCId"], CidrBlock="10.0.0.0/24")
    asked = {
        "VpcId": vpc["VPCId"],
        "VpcEndpointType": "Interface",
        "ServiceName": f"com.amazonaws.{REGION}.monitoring",
        "SubnetIds": [subnet["Subnet"]["SubnetId"]],
    }
    zone = a_zone(client, name, vpc["VPCId"])
    assert client.refusal("CreateVpcEndpoint", **asked) == "InvalidParameter"
    client.ask(R53 + "DeleteHostedZone", Id=zone)
    client.ask("CreateVpcEndpoint", **asked)
    again = {"Name": name, "CallerReference": "2", "VPC": vpc}
    assert client.refusal(R53 + "CreateHostedZone", **again) == "ConflictingDomainExists"


def test_a_vpc_of_another_account_needs_both_owners(client):
    mine, theirs = a_vpc(client), a_vpc(client, OTHER)
    zone = a_zone(client, "corp", mine["VPCId"])
    both = {"HostedZoneId": zone, "VPC": theirs}
    associate = R53 + "AssociateVPCWithHostedZone"
    assert client.refusal(associate, **both) == "InvalidVPCId"
    client.become(OTHER)
    assert client.refusal(associate, **both) == "NotAuthorizedException"
    client.become(ACCOUNT)
    for _ in range(2):
        client.ask(R53 + "CreateVPCAssociationAuthorization", **both)
    listed = client.ask(R53 + "ListVPCAssociationAuthorizations", HostedZoneId=zone)
    assert listed["VPCs"] == [theirs]
    client.become(OTHER)
    client.ask(associate, **both)
    where = {"VPCId": theirs["VPCId"], "VPCRegion": REGION}
    (seen,) = client.ask(R53 + "ListHostedZonesByVPC", **where)["HostedZoneSummaries"]
    assert seen["Owner"] == {"OwningAccount": ACCOUNT}
    client.become(ACCOUNT)
    client.ask(R53 + "DeleteVPCAssociationAuthorization", **both)
    gone = client.refusal(R53 + "DeleteVPCAssociationAuthorization", **both)
    assert gone == "VPCAssociationAuthorizationNotFound"
    assert vpcs(client, zone) == [mine, theirs]
    client.become(OTHER)
    client.ask(R53 + "DisassociateVPCFromHostedZone", **both)
    client.become(ACCOUNT)
    assert vpcs(client, zone) == [mine]


def test_nobody_else_ends_an_association(client):
    mine, more = a_vpc(client), a_vpc(client)
    zone = a_zone(client, "corp", mine["VPCId"])
    client.ask(R53 + "AssociateVPCWithHostedZone", HostedZoneId=zone, VPC=more)
    client.become("333333333333")
    asked = {"HostedZoneId": zone, "VPC": more}
    assert client.refusal(R53 + "DisassociateVPCFromHostedZone", **asked) == "InvalidVPCId"


def test_a_public_zone_has_no_vpcs(client):
    vpc = a_vpc(client)
    zone = {"HostedZoneId": a_zone(client, "example.org"), "VPC": vpc}
    associate = R53 + "AssociateVPCWithHostedZone"
    assert client.refusal(associate, **zone) == "PublicZoneVPCAssociation"
    assert client.refusal(R53 + "CreateVPCAssociationAuthorization", **zone) == "InvalidInput"


@pytest.mark.parametrize(
    ("vpc", "code"),
    [
        ({"VPCRegion": REGION, "VPCId": "vpc-00000000000000000"}, "InvalidVPCId"),
        ({"VPCId": "vpc-00000000000000000"}, "InvalidInput"),
    ],
)
def test_a_vpc_that_is_not_there_is_refused(client, vpc, code):
    zone = a_zone(client, "corp", a_vpc(client)["VPCId"])
    for operation in ("AssociateVPCWithHostedZone", "CreateVPCAssociationAuthorization"):
        assert client.refusal(R53 + operation, HostedZoneId=zone, VPC=vpc) == code


def test_authorisations_are_listed_in_pages(client):
    zone = a_zone(client, "corp", a_vpc(client)["VPCId"])
    theirs = [a_vpc(client, OTHER) for _ in range(3)]
    for vpc in theirs:
        client.ask(R53 + "CreateVPCAssociationAuthorization", HostedZoneId=zone, VPC=vpc)
    listing = {"HostedZoneId": zone, "MaxResults": "2"}
    first = client.ask(R53 + "ListVPCAssociationAuthorizations", **listing)
    rest = {**listing, "NextToken": first["NextToken"]}
    second = client.ask(R53 + "ListVPCAssociationAuthorizations", **rest)
    assert first["VPCs"] + second["VPCs"] == theirs
    wrong = {**listing, "NextToken": "x"}
    refused = client.refusal(R53 + "ListVPCAssociationAuthorizations", **wrong)
    assert refused == "InvalidPaginationToken"


def test_zones_are_listed_by_vpc_in_pages_to_its_owner(client):
    vpc = a_vpc(client)
    for name in ("b", "a", "c"):
        a_zone(client, name, vpc["VPCId"])
    where = {"VPCId": vpc["VPCId"], "VPCRegion": REGION, "MaxItems": "2"}
    by_vpc = R53 + "ListHostedZonesByVPC"
    first = client.ask(by_vpc, **where)
    second = client.ask(by_vpc, **where, NextToken=first["NextToken"])
    names = [row["Name"] for page in (first, second) for row in page["HostedZoneSummaries"]]
    assert names == ["a.", "b.", "c."]
    assert client.refusal(by_vpc, **where, NextToken="9") == "InvalidPaginationToken"
    client.become(OTHER)
    assert client.refusal(by_vpc, **where) == "InvalidVPCId"

"""VPC block public access: the mode, exclusions, and what of both holds for a subnet."""

import pytest

from genkan.model.block_public_access import mode_of
from tests.api.providers import a_subnet, a_vpc
from tests.build import ACCOUNT, REGION, Client

OFF, INGRESS, BOTH = "off", "block-ingress", "block-bidirectional"
EVERYTHING, EGRESS = "allow-bidirectional", "allow-egress"
EXCLUDE = "CreateVpcBlockPublicAccessExclusion"
EXCLUSIONS = "DescribeVpcBlockPublicAccessExclusions"
UNKNOWN = "vpcbpa-exclude-00000000000000000"


@pytest.fixture
def client() -> Client:
    return Client()


def block(client: Client, mode: str) -> dict:
    asked = {"InternetGatewayBlockMode": mode}
    made = client.ask("ModifyVpcBlockPublicAccessOptions", **asked)
    return made["VpcBlockPublicAccessOptions"]


def exclude(client: Client, mode: str, **of: str) -> dict:
    asked = {"InternetGatewayExclusionMode": mode, **of}
    return client.ask(EXCLUDE, **asked)["VpcBlockPublicAccessExclusion"]


def test_an_account_begins_with_it_off_in_each_region(client):
    asked = "DescribeVpcBlockPublicAccessOptions"
    options = client.ask(asked)["VpcBlockPublicAccessOptions"]
    assert (options["State"], options["InternetGatewayBlockMode"]) == ("default-state", OFF)
    assert (options["AwsAccountId"], options["AwsRegion"]) == (ACCOUNT, REGION)
    assert block(client, INGRESS)["State"] == "update-complete"
    assert client.ask(asked)["VpcBlockPublicAccessOptions"]["InternetGatewayBlockMode"] == INGRESS
    client.become("210987654321")
    assert client.ask(asked)["VpcBlockPublicAccessOptions"]["InternetGatewayBlockMode"] == OFF
    wrong = {"InternetGatewayBlockMode": "on"}
    operation = "ModifyVpcBlockPublicAccessOptions"
    assert client.refusal(operation, **wrong) == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("mode", "of_vpc", "of_subnet", "left"),
    [
        (OFF, None, None, OFF),
        (INGRESS, None, None, INGRESS),
        (BOTH, None, None, BOTH),
        (OFF, EGRESS, None, OFF),
        (INGRESS, EVERYTHING, None, OFF),
        (INGRESS, EGRESS, None, INGRESS),
        (BOTH, EVERYTHING, None, OFF),
        (BOTH, EGRESS, None, INGRESS),
        (BOTH, None, EVERYTHING, OFF),
        (BOTH, EVERYTHING, EGRESS, INGRESS),
        (BOTH, EGRESS, EVERYTHING, OFF),
    ],
)
def test_what_is_blocked_for_a_subnet(client, mode, of_vpc, of_subnet, left):
    vpc = a_vpc(client)
    subnet = a_subnet(client, vpc)
    block(client, mode)
    if of_vpc:
        exclude(client, of_vpc, VpcId=vpc)
    if of_subnet:
        exclude(client, of_subnet, SubnetId=subnet)
    assert mode_of(client.call.network, ACCOUNT, REGION, vpc, subnet).value == left
    (shown,) = client.ask("DescribeSubnets")["Subnets"]
    assert shown["BlockPublicAccessStates"]["InternetGatewayBlockMode"] == left


def test_an_exclusion_is_made_changed_found_and_deleted(client):
    vpc = a_vpc(client)
    tags = [{"ResourceType": "vpc-block-public-access-exclusion", "Tags": [{"Key": "a"}]}]
    made = exclude(client, EGRESS, VpcId=vpc, TagSpecifications=tags)
    named = {"ExclusionId": made["ExclusionId"]}
    assert made["State"] == "create-complete"
    assert made["ResourceArn"] == f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{vpc}"
    change = {**named, "InternetGatewayExclusionMode": EVERYTHING}
    client.ask("ModifyVpcBlockPublicAccessExclusion", **change)
    wanted = [{"Name": "internet-gateway-exclusion-mode", "Values": [EVERYTHING]}]
    (found,) = client.ask(EXCLUSIONS, Filters=wanted)["VpcBlockPublicAccessExclusions"]
    assert (found["State"], found["Tags"]) == ("update-complete", [{"Key": "a", "Value": ""}])
    gone = client.ask("DeleteVpcBlockPublicAccessExclusion", **named)
    assert gone["VpcBlockPublicAccessExclusion"]["State"] == "delete-complete"
    missing = client.refusal(EXCLUSIONS, ExclusionIds=[made["ExclusionId"]])
    assert missing == "InvalidVpcBlockPublicAccessExclusionId.NotFound"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({}, "InvalidParameterCombination"),
        ({"VpcId": "its own", "SubnetId": "its own"}, "InvalidParameterCombination"),
        ({"VpcId": "vpc-00000000000000000"}, "InvalidVpcID.NotFound"),
        ({"InternetGatewayExclusionMode": "allow"}, "InvalidParameterValue"),
        ({"VpcId": "its own"}, "VpcBlockPublicAccessExclusionAlreadyExists"),
    ],
)
def test_what_cannot_be_excluded_is_refused(client, parameters, code):
    vpc = a_vpc(client)
    exclude(client, EGRESS, VpcId=vpc)
    asked = {"InternetGatewayExclusionMode": EGRESS, **parameters}
    asked = {name: vpc if value == "its own" else value for name, value in asked.items()}
    if "InternetGatewayExclusionMode" in parameters:
        asked["SubnetId"] = a_subnet(client, vpc)
    assert client.refusal(EXCLUDE, **asked) == code


def test_exclusions_go_with_what_they_exclude(client):
    vpc = a_vpc(client)
    subnet = a_subnet(client, vpc)
    exclude(client, EGRESS, VpcId=vpc)
    exclude(client, EVERYTHING, SubnetId=subnet)
    client.ask("DeleteSubnet", SubnetId=subnet)
    (left,) = client.ask(EXCLUSIONS)["VpcBlockPublicAccessExclusions"]
    assert left["ResourceArn"].endswith(vpc)
    client.ask("DeleteVpc", VpcId=vpc)
    assert client.ask(EXCLUSIONS)["VpcBlockPublicAccessExclusions"] == []


def test_an_exclusion_that_is_not_there_is_refused(client):
    for operation in (
        "ModifyVpcBlockPublicAccessExclusion",
        "DeleteVpcBlockPublicAccessExclusion",
    ):
        asked = {"ExclusionId": UNKNOWN}
        if operation.startswith("Modify"):
            asked["InternetGatewayExclusionMode"] = EGRESS
        code = client.refusal(operation, **asked)
        assert code == "InvalidVpcBlockPublicAccessExclusionId.NotFound"

"""Resolver's configs of VPCs, and its query log configs."""

import pytest

from tests.api.providers import a_vpc
from tests.build import Client

BUCKET = "arn:aws:s3:::questions"
NOT_FOUND = "ResourceNotFoundException"


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def vpc(client) -> str:
    return a_vpc(client)


def ask(client: Client, operation: str, **asked) -> dict:
    return client.ask(f"route53resolver:{operation}", **asked)


def a_log(client: Client, name: str = "log") -> str:
    asked = {"Name": name, "DestinationArn": BUCKET, "CreatorRequestId": name}
    return ask(client, "CreateResolverQueryLogConfig", **asked)["ResolverQueryLogConfig"]["Id"]


def test_a_vpc_begins_with_reverse_zones_and_without_validation(client, vpc):
    config = ask(client, "GetResolverConfig", ResourceId=vpc)["ResolverConfig"]
    assert config["AutodefinedReverse"] == "ENABLED"
    dnssec = ask(client, "GetResolverDnssecConfig", ResourceId=vpc)["ResolverDNSSECConfig"]
    assert dnssec["ValidationStatus"] == "DISABLED"
    assert ask(client, "ListResolverDnssecConfigs")["ResolverDnssecConfigs"] == []


def test_configs_are_changed_and_listed_under_one_id(client, vpc):
    asked = {"ResourceId": vpc, "AutodefinedReverseFlag": "DISABLE"}
    made = ask(client, "UpdateResolverConfig", **asked)["ResolverConfig"]
    assert ask(client, "ListResolverConfigs")["ResolverConfigs"] == [made]
    for flag, status in (("ENABLE", "ENABLED"), ("DISABLE", "DISABLED")):
        asked = {"ResourceId": vpc, "Validation": flag}
        made = ask(client, "UpdateResolverDnssecConfig", **asked)["ResolverDNSSECConfig"]
        assert made["ValidationStatus"] == status
    wanted = [{"Name": "ValidationStatus", "Values": ["DISABLED"]}]
    assert ask(client, "ListResolverDnssecConfigs", Filters=wanted)["ResolverDnssecConfigs"] == [
        made
    ]
    wrong = {"ResourceId": vpc, "Validation": "MAYBE"}
    refused = client.refusal("route53resolver:UpdateResolverDnssecConfig", **wrong)
    assert refused == "ValidationException"


def test_configs_and_logs_of_a_vpc_go_with_it(client, vpc):
    ask(client, "UpdateResolverDnssecConfig", ResourceId=vpc, Validation="ENABLE")
    log = a_log(client)
    ask(client, "AssociateResolverQueryLogConfig", ResolverQueryLogConfigId=log, ResourceId=vpc)
    client.ask("DeleteVpc", VpcId=vpc)
    assert ask(client, "ListResolverDnssecConfigs")["ResolverDnssecConfigs"] == []
    assert client.refusal("route53resolver:GetResolverConfig", ResourceId=vpc) == NOT_FOUND
    left = ask(client, "ListResolverQueryLogConfigAssociations")
    assert left["ResolverQueryLogConfigAssociations"] == []


def test_a_log_config_counts_its_vpcs_and_stays_while_it_has_some(client, vpc):
    log = {"ResolverQueryLogConfigId": a_log(client)}
    pair = {**log, "ResourceId": vpc}
    made = ask(client, "AssociateResolverQueryLogConfig", **pair)
    name = made["ResolverQueryLogConfigAssociation"]["Id"]
    shown = ask(client, "GetResolverQueryLogConfig", **log)["ResolverQueryLogConfig"]
    assert (shown["AssociationCount"], shown["Status"]) == (1, "CREATED")
    again = client.refusal("route53resolver:AssociateResolverQueryLogConfig", **pair)
    assert again == "ResourceExistsException"
    held = client.refusal("route53resolver:DeleteResolverQueryLogConfig", **log)
    assert held == "InvalidRequestException"
    ask(client, "DisassociateResolverQueryLogConfig", **pair)
    gone = client.refusal("route53resolver:DisassociateResolverQueryLogConfig", **pair)
    assert gone == NOT_FOUND
    named = {"ResolverQueryLogConfigAssociationId": name}
    unknown = "route53resolver:GetResolverQueryLogConfigAssociation"
    assert client.refusal(unknown, **named) == NOT_FOUND
    ask(client, "DeleteResolverQueryLogConfig", **log)


def test_log_configs_are_found_by_filters_and_made_once_by_a_request_id(client):
    first = a_log(client)
    assert a_log(client) == first
    a_log(client, "other")
    wanted = [{"Name": "Name", "Values": ["other"]}]
    found = ask(client, "ListResolverQueryLogConfigs", Filters=wanted)
    assert (found["TotalCount"], found["TotalFilteredCount"]) == (2, 1)
    asked = {"Name": "log", "DestinationArn": f"{BUCKET}-2", "CreatorRequestId": "log"}
    operation = "route53resolver:CreateResolverQueryLogConfig"
    assert client.refusal(operation, **asked) == "ResourceExistsException"
    asked |= {"DestinationArn": "arn:aws:sqs:::queue", "CreatorRequestId": "new"}
    assert client.refusal(operation, **asked) == "InvalidParameterException"

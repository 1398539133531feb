"""Route 53 on the wire: its namespace, its status, where its answers say where things are."""

import xml.etree.ElementTree as ElementTree

from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser

from genkan import wire
from genkan.api import endpoint, registry
from genkan.api.route53_errors import InvalidChangeBatch, NotAuthorized
from tests.build import Client
from tests.wire.calls import request_of

NAMESPACE = "{https://route53.amazonaws.com/doc/2013-04-01/}"


def asked(client: Client, operation: str, **parameters) -> wire.HttpAnswer:
    """Send what botocore sends, and give what it would get."""
    request = request_of("route53", operation, parameters)
    question = endpoint.parse("route53", request, "r")
    answer = registry.run(client.call, "route53", operation, question.parsed.parameters)
    return endpoint.serialize(question, answer)


def read(operation: str, answer: wire.HttpAnswer) -> dict:
    """Read an answer as botocore does."""
    model = wire.service_model("route53").operation_model(operation)
    response = {
        "status_code": answer.status,
        "headers": HeadersDict(answer.headers),
        "body": answer.body,
        "context": {"operation_name": operation},
    }
    return create_parser("rest-xml").parse(response, model.output_shape)


def test_a_zone_is_answered_as_created_with_the_place_where_it_is():
    client = Client()
    asking = {"Name": "example.org", "CallerReference": "1"}
    answer = asked(client, "CreateHostedZone", **asking)
    assert answer.status == 201
    root = ElementTree.fromstring(answer.body)
    assert root.tag == f"{NAMESPACE}CreateHostedZoneResponse"
    got = read("CreateHostedZone", answer)
    assert got["Location"].endswith(got["HostedZone"]["Id"])
    assert got["HostedZone"]["Config"] == {"PrivateZone": False}
    assert len(got["DelegationSet"]["NameServers"]) == 4


def test_an_id_may_come_with_its_path_in_it():
    client = Client()
    made = client.ask("route53:CreateHostedZone", Name="example.org", CallerReference="1")
    answer = asked(client, "ListResourceRecordSets", HostedZoneId=made["HostedZone"]["Id"])
    rows = read("ListResourceRecordSets", answer)["ResourceRecordSets"]
    assert [row["Type"] for row in rows] == ["NS", "SOA"]


def test_a_refusal_has_the_services_namespace_and_lists_what_is_wrong():
    refused = endpoint.refuse("route53", "rest-xml", InvalidChangeBatch("one", "two"), "r")
    root = ElementTree.fromstring(refused.body)
    assert (refused.status, root.tag) == (400, f"{NAMESPACE}ErrorResponse")
    error = read("ChangeResourceRecordSets", refused)["Error"]
    assert (error["Code"], error["Message"]) == ("InvalidChangeBatch", "[one, two]")
    assert endpoint.refuse("route53", "rest-xml", NotAuthorized("no"), "r").status == 401

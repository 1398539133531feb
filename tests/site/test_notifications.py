"""Connection notifications, from the call to a queue that a topic has: with the API alone."""

import json
from collections.abc import Iterator

import pytest

from tests.site.homes import API_ALONE, a_home
from tests.story.conftest import RunningSite, until

pytestmark = pytest.mark.site
EVENTS = ["Accept", "Connect", "Delete", "Reject"]


@pytest.fixture
def site() -> Iterator[RunningSite]:
    with a_home() as one:
        one.genkan(*API_ALONE)
        yield one


def provider(site: RunningSite) -> tuple[dict, str, str]:
    """Make an endpoint service on a load balancer; give it, its VPC and subnet."""
    ec2, elb = site.client("ec2"), site.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    asked = {"Name": "front", "Type": "network", "Scheme": "internal", "Subnets": [subnet]}
    (made,) = elb.create_load_balancer(**asked)["LoadBalancers"]
    arns = [made["LoadBalancerArn"]]
    service = ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=arns)
    return service["ServiceConfiguration"], vpc, subnet


def test_what_becomes_of_an_endpoint_arrives_in_a_queue_in_order(site: RunningSite):
    ec2, sns, sqs = (site.client(name) for name in ("ec2", "sns", "sqs"))
    topic = sns.create_topic(Name="connections")["TopicArn"]
    queue = sqs.create_queue(QueueName="connections")["QueueUrl"]
    asked = {"QueueUrl": queue, "AttributeNames": ["QueueArn"]}
    arn = sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    service, vpc, subnet = provider(site)
    for one in (topic, f"{topic}-that-is-not-there"):
        ec2.create_vpc_endpoint_connection_notification(
            ServiceId=service["ServiceId"],
            ConnectionNotificationArn=one,
            ConnectionEvents=EVENTS,
        )
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        VpcEndpointType="Interface",
        ServiceName=service["ServiceName"],
        SubnetIds=[subnet],
    )["VpcEndpoint"]["VpcEndpointId"]
    named = {"ServiceId": service["ServiceId"], "VpcEndpointIds": [endpoint]}
    ec2.accept_vpc_endpoint_connections(**named)
    ec2.reject_vpc_endpoint_connections(**named)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    arrived: list[str] = []

    def receive() -> list[str]:
        got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        for one in got:
            body = json.loads(json.loads(one["Body"])["Message"])
            assert body["vpcEndpointId"] == endpoint
            arrived.append(body["eventType"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return arrived

    until(receive, lambda events: len(events) == len(EVENTS))
    assert arrived == ["Connect", "Accept", "Reject", "Delete"]

"""A user's view of traffic that is inspected: two VPCs of the same addresses, made by boto3.

The tests run in their order on one site: each goes on where the one before it stopped.
"""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.story.conftest import REGION, RunningSite, running_site, until

pytestmark = [pytest.mark.site, pytest.mark.kernel]

ROOT = Path(__file__).parents[2]
ZONE = f"{REGION}a"
SERVER = (
    "import socketserver as s; s.ThreadingTCPServer.allow_reuse_address = True; "
    "H = type('H', (s.StreamRequestHandler,), "
    "{'handle': lambda self: self.wfile.write(self.client_address[0].encode())}); "
    "[__import__('threading').Thread(target=s.ThreadingTCPServer(('', p), H).serve_forever).start()"
    " for p in (80, 22)]"
)
CLIENT = (
    "import socket; c = socket.create_connection(('10.0.3.10', {port}), {patience}); "
    "c.settimeout(5); print(c.recv(99).decode())"
)


@dataclass
class Inspected:
    """Ids of what stands."""

    ec2: Any
    elb: Any
    tables: list[str]  # of the client's subnet and of the server's
    endpoint: str = ""
    group_arn: str = ""
    appliances: list[str] = field(default_factory=list)

    def health(self) -> list[str]:
        found = self.elb.describe_target_health(TargetGroupArn=self.group_arn)
        return [one["TargetHealth"]["State"] for one in found["TargetHealthDescriptions"]]

    def endpoint_state(self) -> str:
        found = self.ec2.describe_vpc_endpoints(VpcEndpointIds=[self.endpoint])
        return found["VpcEndpoints"][0]["State"]


def network(ec2: Any, *subnets: str) -> list[str]:
    """Make a VPC 10.0.0.0/16 with these subnets, all of its groups open; give their ids."""
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])[
        "SecurityGroups"
    ]
    everybody = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=everybody)
    made = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=ZONE)["Subnet"]["SubnetId"]
        for cidr in subnets
    ]
    return [vpc, *made]


def run(ec2: Any, name: str, subnet: str, address: str, *program: str) -> str:
    script = f"#!/bin/sh\ncd {ROOT}\n" + " ".join(program) + "\n"
    made = ec2.run_instances(
        ImageId="ami-genkan",
        MinCount=1,
        MaxCount=1,
        SubnetId=subnet,
        PrivateIpAddress=address,
        UserData=script,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
    )
    return made["Instances"][0]["InstanceId"]


def tcp(site: RunningSite, port: int, patience: int = 5) -> str:
    program = CLIENT.format(port=port, patience=patience)
    done = site.inside("client", sys.executable, "-c", program)
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    """A site of an ordinary user: what is inspected asks for nothing that root alone has."""
    with running_site(ordinary=True) as one:
        yield one


@pytest.fixture(scope="module")
def inspected(site: RunningSite) -> Inspected:
    return build(site)


def build(site: RunningSite) -> Inspected:
    """Make both VPCs, their instances, and the routes between the subnets."""
    ec2, elb = site.client("ec2"), site.client("elbv2")
    vpc, app, _, db = network(ec2, "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24")
    run(ec2, "client", app, "10.0.1.10", "true")
    run(ec2, "server", db, "10.0.3.10", sys.executable, "-c", f'"{SERVER}"')
    tables = [ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in "ab"]
    for table, subnet in zip(tables, (app, db), strict=True):
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    until(lambda: tcp(site, 80), lambda answer: answer == "10.0.1.10")
    _provide(ec2, elb, *network(ec2, "10.0.1.0/24"), found := Inspected(ec2, elb, tables))
    return found


def _provide(ec2: Any, elb: Any, vpc: str, subnet: str, found: Inspected) -> None:
    appliance = (sys.executable, "-m", "tests.inspection.appliance", "22")
    found.appliances = [
        run(ec2, name, subnet, f"10.0.1.{last}", *appliance)
        for name, last in (("fw1", 10), ("fw2", 11))
    ]
    found.group_arn = elb.create_target_group(
        Name="fw",
        Protocol="GENEVE",
        Port=6081,
        VpcId=vpc,
        HealthCheckProtocol="TCP",
        HealthCheckPort="80",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]


def open_endpoint(inspected: Inspected) -> None:
    """Make the service of the appliances, and wait for an endpoint to it."""
    ec2, elb = inspected.ec2, inspected.elb
    subnet = ec2.describe_instances(InstanceIds=inspected.appliances)["Reservations"][0][
        "Instances"
    ][0]["SubnetId"]
    elb.register_targets(
        TargetGroupArn=inspected.group_arn, Targets=[{"Id": one} for one in inspected.appliances]
    )
    balancer = elb.create_load_balancer(Name="fw", Type="gateway", Subnets=[subnet])
    arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    elb.create_listener(
        LoadBalancerArn=arn,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": inspected.group_arn}],
    )
    service = ec2.create_vpc_endpoint_service_configuration(
        GatewayLoadBalancerArns=[arn], AcceptanceRequired=False
    )["ServiceConfiguration"]
    (gateway_subnet,) = ec2.describe_subnets(
        Filters=[{"Name": "cidr-block", "Values": ["10.0.2.0/24"]}]
    )["Subnets"]
    inspected.endpoint = ec2.create_vpc_endpoint(
        VpcId=gateway_subnet["VpcId"],
        ServiceName=service["ServiceName"],
        VpcEndpointType="GatewayLoadBalancer",
        SubnetIds=[gateway_subnet["SubnetId"]],
    )["VpcEndpoint"]["VpcEndpointId"]
    until(inspected.endpoint_state, lambda state: state == "available")


def lead_through(inspected: Inspected) -> None:
    """Route both subnets' packets for each other to the endpoint."""
    for table, cidr in zip(inspected.tables, ("10.0.3.0/24", "10.0.1.0/24"), strict=True):
        inspected.ec2.create_route(
            RouteTableId=table, DestinationCidrBlock=cidr, VpcEndpointId=inspected.endpoint
        )


def test_an_endpoint_is_available_when_its_path_stands(
    site: RunningSite, inspected: Inspected
) -> None:
    open_endpoint(inspected)
    assert {"inspection", "health"} <= site.processes().keys()
    until(inspected.health, lambda states: states == ["healthy", "healthy"])


def test_what_is_routed_to_the_endpoint_is_inspected(
    site: RunningSite, inspected: Inspected
) -> None:
    assert tcp(site, 22) == "10.0.1.10"
    lead_through(inspected)
    assert tcp(site, 80) == "10.0.1.10"
    assert tcp(site, 22, patience=1) == "TimeoutError: timed out"


def test_a_killed_process_comes_back_and_packets_pass(
    site: RunningSite, inspected: Inspected
) -> None:
    before = site.processes()["inspection"]
    os.kill(before, signal.SIGKILL)
    until(lambda: site.processes().get("inspection", before), lambda pid: pid != before)
    until(lambda: tcp(site, 80, patience=1), lambda answer: answer == "10.0.1.10")

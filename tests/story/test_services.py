"""A user's view of an endpoint service: a provider and a consumer whose VPCs have the same CIDR.

The tests run in their order on one site: each goes on where the one before it stopped.
"""

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.story.conftest import REGION, RunningSite, running_site, until
from tests.story.held import held_open

pytestmark = [pytest.mark.site, pytest.mark.kernel]

ZONE = f"{REGION}a"
CIDR, SUBNET = "10.0.0.0/16", "10.0.1.0/24"
NLB = "10.0.1.60"
PORTS = {"http": 8080, "https": 443}
SERVER = """
import http.server, os, socket
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/end":
            os._exit(0)
        body = f"{socket.gethostname()} {self.client_address[0]}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("", 80), Handler).serve_forever()
"""
CLIENT = """
import os, ssl, sys, urllib.request
trusted = ssl.create_default_context(cafile=os.environ["AWS_CA_BUNDLE"])
url, patience = sys.argv[1], float(sys.argv[2])
try:
    with urllib.request.urlopen(url, timeout=patience, context=trusted) as answer:
        print(answer.read().decode())
except OSError as error:
    print(error)
"""


@dataclass
class Served:
    """Ids of what stands."""

    ec2: Any
    elb: Any
    consumer_vpc: str = ""
    consumer_subnet: str = ""
    targets: list[str] = field(default_factory=list)
    group: str = ""
    balancer: str = ""
    service: str = ""
    service_name: str = ""
    endpoint: str = ""

    def health(self) -> dict[str, str]:
        answer = self.elb.describe_target_health(TargetGroupArn=self.group)
        return {
            one["Target"]["Id"]: one["TargetHealth"]["State"]
            for one in answer["TargetHealthDescriptions"]
        }

    def described(self) -> dict[str, Any]:
        return self.ec2.describe_vpc_endpoints(VpcEndpointIds=[self.endpoint])["VpcEndpoints"][0]


def network(ec2: Any) -> tuple[str, str]:
    """Make a VPC with one subnet, its default group open."""
    vpc = ec2.create_vpc(CidrBlock=CIDR)["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])[
        "SecurityGroups"
    ]
    everybody = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=everybody)
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=SUBNET, AvailabilityZone=ZONE)
    return vpc, made["Subnet"]["SubnetId"]


def run(ec2: Any, name: str, subnet: str, address: str, program: str = "") -> str:
    script = f"#!/bin/sh\n{sys.executable} -c '{program}' &\n" if program else "#!/bin/sh\n"
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


def get(site: RunningSite, host: str, patience: int = 8, scheme: str = "http") -> str:
    """Ask the service from the client; give what the target says, or the error."""
    url = f"{scheme}://{host}:{PORTS[scheme]}/"
    done = site.inside("client", sys.executable, "-c", CLIENT, url, str(patience))
    return done.stdout.strip() or done.stderr.strip()


@pytest.fixture(scope="module")
def site() -> Iterator[RunningSite]:
    """A site of an ordinary user: what root may do, tests/engine shows."""
    with running_site(ordinary=True) as one:
        yield one


@pytest.fixture(scope="module")
def served(site: RunningSite) -> Served:
    """Make the provider's load balancer before two targets, and the consumer's client."""
    found = Served(site.client("ec2"), site.client("elbv2"))
    vpc, subnet = network(found.ec2)
    found.targets = [
        run(found.ec2, name, subnet, f"10.0.1.{last}", SERVER)
        for name, last in (("one", 10), ("two", 11))
    ]
    found.group = found.elb.create_target_group(
        Name="orders",
        Protocol="TCP",
        Port=80,
        VpcId=vpc,
        HealthCheckProtocol="HTTP",
        HealthCheckIntervalSeconds=5,
        HealthCheckTimeoutSeconds=2,
        HealthyThresholdCount=2,
        UnhealthyThresholdCount=2,
    )["TargetGroups"][0]["TargetGroupArn"]
    balancer = found.elb.create_load_balancer(
        Name="orders",
        Type="network",
        Scheme="internal",
        SubnetMappings=[{"SubnetId": subnet, "PrivateIPv4Address": NLB}],
    )["LoadBalancers"][0]["LoadBalancerArn"]
    found.balancer = balancer
    found.elb.create_listener(
        LoadBalancerArn=balancer,
        Protocol="TCP",
        Port=8080,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": found.group}],
    )
    made = found.ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[balancer], AcceptanceRequired=True
    )["ServiceConfiguration"]
    found.service, found.service_name = made["ServiceId"], made["ServiceName"]
    found.consumer_vpc, found.consumer_subnet = network(found.ec2)
    run(found.ec2, "client", found.consumer_subnet, "10.0.1.10")
    return found


def test_an_endpoint_that_nobody_accepted_passes_nothing(site, served):
    """As impact says before it is asked for, with the call that is missing."""
    words = [
        "create-vpc-endpoint", "--vpc-id", served.consumer_vpc, "--vpc-endpoint-type", "Interface",
        "--service-name", served.service_name, "--subnet-ids", served.consumer_subnet,
    ]  # fmt: skip
    (said,) = json.loads(site.genkan("impact", "--json", *words).stdout)["effects"]
    assert (said["effect"], said["after"]["codes"]) == ("STILL_BLOCKED", ["BAD_STATE"])
    (call,) = said["fixes"][0]["calls"]
    assert (call["operation"], call["parameters"]["ServiceId"]) == (
        "AcceptVpcEndpointConnections",
        served.service,
    )
    found = served.ec2.create_vpc_endpoint(
        VpcId=served.consumer_vpc,
        ServiceName=served.service_name,
        VpcEndpointType="Interface",
        SubnetIds=[served.consumer_subnet],
    )["VpcEndpoint"]
    served.endpoint = found["VpcEndpointId"]
    assert served.described()["State"] == "pendingAcceptance"
    (interface,) = found["NetworkInterfaceIds"]
    shown = served.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])
    address = shown["NetworkInterfaces"][0]["PrivateIpAddress"]
    assert "timed out" in get(site, address, patience=1)


def accept(served: Served) -> str:
    """Accept the endpoint; give its regional name when it is available."""
    served.ec2.accept_vpc_endpoint_connections(
        ServiceId=served.service, VpcEndpointIds=[served.endpoint]
    )
    until(lambda: served.described()["State"], lambda state: state == "available")
    return served.described()["DnsEntries"][0]["DnsName"]


def test_targets_are_asked_for_their_health_from_the_moment_they_are_registered(site, served):
    served.elb.register_targets(
        TargetGroupArn=served.group, Targets=[{"Id": one} for one in served.targets]
    )
    until(lambda: set(served.health().values()), lambda states: states == {"healthy"})


def test_an_accepted_endpoint_answers_by_its_name_and_the_target_sees_the_load_balancer(
    site, served
):
    """As impact says of the call that accepts it, while it waits."""
    words = ["accept-vpc-endpoint-connections", "--service-id", served.service]
    words += ["--vpc-endpoint-ids", served.endpoint]
    assert said_of(site, words, 0) == ({"GAINED"}, {"SINGLE_AZ"})
    name = accept(served)
    seen = {get(site, name) for _ in range(2)}
    assert {one.split()[1] for one in seen} == {NLB}


def test_status_tells_why_nothing_of_it_is_accelerated(site, served):
    assert "# accelerator: off, the kernel lets only root load" in site.genkan("status").stdout


def test_a_tls_listener_shows_the_certificate_that_was_requested_for_it(site, served):
    name = served.described()["DnsEntries"][0]["DnsName"]
    requested = site.client("acm").request_certificate(DomainName=name)["CertificateArn"]
    served.elb.create_listener(
        LoadBalancerArn=served.balancer,
        Protocol="TLS",
        Port=PORTS["https"],
        Certificates=[{"CertificateArn": requested}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": served.group}],
    )
    assert get(site, name, scheme="https").endswith(f" {NLB}")


@pytest.mark.parametrize("process", ["health", "streams"])
def test_a_killed_process_comes_back_and_the_kernel_hands_on_meanwhile(site, served, process):
    name = served.described()["DnsEntries"][0]["DnsName"]
    until(lambda: set(served.health().values()), lambda states: states == {"healthy"}, 25)
    before = site.processes()[process]
    os.kill(before, signal.SIGKILL)
    assert get(site, name).endswith(f" {NLB}")
    until(lambda: site.processes().get(process, before), lambda pid: pid != before)
    assert set(served.health().values()) == {"healthy"}  # as it was measured last
    until(lambda: get(site, name, 2, "https"), lambda answer: answer.endswith(f" {NLB}"))


def test_a_target_that_stops_answering_is_left(site, served):
    name = served.described()["DnsEntries"][0]["DnsName"]
    until(lambda: set(served.health().values()), lambda states: states == {"healthy"}, 25)
    answered = {get(site, name).split()[0] for _ in range(12)}
    assert answered == {"ip-10-0-1-10", "ip-10-0-1-11"}
    site.inside("one", sys.executable, "-c", CLIENT, "http://127.0.0.1/end", "5")
    until(lambda: served.health()[served.targets[0]], lambda state: state == "unhealthy", 25)
    assert {get(site, name).split()[0] for _ in range(3)} == {"ip-10-0-1-11"}


def test_a_deregistered_target_drains_and_is_gone_after_its_delay(site, served):
    served.elb.modify_target_group_attributes(
        TargetGroupArn=served.group,
        Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "1"}],
    )
    gone = served.targets[0]
    served.elb.deregister_targets(TargetGroupArn=served.group, Targets=[{"Id": gone}])
    assert served.health().get(gone) in ("draining", None)
    until(lambda: gone in served.health(), lambda there: not there)


def said_of(site: RunningSite, words: list[str], wrong: int) -> tuple[set[str], set[str]]:
    """Give the effects of a call on the client's flows to names, and what is flagged."""
    report = json.loads(site.genkan("impact", "--json", *words, wrong=wrong).stdout)
    told = [
        one
        for one in report["effects"]
        if one["flow"]["to"] == "name"
        and "client" in {member["name"] for member in one["group"]["interfaces"]}
    ]
    return {one["effect"] for one in told}, {flag for one in told for flag in one["flags"]}


def test_a_rejected_endpoint_passes_nothing_and_one_accepted_again_does(site, served):
    """Both as impact says before, what is open breaks as it says, and a trace says what to do."""
    name = served.described()["DnsEntries"][0]["DnsName"]
    address = site.dig("client", name)[0]
    which = ["--service-id", served.service, "--vpc-endpoint-ids", served.endpoint]
    effects, flags = said_of(site, ["reject-vpc-endpoint-connections", *which], 1)
    assert (effects, "CONNECTIONS_RESET" in flags) == ({"LOST"}, True)
    with held_open(site, "client", address, PORTS["http"]) as connection:
        assert connection.again() == "goes on"
        served.ec2.reject_vpc_endpoint_connections(
            ServiceId=served.service, VpcEndpointIds=[served.endpoint]
        )
        assert connection.again() == "broken"
    assert site.dig("client", name) == []
    assert "timed out" in get(site, address, patience=1)
    traced = site.genkan("trace", "client", f"{address}:{PORTS['http']}", "--json", wrong=1)
    found = json.loads(traced.stdout)
    ((blocker,), (fix,)) = (found["blockers"], found["fixes"])
    assert (blocker["code"], blocker["said"]) == ("BAD_STATE", f"{served.endpoint} is rejected")
    accepts = " ".join(["aws ec2 accept-vpc-endpoint-connections", *which])
    assert ([one["words"] for one in fix["calls"]], fix["verified"]) == ([accepts], True)
    assert said_of(site, accepts.split()[2:], 0)[0] == {"GAINED"}
    assert get(site, accept(served)) == f"ip-10-0-1-11 {NLB}"

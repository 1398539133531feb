"""What the soak changes beside its random network: two scenes whose outcome is known exactly.

A private service (a network load balancer before two targets, and a consumer whose VPC has the same
addresses) and an inspected VPC (a gateway load balancer before two appliances), each in a Region
of its own. Their programs are killed, their targets come and go, connections are rejected; the
site's processes are killed meanwhile as ever. At a look every program is started again, health has
to say so, and then packets pass or not as the API says.
"""

import contextlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from soak_probes import GENKAN, Site

ROOT = Path(__file__).parents[1]
PATIENCE = 60.0
MARK = "soak-program"
HEADER = b"\r\n\r\n\0\r\nQUIT\n"  # how a PROXY header of version 2 begins
SERVER = (  # who closes with something unread resets: all is read, to the question's end
    "import socketserver as s\n"
    "s.TCPServer.allow_reuse_address = True\n"
    "class H(s.BaseRequestHandler):\n"
    "    def handle(self):\n"
    "        self.request.settimeout(5); told = b''\n"
    "        while not told.endswith(b'?') and (more := self.request.recv(999)): told += more\n"
    f"        self.request.sendall(b'told' if told.startswith({HEADER!r}) else b'well')\n"
    "s.ThreadingTCPServer(('', 80), H).serve_forever()\n"
)
BOTH = (  # a server at 80 and one at 22, which appliances refuse
    "import socketserver as s, threading as t\n"
    "s.TCPServer.allow_reuse_address = True\n"
    "answer = lambda self: self.rfile.read(1) and self.wfile.write(b'well')\n"
    "H = type('H', (s.StreamRequestHandler,), {'handle': answer})\n"
    "for p in (80, 22): t.Thread(target=s.ThreadingTCPServer(('', p), H).serve_forever).start()\n"
)
PASSES, TOLD = "passes", "passes with a header"
ASK = (
    "import socket, sys\n"
    "try:\n"
    "    c = socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3]))\n"
    f"    c.settimeout(5); c.sendall(b'?'); met = {{b'well': {PASSES!r}, b'told': {TOLD!r}}}\n"
    "    print(met.get(c.recv(9), 'ends'))\n"
    "except TimeoutError: print('silence')\n"
    "except OSError as e: print(type(e).__name__, e)\n"
)
END = (  # every program with the mark but this one
    "import os, sys\n"
    "for p in filter(str.isdigit, os.listdir('/proc')):\n"
    "    try:\n"
    "        told = open(f'/proc/{p}/cmdline', 'rb').read().split(b'\\0')\n"
    "        if int(p) != os.getpid() and sys.argv[1].encode() in told: os.kill(int(p), 9)\n"
    "    except OSError: pass\n"
)
FARS = ("10.0.3.0/24", "10.0.1.0/24")  # what each of the inspected subnets leads through
APPLIANCE = (
    "import runpy, sys\n"
    f"sys.path.insert(0, {str(ROOT)!r}); sys.argv = ['appliance', '22']\n"
    "runpy.run_module('tests.inspection.appliance', run_name='__main__')\n"
)
Clients = tuple[Any, Any]  # of EC2 and of ELBv2


class Scene:
    """VPCs of a Region, programs in their instances, and a group of targets."""

    region: str
    zone: str
    programs: dict[str, tuple[str, ...]]  # by instance
    group_arn: str

    def __init__(self, site: Site, clients: Clients, chance: random.Random) -> None:
        self.site, self.chance = site, chance
        self.ec2, self.elb = clients
        self.programs = {}
        self._started: list[subprocess.Popen[bytes]] = []

    def network(self, *cidrs: str) -> tuple[str, list[str]]:
        """Make a VPC 10.0.0.0/16 whose groups are open; give it and its subnets."""
        vpc = self.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        wanted = [{"Name": "vpc-id", "Values": [vpc]}]
        (group,) = self.ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
        everybody = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=everybody)
        made = [
            self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=self.zone)
            for cidr in cidrs
        ]
        return vpc, [one["Subnet"]["SubnetId"] for one in made]

    def run(self, subnet: str, address: str, *program: str) -> str:
        """Run an instance whose program is `program`; it is started when health is looked at."""
        asked = {"ImageId": "ami-genkan", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet}
        made = self.ec2.run_instances(**asked, PrivateIpAddress=address)["Instances"][0]
        if program:
            self.programs[made["InstanceId"]] = program
        return str(made["InstanceId"])

    def targets(self) -> dict[str, str]:
        """Give the health of each target, but of those that are leaving."""
        told = self.elb.describe_target_health(TargetGroupArn=self.group_arn)
        found = {
            one["Target"]["Id"]: one["TargetHealth"]["State"]
            for one in told["TargetHealthDescriptions"]
        }
        return {name: state for name, state in found.items() if state != "draining"}

    def kill_program(self) -> None:
        self._end(self.chance.choice(sorted(self.programs)))

    def start_program(self) -> None:
        self._start(self.chance.choice(sorted(self.programs)))

    def reboot(self) -> None:
        self.ec2.reboot_instances(InstanceIds=[self.chance.choice(sorted(self.programs))])

    def register(self) -> None:
        one = self.chance.choice(self.of_group())
        self.elb.register_targets(TargetGroupArn=self.group_arn, Targets=[{"Id": one}])

    def deregister(self) -> None:
        one = self.chance.choice(self.of_group())
        self.elb.deregister_targets(TargetGroupArn=self.group_arn, Targets=[{"Id": one}])

    def of_group(self) -> list[str]:
        raise NotImplementedError

    def _end(self, instance: str) -> None:
        self.site.attempt("exec", instance, "--", sys.executable, "-c", END, MARK)

    def _start(self, instance: str) -> None:
        self._started = [one for one in self._started if one.poll() is None]
        command = [*GENKAN, "exec", instance, "--", *self.programs[instance], MARK]
        self._started.append(
            subprocess.Popen(
                command,
                env={**os.environ, "GENKAN_HOME": str(self.site.home)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    def close(self) -> None:
        for one in self._started:
            one.kill()
            one.wait()

    def settled(self) -> bool:
        """Start every program anew; tell whether all targets are healthy in time."""
        for instance in self.programs:
            self._end(instance)
            self._start(instance)
        end = time.monotonic() + PATIENCE
        for instance in self.programs:  # what was measured before says nothing of those
            while "refused" in self.ask(instance, "127.0.0.1", 80, PASSES):
                if time.monotonic() > end:
                    return False
        return self.healthy()

    def healthy(self) -> bool:
        """Tell whether all targets are healthy in time."""
        end = time.monotonic() + PATIENCE
        while set(self.targets().values()) - {"healthy"}:
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def ask(self, source: str, address: str, port: int, expected: str) -> str:
        patience = "0.7" if expected == "silence" else "5"
        program = (sys.executable, "-c", ASK, address, str(port), patience)
        done = self.site.attempt("exec", source, "--", *program)
        return done.stdout.strip() or done.stderr.strip()[-200:]

    def probes(self) -> Iterator[tuple[str, str, str]]:
        """Give (what, expected, met), once it has settled."""
        if not self.healthy():
            yield f"health in {self.region}", "healthy", str(self.targets())
            return
        yield from self.met()

    def met(self) -> Iterator[tuple[str, str, str]]:
        raise NotImplementedError

    def changes(self) -> tuple[Callable[[], None], ...]:
        return (self.kill_program, self.start_program, self.reboot, self.register, self.deregister)


class PrivateService(Scene):
    """A consumer's endpoint, a provider's load balancer and its two targets."""

    region, zone = "us-west-2", "us-west-2a"

    def build(self) -> "PrivateService":
        vpc, (subnet,) = self.network("10.0.1.0/24")
        server = (sys.executable, "-c", SERVER)
        self._targets = [self.run(subnet, f"10.0.1.{last}", *server) for last in (10, 11)]
        self.group_arn = self.elb.create_target_group(
            Name="service",
            Protocol="TCP",
            Port=80,
            VpcId=vpc,
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
            HealthyThresholdCount=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        self._set("deregistration_delay.timeout_seconds", "1")
        balancer = self.elb.create_load_balancer(
            Name="service", Type="network", Scheme="internal", Subnets=[subnet]
        )["LoadBalancers"][0]["LoadBalancerArn"]
        self.elb.create_listener(
            LoadBalancerArn=balancer,
            Protocol="TCP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group_arn}],
        )
        self._service = self.ec2.create_vpc_endpoint_service_configuration(
            NetworkLoadBalancerArns=[balancer], AcceptanceRequired=True
        )["ServiceConfiguration"]
        self._vpc, (self._subnet,) = self.network("10.0.1.0/24")
        self._client = self.run(self._subnet, "10.0.1.20")
        return self

    def of_group(self) -> list[str]:
        return self._targets

    def _set(self, name: str, value: str) -> None:
        attribute = {"Key": name, "Value": value}
        self.elb.modify_target_group_attributes(
            TargetGroupArn=self.group_arn, Attributes=[attribute]
        )

    def _endpoints(self) -> list[dict[str, Any]]:
        found = self.ec2.describe_vpc_endpoints()["VpcEndpoints"]
        return [one for one in found if one["State"] not in ("deleting", "deleted")]

    def open_endpoint(self) -> None:
        if not self._endpoints():
            self.ec2.create_vpc_endpoint(
                VpcId=self._vpc,
                ServiceName=self._service["ServiceName"],
                VpcEndpointType="Interface",
                SubnetIds=[self._subnet],
            )

    def close_endpoint(self) -> None:
        names = [one["VpcEndpointId"] for one in self._endpoints()]
        if names:
            self.ec2.delete_vpc_endpoints(VpcEndpointIds=names)

    def accept(self) -> None:
        self._decide(self.ec2.accept_vpc_endpoint_connections)

    def reject(self) -> None:
        self._decide(self.ec2.reject_vpc_endpoint_connections)

    def _decide(self, decide: Callable[..., Any]) -> None:
        names = [one["VpcEndpointId"] for one in self._endpoints()]
        if names:
            decide(ServiceId=self._service["ServiceId"], VpcEndpointIds=names)

    def read_or_not(self) -> None:
        """Have the load balancer read what it hands on, or leave that to the kernel."""
        self._set("proxy_protocol_v2.enabled", self.chance.choice(("true", "false")))

    def _passing(self) -> str:
        """Give how a connection passes: with a header for the target, or as it is."""
        described = self.elb.describe_target_group_attributes(TargetGroupArn=self.group_arn)
        told = {"Key": "proxy_protocol_v2.enabled", "Value": "true"}
        return TOLD if told in described["Attributes"] else PASSES

    def changes(self) -> tuple[Callable[[], None], ...]:
        own = (self.open_endpoint, self.close_endpoint, self.reject, self.read_or_not)
        return (*super().changes(), *own, self.open_endpoint, self.accept, self.accept)

    def met(self) -> Iterator[tuple[str, str, str]]:
        for one in self._endpoints():
            (interface,) = self.ec2.describe_network_interfaces(
                NetworkInterfaceIds=one["NetworkInterfaceIds"]
            )["NetworkInterfaces"]
            opened = one["State"] == "available"
            if opened and not self.targets():
                continue  # whoever asks is reset, or hears nothing
            expected = self._passing() if opened else "silence"
            met = self.ask(self._client, interface["PrivateIpAddress"], 80, expected)
            yield f"the service by {one['VpcEndpointId']}, {one['State']}", expected, met


class Inspection(Scene):
    """Two subnets whose packets go through appliances, or directly, as their tables say."""

    region, zone = "eu-west-1", "eu-west-1a"

    def build(self) -> "Inspection":
        provider, (subnet,) = self.network("10.0.1.0/24")
        appliance = (sys.executable, "-c", APPLIANCE)
        self._appliances = [self.run(subnet, f"10.0.1.{last}", *appliance) for last in (10, 11)]
        self.group_arn = self.elb.create_target_group(
            Name="fw",
            Protocol="GENEVE",
            Port=6081,
            VpcId=provider,
            HealthCheckProtocol="TCP",
            HealthCheckPort="80",
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
            HealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        self.elb.register_targets(
            TargetGroupArn=self.group_arn, Targets=[{"Id": one} for one in self._appliances]
        )
        balancer = self.elb.create_load_balancer(Name="fw", Type="gateway", Subnets=[subnet])
        arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        forward = {"Type": "forward", "TargetGroupArn": self.group_arn}
        self.elb.create_listener(LoadBalancerArn=arn, DefaultActions=[forward])
        service = self.ec2.create_vpc_endpoint_service_configuration(
            GatewayLoadBalancerArns=[arn], AcceptanceRequired=False
        )["ServiceConfiguration"]
        vpc, (app, gate, db) = self.network("10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24")
        self._client = self.run(app, "10.0.1.20")
        self.run(db, "10.0.3.20", sys.executable, "-c", BOTH)
        self._tables = {}
        for subnet, far in zip((app, db), FARS, strict=True):
            table = self.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
            self._tables[table] = far
        self._endpoint = self.ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=service["ServiceName"],
            VpcEndpointType="GatewayLoadBalancer",
            SubnetIds=[gate],
        )["VpcEndpoint"]["VpcEndpointId"]
        return self

    def of_group(self) -> list[str]:
        return self._appliances

    def lead_through(self) -> None:
        for table, far in self._tables.items():
            self.ec2.create_route(
                RouteTableId=table, DestinationCidrBlock=far, VpcEndpointId=self._endpoint
            )

    def lead_straight(self) -> None:
        for table, far in self._tables.items():
            with contextlib.suppress(ClientError):  # it was not there
                self.ec2.delete_route(RouteTableId=table, DestinationCidrBlock=far)

    def changes(self) -> tuple[Callable[[], None], ...]:
        return (*super().changes(), self.lead_through, self.lead_through, self.lead_straight)

    def met(self) -> Iterator[tuple[str, str, str]]:
        found = self.ec2.describe_route_tables(RouteTableIds=list(self._tables))["RouteTables"]
        through = sum(
            any(route.get("GatewayId") == self._endpoint for route in table["Routes"])
            for table in found
        )
        if through == 1 or (through and not self.targets()):
            return  # one way only, cut off by a kill; or nobody to inspect
        for port in (80, 22):
            expected = "silence" if through and port == 22 else PASSES
            met = self.ask(self._client, "10.0.3.20", port, expected)
            yield f"{self.region} {'through' if through else 'straight'} to {port}", expected, met

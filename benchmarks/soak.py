"""A site under random changes and random kills, for as long as one likes.

python benchmarks/soak.py [--seconds 3600] [--seed N] [--pause 0.0]

Starts a site of its own in a temporary home, changes its network by the API at random and kills its
processes meanwhile. Every half minute it stands still: what is in the kernel has to be what the
program says (a control that starts finds nothing to mend), and what the API describes has to be
what packets and names meet. The seed is printed; a run with the same seed makes the same choices,
as far as the machine lets it. `--pause` seconds pass between two changes, for a machine that has
others at work. Ends with 0 if all that held, with 1 otherwise; then the home stays.
"""

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from soak_probes import Site, probes
from soak_scenes import Inspection, PrivateService, Scene

REGION = "ap-northeast-1"
SCENES = (PrivateService, Inspection)
ZONES = ("a", "c")
MOST_HELD = 3
MOST = {"vpcs": 3, "subnets": 4, "instances": 8, "endpoints": 4}
SERVICES = ("monitoring", "sqs", "kms", "sts")
QUIET_AFTER = 30.0  # seconds between two looks at the whole
KILL_EVERY = 3.0
OF_SCENES = 0.25  # of the changes
SETTLE = 60.0
NOT_KILLED = ("anchor",)  # with it everything ends


class Soak:
    """The random changes. What is there is always asked, never remembered."""

    def __init__(self, site: Site, chance: random.Random) -> None:
        self.site = site
        self.chance = chance
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.held: list[subprocess.Popen[bytes]] = []  # programs of the host with their own network
        self._exported = json.loads(site.genkan("env", "-o", "json"))
        self.ec2 = self.client("ec2", REGION)
        self.scenes: list[Scene] = []

    def build_scenes(self) -> None:
        """Make what is changed beside the random network, before anything is killed."""
        for kind in SCENES:
            clients = self.client("ec2", kind.region), self.client("elbv2", kind.region)
            self.scenes.append(kind(self.site, clients, self.chance).build())

    def client(self, service: str, region: str) -> Any:
        exported = self._exported
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=exported["AWS_ENDPOINT_URL"],
            aws_access_key_id=exported["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=60),
        )

    def step(self) -> None:
        """Make one change; what AWS would refuse, and what a kill cut off, counts as nothing."""
        if self.chance.random() < OF_SCENES:
            scene = self.chance.choice(self.scenes)
            beside = self.chance.choice(scene.changes())
            name, make = f"{type(scene).__name__} {beside.__name__}", beside
        else:
            change = self.chance.choice(CHANGES)
            name, make = change.__name__, lambda: change(self)
        try:
            make()
            self.done[name] += 1
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            code = error.response["Error"]["Code"]
            self.done[f"{name}: {code}"] += 1
            if status >= 500 and status != 503:
                self.wrong.append(f"{name} was answered {status}: {error}")
        except BotoCoreError as error:
            self.done[f"{name}: {type(error).__name__}"] += 1

    def kill(self) -> None:
        """Kill one of the site's processes."""
        processes = [one for one in self.site.processes() if one["name"] not in NOT_KILLED]
        if processes:
            one = self.chance.choice(processes)
            with contextlib.suppress(ProcessLookupError):
                os.kill(one["pid"], signal.SIGKILL)
            self.done[f"kill {one['name']}"] += 1

    def there(self, what: str, **filters: str) -> list[dict[str, Any]]:
        """Describe all of a kind; the filters' names have - for _."""
        asked = [
            {"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()
        ]
        described = getattr(self.ec2, f"describe_{what}")(Filters=asked)
        (rows,) = (value for name, value in described.items() if isinstance(value, list))
        if what == "instances":
            return [one for row in rows for one in row["Instances"] if _lives(one)]
        return list(rows)

    def some(self, what: str, **filters: str) -> dict[str, Any]:
        """Give one of a kind. Raises NothingThere."""
        rows = self.there(what, **filters)
        if not rows:
            raise NothingThere
        return self.chance.choice(rows)


class NothingThere(BotoCoreError):
    """There is none of what a change is about."""

    fmt = "there is none"


def _lives(instance: dict[str, Any]) -> bool:
    return instance["State"]["Name"] not in ("terminated", "shutting-down")


def make_vpc(soak: Soak) -> None:
    if len(soak.there("vpcs")) < MOST["vpcs"]:
        vpc = soak.ec2.create_vpc(
            CidrBlock=f"10.{soak.chance.randrange(4)}.0.0/16",
            AmazonProvidedIpv6CidrBlock=soak.chance.random() < 0.6,
        )["Vpc"]["VpcId"]
        soak.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        make_subnet(soak)


def make_subnet(soak: Soak) -> None:
    vpc = soak.some("vpcs")
    if len(soak.there("subnets", vpc_id=vpc["VpcId"])) < MOST["subnets"]:
        number = soak.chance.randrange(16)
        of_ipv6 = [
            {"Ipv6CidrBlock": one["Ipv6CidrBlock"].replace("00::/56", f"{number:02x}::/64")}
            for one in vpc.get("Ipv6CidrBlockAssociationSet", ())
        ]
        made = soak.ec2.create_subnet(
            VpcId=vpc["VpcId"],
            CidrBlock=vpc["CidrBlock"].replace("0.0/16", f"{number}.0/24"),
            AvailabilityZone=REGION + soak.chance.choice(ZONES),
            **(of_ipv6[0] if of_ipv6 else {}),
        )
        if of_ipv6:
            soak.ec2.modify_subnet_attribute(
                SubnetId=made["Subnet"]["SubnetId"], AssignIpv6AddressOnCreation={"Value": True}
            )


def delete_subnet(soak: Soak) -> None:
    soak.ec2.delete_subnet(SubnetId=soak.some("subnets")["SubnetId"])


def run_instance(soak: Soak) -> None:
    if len(soak.there("instances")) < MOST["instances"]:
        soak.ec2.run_instances(
            ImageId="ami-genkan", MinCount=1, MaxCount=1, SubnetId=soak.some("subnets")["SubnetId"]
        )


def end_instance(soak: Soak) -> None:
    soak.ec2.terminate_instances(InstanceIds=[soak.some("instances")["InstanceId"]])


def stop_or_start(soak: Soak) -> None:
    one = soak.some("instances")
    verb = (
        soak.ec2.stop_instances if one["State"]["Name"] == "running" else soak.ec2.start_instances
    )
    verb(InstanceIds=[one["InstanceId"]])


def open_group(soak: Soak) -> None:
    soak.ec2.authorize_security_group_ingress(**_rule(soak))


def close_group(soak: Soak) -> None:
    soak.ec2.revoke_security_group_ingress(**_rule(soak))


def _rule(soak: Soak) -> dict[str, Any]:
    """Let in from anywhere, at a port: 80 is what is probed, 443 what endpoints answer at."""
    port = soak.chance.choice((80, 80, 443))
    rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    everybody = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    if soak.chance.random() < 0.3:
        everybody = {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    group = soak.some("security_groups")["GroupId"]
    return {"GroupId": group, "IpPermissions": [{**rule, **everybody}]}


def deny(soak: Soak) -> None:
    soak.ec2.create_network_acl_entry(
        NetworkAclId=soak.some("network_acls")["NetworkAclId"],
        RuleNumber=50,
        Protocol="6",
        RuleAction="deny",
        Egress=False,
        CidrBlock="10.0.0.0/8",
        PortRange={"From": 80, "To": 80},
    )


def deny_no_more(soak: Soak) -> None:
    soak.ec2.delete_network_acl_entry(
        NetworkAclId=soak.some("network_acls")["NetworkAclId"], RuleNumber=50, Egress=False
    )


def make_endpoint(soak: Soak) -> None:
    if len(soak.there("vpc_endpoints")) < MOST["endpoints"]:
        subnet = soak.some("subnets")
        soak.ec2.create_vpc_endpoint(
            VpcId=subnet["VpcId"],
            ServiceName=f"com.amazonaws.{REGION}.{soak.chance.choice(SERVICES)}",
            VpcEndpointType="Interface",
            SubnetIds=[subnet["SubnetId"]],
        )


def make_gateway_endpoint(soak: Soak) -> None:
    table = soak.some("route_tables")
    soak.ec2.create_vpc_endpoint(
        VpcId=table["VpcId"],
        ServiceName=f"com.amazonaws.{REGION}.s3",
        RouteTableIds=[table["RouteTableId"]],
    )


def delete_endpoint(soak: Soak) -> None:
    soak.ec2.delete_vpc_endpoints(VpcEndpointIds=[soak.some("vpc_endpoints")["VpcEndpointId"]])


def internet_gateway(soak: Soak) -> None:
    """Make and attach one, with a route to it."""
    vpc = soak.some("vpcs")["VpcId"]
    made = soak.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    try:
        soak.ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc)
    except ClientError:
        soak.ec2.delete_internet_gateway(InternetGatewayId=made)
        raise
    table = soak.some("route_tables", vpc_id=vpc)["RouteTableId"]
    soak.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=made)


def no_internet_gateway(soak: Soak) -> None:
    one = soak.some("internet_gateways")
    name = one["InternetGatewayId"]
    for attachment in one["Attachments"]:
        soak.ec2.detach_internet_gateway(InternetGatewayId=name, VpcId=attachment["VpcId"])
    soak.ec2.delete_internet_gateway(InternetGatewayId=name)


def nat_gateway(soak: Soak) -> None:
    if len(soak.there("nat_gateways")) < MOST["vpcs"]:
        soak.ec2.create_nat_gateway(
            SubnetId=soak.some("subnets")["SubnetId"], ConnectivityType="private"
        )


def no_nat_gateway(soak: Soak) -> None:
    soak.ec2.delete_nat_gateway(NatGatewayId=soak.some("nat_gateways")["NatGatewayId"])


def route_table(soak: Soak) -> None:
    subnet = soak.some("subnets")
    made = soak.ec2.create_route_table(VpcId=subnet["VpcId"])["RouteTable"]["RouteTableId"]
    soak.ec2.associate_route_table(RouteTableId=made, SubnetId=subnet["SubnetId"])


def no_route_table(soak: Soak) -> None:
    table = soak.some("route_tables")
    for one in table["Associations"]:
        if not one["Main"]:
            soak.ec2.disassociate_route_table(AssociationId=one["RouteTableAssociationId"])
    soak.ec2.delete_route_table(RouteTableId=table["RouteTableId"])


def publish(soak: Soak) -> None:
    subnet = soak.some("subnets")["SubnetId"]
    made = soak.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    soak.site.attempt("publish", made["NetworkInterfaceId"], "80", "9")


def no_interface(soak: Soak) -> None:
    one = soak.some("network_interfaces", status="available")
    soak.ec2.delete_network_interface(NetworkInterfaceId=one["NetworkInterfaceId"])


def attach(soak: Soak) -> None:
    """Put a program of the host, with a network of its own, on an interface."""
    if len(soak.held) >= MOST_HELD:
        soak.held.pop(0).kill()  # and what it was attached to lasts until it is detached
    soak.held.append(subprocess.Popen(["unshare", "--net", "sleep", "3600"]))
    subnet = soak.some("subnets")["SubnetId"]
    made = soak.ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    soak.site.attempt("attach", made["NetworkInterfaceId"], "--pid", str(soak.held[-1].pid))


def detach(soak: Soak) -> None:
    attached = json.loads(soak.site.attempt("attach", "-o", "json").stdout or "[]")
    if attached:
        soak.site.attempt("detach", soak.chance.choice(attached)["interface"])


def flow_log(soak: Soak) -> None:
    """Have a VPC's packets recorded, which takes a process that sees them."""
    if len(soak.there("flow_logs")) < MOST["vpcs"]:
        soak.ec2.create_flow_logs(
            ResourceIds=[soak.some("vpcs")["VpcId"]],
            ResourceType="VPC",
            TrafficType="ALL",
            LogGroupName="soak",
            DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/logs",
        )


def no_flow_log(soak: Soak) -> None:
    soak.ec2.delete_flow_logs(FlowLogIds=[soak.some("flow_logs")["FlowLogId"]])


def peer(soak: Soak) -> None:
    """Join two VPCs, with routes in both main tables."""
    ends = [soak.some("vpcs"), soak.some("vpcs")]
    made = soak.ec2.create_vpc_peering_connection(
        VpcId=ends[0]["VpcId"], PeerVpcId=ends[1]["VpcId"]
    )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    soak.ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
    for own, far in (ends, reversed(ends)):
        for table in soak.there("route_tables", vpc_id=own["VpcId"]):
            soak.ec2.create_route(
                RouteTableId=table["RouteTableId"],
                DestinationCidrBlock=far["CidrBlock"],
                VpcPeeringConnectionId=made,
            )


def peer_no_more(soak: Soak) -> None:
    """Part two VPCs; routes to their connection are blackholes until they go."""
    name = soak.some("vpc_peering_connections", status_code="active")["VpcPeeringConnectionId"]
    soak.ec2.delete_vpc_peering_connection(VpcPeeringConnectionId=name)


def no_blackhole(soak: Soak) -> None:
    for table in soak.there("route_tables"):
        for route in table["Routes"]:
            if route["State"] == "blackhole" and "DestinationCidrBlock" in route:
                soak.ec2.delete_route(
                    RouteTableId=table["RouteTableId"],
                    DestinationCidrBlock=route["DestinationCidrBlock"],
                )


CHANGES: tuple[Callable[[Soak], None], ...] = (
    *(make_vpc, make_subnet, make_subnet, delete_subnet),
    *(run_instance, run_instance, run_instance, end_instance, stop_or_start),
    *(open_group, open_group, close_group, deny, deny_no_more),
    *(make_endpoint, make_endpoint, make_gateway_endpoint, delete_endpoint),
    *(internet_gateway, no_internet_gateway, nat_gateway, no_nat_gateway),
    *(route_table, no_route_table, publish, no_interface, attach, detach),
    *(peer, peer, peer_no_more, no_blackhole, flow_log, no_flow_log),
)


def settle(soak: Soak) -> None:
    """Wait until nothing is on its way. Adds to what is wrong when it does not come to rest."""
    end = time.monotonic() + SETTLE
    moving: list[str] = ["unknown"]
    while moving and time.monotonic() < end:
        with contextlib.suppress(BotoCoreError, ClientError):
            moving = list(_moving(soak))
        time.sleep(0.1)
    soak.wrong += [f"does not come to rest: {one}" for one in moving]


def _moving(soak: Soak) -> Iterator[str]:
    for one in soak.there("instances"):
        if one["State"]["Name"] in ("pending", "stopping"):
            yield f"{one['InstanceId']} {one['State']['Name']}"
    for what, name in (("vpc_endpoints", "VpcEndpointId"), ("nat_gateways", "NatGatewayId")):
        for one in soak.there(what):
            if one["State"] in ("pending", "deleting"):
                yield f"{one[name]} {one['State']}"
    if soak.site.trouble():
        yield soak.site.trouble()


def look(soak: Soak) -> None:
    """Stand still, and compare: the kernel with the program, packets and names with the API."""
    settle(soak)
    for scene in soak.scenes:  # health that changes is recorded a moment after it is in force
        scene.settled()
    mended = soak.site.mended_by_a_new_control()
    if mended:
        soak.wrong.append(f"the kernel is not as the program says: {mended} changes to mend it")
    probed = 0
    of_scenes = (one for scene in soak.scenes for one in scene.probes())
    for what, expected, met in (*probes(soak.site, soak.ec2), *of_scenes):
        probed += 1
        if met != expected:
            soak.wrong.append(f"{what}: {met} where it should be {expected}")
    soak.done["probes"] += probed


def run(seconds: float, seed: int, home: Path, pause: float) -> list[str]:
    """Soak a site; give what was wrong."""
    site = Site(home)
    site.genkan("up")
    soak = Soak(site, random.Random(seed))
    try:
        soak.build_scenes()
        end = time.monotonic() + seconds
        while time.monotonic() < end and not soak.wrong:
            quiet = min(end, time.monotonic() + QUIET_AFTER)
            kill_at = time.monotonic() + KILL_EVERY
            while time.monotonic() < quiet:
                soak.step()
                time.sleep(pause)
                if time.monotonic() > kill_at:
                    soak.kill()
                    kill_at = time.monotonic() + KILL_EVERY * soak.chance.uniform(0.3, 1.7)
            look(soak)
            print(
                f"{end - time.monotonic():6.0f} s left, {sum(soak.done.values())} done", flush=True
            )
    finally:
        site.attempt("down")
        for one in soak.held:
            one.kill()
        for scene in soak.scenes:
            scene.close()
        for name, count in sorted(soak.done.items()):
            print(f"{count:6}  {name}")
    return soak.wrong


def main() -> None:
    """Soak, and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--pause", type=float, default=0.0)
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="genkan-soak-"))
    print(f"seed {given.seed}, home {home}", flush=True)
    wrong = run(given.seconds, given.seed, home, given.pause)
    for one in wrong:
        print(f"WRONG  {one}")
    if wrong:
        sys.exit(1)
    shutil.rmtree(home)
    print("all held")


if __name__ == "__main__":
    main()

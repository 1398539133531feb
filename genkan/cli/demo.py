"""`demo`: the story of a private endpoint, told by a network that is really there.

Every command is shown as it can be typed, and run; the answers are theirs.
"""

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import click

from genkan.cli.failure import CANNOT, REFUSED, Failure
from genkan.client.home import default_home

REGION = "ap-northeast-1"
NAME = f"monitoring.{REGION}.amazonaws.com"
PATIENCE = 60
PUT_METRIC = (
    "aws cloudwatch put-metric-data --namespace Demo --metric-name {} --value 1"
    " --cli-connect-timeout 2 --cli-read-timeout 10"
)


def tell(keep: bool) -> None:
    """Tell the story on a site of its own. Raises Failure."""
    home = _kept_home() if keep else Path(tempfile.mkdtemp(prefix="genkan-demo-"))
    os.environ["GENKAN_HOME"] = str(home)
    story = Story()
    try:
        story.tell()
    except BaseException:
        _clean(story, home)
        raise
    if shutil.which("genkan") is None:
        click.echo("\n# To type genkan as it is shown here:")
        click.echo(f'  export PATH="{Path(sys.executable).parent}:$PATH"')
    if keep:
        click.echo(f"\n# The site stays up, at {home}. To look around in it:")
        click.echo("  genkan status")
        click.echo("  genkan exec app -- bash")
        click.echo("  genkan down --wipe     when you have seen enough")
    else:
        _clean(story, home)
        click.echo("\n# The site is gone again. To go on from here:")
        click.echo("  genkan demo --keep     the same network, left up to look around in")
        click.echo('  genkan up              a site of your own; then  eval "$(genkan env)"')
        click.echo("  and boto3, the AWS CLI and Terraform speak to it as they are")


def _kept_home() -> Path:
    """Give the home that commands mean, if it has no site yet. Raises Failure."""
    home = default_home()
    if (home / "settings.json").exists():
        raise Failure(
            REFUSED,
            f"there is a site at {home} already.",
            "The demo makes a network of its own and would mix it with that one.",
            "genkan demo, without --keep; or GENKAN_HOME=~/genkan-demo genkan demo --keep",
        )
    return home


def _clean(story: "Story", home: Path) -> None:
    story.quietly("down", "--wipe")
    with contextlib.suppress(OSError):  # not empty: then it is not ours alone
        home.rmdir()


class Story:
    """Runs commands and shows them."""

    def __init__(self) -> None:
        self._ec2: Any = None
        self._ids: dict[str, str] = {}

    def tell(self) -> None:
        """Tell it from beginning to end."""
        self._say("A site: namespaces of its own, nothing of this machine's network is touched.")
        self._show("genkan up")
        self.quietly("up", check=True)
        self._connect()
        self._say("A VPC with a public subnet (web) and a private one (app, no way out).")
        self._make_network()
        self._say("CloudWatch's name is public, outside and inside.")
        self._dig("internet")
        self._dig("app")
        self._say("web gets there through the internet gateway; app does not get there at all.")
        self._put("web", "before")
        self._put("app", "before")
        self._say("Now an endpoint: an interface in app's subnet that is CloudWatch.")
        self._make_endpoint()
        self._say("The same name: as it was outside, the endpoint's address inside.")
        self._dig("internet")
        self._dig("app")
        self._say("app reaches CloudWatch, with no way to the internet.")
        self._put("app", "endpoint")
        self._say("And web, unasked, goes through the endpoint too. What CloudWatch saw:")
        self._put("web", "endpoint")
        self._show("genkan events --service monitoring")
        for line in self.quietly("events", "--service", "monitoring").splitlines():
            click.echo(f"  {line}")
        self._say(
            "That is the catch: let the endpoint's group admit app alone, and web is cut off,"
        )
        self._say("internet gateway or not.", first=False)
        self._admit_app_alone()
        self._put("web", "forced")
        self._put("app", "forced")

    def quietly(self, *arguments: str, check: bool = False) -> str:
        """Run a genkan command; give what it prints."""
        result = subprocess.run(
            [sys.executable, "-m", "genkan.cli", *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if check and result.returncode != 0:
            raise Failure(CANNOT, "the demo's site did not come up.", result.stderr.strip())
        return result.stdout

    def _connect(self) -> None:
        import boto3

        variables = json.loads(self.quietly("env", "-o", "json", check=True))
        self._ec2 = boto3.client(
            "ec2",
            region_name=REGION,
            endpoint_url=variables["AWS_ENDPOINT_URL"],
            aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        )

    def _make_network(self) -> None:
        ec2, ids = self._ec2, self._ids
        self._show("genkan aws ec2 create-vpc --cidr-block 172.16.0.0/16   # and so on")
        ids["vpc"] = ec2.create_vpc(CidrBlock="172.16.0.0/16")["Vpc"]["VpcId"]
        ec2.modify_vpc_attribute(VpcId=ids["vpc"], EnableDnsHostnames={"Value": True})
        for name, block in (("front", "172.16.1.0/24"), ("back", "172.16.2.0/24")):
            made = ec2.create_subnet(VpcId=ids["vpc"], CidrBlock=block)
            ids[name] = made["Subnet"]["SubnetId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=ids["vpc"])
        table = ec2.create_route_table(VpcId=ids["vpc"])["RouteTable"]["RouteTableId"]
        ec2.associate_route_table(RouteTableId=table, SubnetId=ids["front"])
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        for name in ("web", "app", "endpoint"):
            made = ec2.create_security_group(GroupName=name, Description=name, VpcId=ids["vpc"])
            ids[f"{name}-group"] = made["GroupId"]
        for name, subnet in (("web", "front"), ("app", "back")):
            ids[name] = self._run(name, ids[subnet], ids[f"{name}-group"], subnet == "front")
        self._until(self._all_run)
        for line in self.quietly("status").splitlines():
            if line.startswith(("vpc", "instance")):
                click.echo(f"  {line}")

    def _run(self, name: str, subnet: str, group: str, public: bool) -> str:
        interface = {
            "DeviceIndex": 0,
            "SubnetId": subnet,
            "Groups": [group],
            "AssociatePublicIpAddress": public,
        }
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
        made = self._ec2.run_instances(
            MinCount=1,
            MaxCount=1,
            NetworkInterfaces=[interface],
            TagSpecifications=tags,
            ImageId="ami-genkan",
            InstanceType="t3.micro",
        )
        return str(made["Instances"][0]["InstanceId"])

    def _all_run(self) -> bool:
        found = self._ec2.describe_instances(InstanceIds=[self._ids["web"], self._ids["app"]])
        return all(
            instance["State"]["Name"] == "running"
            for reservation in found["Reservations"]
            for instance in reservation["Instances"]
        )

    def _make_endpoint(self) -> None:
        ec2, ids = self._ec2, self._ids
        ec2.authorize_security_group_ingress(
            GroupId=ids["endpoint-group"],
            IpPermissions=[_https(IpRanges=[{"CidrIp": "172.16.0.0/16"}])],
        )
        self._show(
            f"genkan aws ec2 create-vpc-endpoint --vpc-id {ids['vpc']}"
            f" --vpc-endpoint-type Interface"
            f" \\\n      --service-name com.amazonaws.{REGION}.monitoring"
            f" \\\n      --subnet-ids {ids['back']} --security-group-ids {ids['endpoint-group']}"
        )
        made = ec2.create_vpc_endpoint(
            VpcId=ids["vpc"],
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{REGION}.monitoring",
            SubnetIds=[ids["back"]],
            SecurityGroupIds=[ids["endpoint-group"]],
        )
        ids["endpoint"] = made["VpcEndpoint"]["VpcEndpointId"]
        self._until(lambda: self._endpoint_state() == "available")
        click.echo(f"  {ids['endpoint']} is available")

    def _endpoint_state(self) -> str:
        found = self._ec2.describe_vpc_endpoints(VpcEndpointIds=[self._ids["endpoint"]])
        return str(found["VpcEndpoints"][0]["State"])

    def _admit_app_alone(self) -> None:
        group = self._ids["endpoint-group"]
        everybody = [_https(IpRanges=[{"CidrIp": "172.16.0.0/16"}])]
        app = [_https(UserIdGroupPairs=[{"GroupId": self._ids["app-group"]}])]
        self._show(
            f"genkan aws ec2 revoke-security-group-ingress --group-id {group} …"
            "   # and authorize app's group"
        )
        self._ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=everybody)
        self._ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=app)

    def _dig(self, target: str) -> None:
        self._show(f"genkan dig {target} {NAME}")
        click.echo(f"  {self.quietly('dig', target, NAME).strip() or 'no answer'}")

    def _put(self, target: str, metric: str) -> None:
        command = PUT_METRIC.format(metric)
        self._show(f"genkan exec {target} -- {command.partition(' --cli')[0]}")
        arguments = ["exec", target, "--", "env", "AWS_MAX_ATTEMPTS=1", *shlex.split(command)]
        result = subprocess.run(
            [sys.executable, "-m", "genkan.cli", *arguments],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            check=False,
        )
        said = result.stderr.strip().splitlines()
        click.echo("  done" if result.returncode == 0 else f"  {said[-1] if said else 'failed'}")

    def _say(self, text: str, first: bool = True) -> None:
        click.echo(f"\n# {text}" if first else f"# {text}")

    def _show(self, command: str) -> None:
        click.echo(f"$ {command}")

    def _until(self, holds: Any) -> None:  # noqa: ANN401 - a question without arguments
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end:
                raise Failure(CANNOT, "the demo waited in vain.", todo="genkan check")
            time.sleep(0.05)


def _https(**peer: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}

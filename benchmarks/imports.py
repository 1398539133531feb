"""How long a large dump takes to be read.

python benchmarks/imports.py [--megabytes 50] [--profile]

Writes what describe calls would say of an account of that size into a temporary folder, a file a
call (interfaces, instances, groups, subnets, endpoints with their interfaces), and reads it. Times
are the process's own processor seconds, so other work on the machine does not count; beside them in
the same run json.loads of the same files, which any reader needs.
"""

import argparse
import cProfile
import json
import pstats
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from genkan.imports import read_documents, read_network

ACCOUNT, REGION = "111122223333", "eu-west-1"
GROUPS_OF_VPC, RULES, SUBNETS, VPCS = 40, 12, 20, 20
INSTANCE_BYTES = 3950  # an instance and its interface, as they are written below
SERVICES = ("sqs", "sns", "kms", "logs", "monitoring", "ec2", "sts", "ssm")


def made(prefix: str, number: int) -> str:
    return f"{prefix}-{number:017x}"


def tags(name: str) -> list[dict[str, str]]:
    told = {"Name": name, "team": "orders", "environment": "production", "cost-centre": "4711"}
    return [{"Key": key, "Value": value} for key, value in told.items()]


def zone(number: int) -> str:
    return f"{REGION}{'abc'[number % 3]}"


def blocks(vpc: int) -> list[IPv4Network]:
    return list(IPv4Network(f"10.{vpc}.0.0/16").subnets(new_prefix=21))[:SUBNETS]


def network(vpc: int) -> dict[str, list[Any]]:
    """Give a VPC with its subnets, its route table, its groups and its endpoints."""
    vpc_id = made("vpc", vpc)
    subnets = [
        {
            "SubnetId": made("subnet", vpc * SUBNETS + at),
            "VpcId": vpc_id,
            "CidrBlock": str(block),
            "AvailabilityZone": zone(at),
            "OwnerId": ACCOUNT,
            "Tags": tags(f"subnet-{at}"),
        }
        for at, block in enumerate(blocks(vpc))
    ]
    table = {
        "RouteTableId": made("rtb", vpc),
        "VpcId": vpc_id,
        "OwnerId": ACCOUNT,
        "Routes": [
            {"DestinationCidrBlock": f"10.{vpc}.0.0/16", "GatewayId": "local", "State": "active"},
            {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": made("igw", vpc), "State": "active"},
        ],
        "Associations": [{"Main": True, "RouteTableAssociationId": made("rtbassoc", vpc)}],
    }
    return {
        "Vpcs": [
            {
                "VpcId": vpc_id,
                "CidrBlock": f"10.{vpc}.0.0/16",
                "OwnerId": ACCOUNT,
                "Tags": tags("x"),
            }
        ],
        "Subnets": subnets,
        "RouteTables": [table],
        "InternetGateways": [
            {"InternetGatewayId": made("igw", vpc), "Attachments": [{"VpcId": vpc_id}]}
        ],
        "SecurityGroups": [group(vpc, at) for at in range(GROUPS_OF_VPC)],
        "VpcEndpoints": [endpoint(vpc, at, code) for at, code in enumerate(SERVICES)],
        "NetworkInterfaces": [
            interface(vpc, 3 * at + of, f"VPC Endpoint Interface {made('vpce', vpc * 8 + at)}")
            for at in range(len(SERVICES))
            for of in range(3)
        ],
    }


def group_id(vpc: int, number: int) -> str:
    return made("sg", vpc * GROUPS_OF_VPC + number % GROUPS_OF_VPC)


def group(vpc: int, number: int) -> dict[str, Any]:
    permissions = [
        {
            "IpProtocol": "tcp",
            "FromPort": 1000 + rule,
            "ToPort": 1000 + rule,
            "IpRanges": [{"CidrIp": f"10.{vpc}.{rule}.0/24", "Description": f"rule {rule}"}],
            "UserIdGroupPairs": [{"GroupId": group_id(vpc, number + rule), "UserId": ACCOUNT}],
            "Ipv6Ranges": [],
            "PrefixListIds": [],
        }
        for rule in range(RULES)
    ]
    out = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    return {
        "GroupId": group_id(vpc, number),
        "GroupName": f"group-{number}",
        "Description": f"What group {number} of VPC {vpc} lets in",
        "OwnerId": ACCOUNT,
        "VpcId": made("vpc", vpc),
        "IpPermissions": permissions,
        "IpPermissionsEgress": [out],
        "Tags": tags(f"group-{number}"),
    }


def endpoint(vpc: int, number: int, code: str) -> dict[str, Any]:
    return {
        "VpcEndpointId": made("vpce", vpc * 8 + number),
        "VpcEndpointType": "Interface",
        "VpcId": made("vpc", vpc),
        "ServiceName": f"com.amazonaws.{REGION}.{code}",
        "State": "available",
        "SubnetIds": [
            made("subnet", vpc * SUBNETS + (3 * number + at) % SUBNETS) for at in (0, 1, 2)
        ],
        "NetworkInterfaceIds": [interface_id(vpc, 3 * number + at) for at in range(3)],
        "Groups": [{"GroupId": group_id(vpc, number), "GroupName": "x"}],
        "PrivateDnsEnabled": True,
        "OwnerId": ACCOUNT,
    }


def interface_id(vpc: int, number: int) -> str:
    return made("eni", (vpc << 24) + number)


def interface(vpc: int, number: int, description: str, instance: str | None = None) -> Any:
    at = number % SUBNETS
    address = str(blocks(vpc)[at][4 + number // SUBNETS])
    name = f"ip-{address.replace('.', '-')}.{REGION}.compute.internal"
    worn = {
        "AttachmentId": made("eni-attach", number),
        "AttachTime": "2026-03-01T09:10:11+00:00",
        "DeleteOnTermination": True,
        "DeviceIndex": 0,
        "Status": "attached",
        **({"InstanceId": instance} if instance else {"InstanceOwnerId": "amazon-aws"}),
    }
    return {
        "Attachment": worn,
        "AvailabilityZone": zone(at),
        "Description": description,
        "Groups": [{"GroupId": group_id(vpc, number), "GroupName": "x"}],
        "InterfaceType": "interface" if instance else "vpc_endpoint",
        "Ipv6Addresses": [],
        "MacAddress": "06:00:00:00:00:00",
        "NetworkInterfaceId": interface_id(vpc, number),
        "OwnerId": ACCOUNT,
        "PrivateDnsName": name,
        "PrivateIpAddress": address,
        "PrivateIpAddresses": [
            {"Primary": True, "PrivateDnsName": name, "PrivateIpAddress": address}
        ],
        "RequesterManaged": instance is None,
        "SourceDestCheck": True,
        "Status": "in-use",
        "SubnetId": made("subnet", vpc * SUBNETS + at),
        "TagSet": tags(f"interface-{number}"),
        "VpcId": made("vpc", vpc),
    }


def reservation(vpc: int, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give an instance in its reservation, and its interface."""
    name = made("i", (vpc << 24) + number)
    worn = interface(vpc, number, "", name)
    shown = {
        "InstanceId": name,
        "ImageId": made("ami", 1),
        "InstanceType": "m7g.large",
        "LaunchTime": "2026-03-01T09:10:11+00:00",
        "Monitoring": {"State": "disabled"},
        "Placement": {"AvailabilityZone": worn["AvailabilityZone"], "Tenancy": "default"},
        "PrivateIpAddress": worn["PrivateIpAddress"],
        "State": {"Code": 16, "Name": "running"},
        "SubnetId": worn["SubnetId"],
        "VpcId": worn["VpcId"],
        "Architecture": "arm64",
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": {"VolumeId": made("vol", number)}}
        ],
        "IamInstanceProfile": {"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/orders"},
        "NetworkInterfaces": [{one: held for one, held in worn.items() if one != "TagSet"}],
        "SecurityGroups": worn["Groups"],
        "Tags": tags(f"instance-{number}"),
    }
    held = {
        "ReservationId": made("r", (vpc << 24) + number),
        "OwnerId": ACCOUNT,
        "Instances": [shown],
    }
    return held, worn


def answers(megabytes: float) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for vpc in range(VPCS):
        for member, held in network(vpc).items():
            found.setdefault(member, []).extend(held)
    found["Reservations"] = []
    many = max(0, int(megabytes * 1e6 - len(json.dumps(found))) // INSTANCE_BYTES)
    for number in range(many):
        vpc = number % VPCS
        held, worn = reservation(vpc, 100 + number // VPCS)
        found["Reservations"].append(held)
        found["NetworkInterfaces"].append(worn)
    return found


def write(folder: Path, found: dict[str, list[Any]]) -> int:
    """Write a file a call; give the bytes."""
    place = folder / ACCOUNT / REGION
    place.mkdir(parents=True)
    for member, held in found.items():
        (place / f"{member}.json").write_text(json.dumps({member: held}, indent=1))
    attributes = [
        {"VpcId": made("vpc", vpc), f"EnableDns{of}": {"Value": True}}
        for vpc in range(VPCS)
        for of in ("Support", "Hostnames")
    ]
    (place / "attributes.jsonl").write_text("\n".join(map(json.dumps, attributes)))
    return sum(one.stat().st_size for one in place.iterdir())


def seconds(start: float) -> float:
    return time.process_time() - start


def measured(folder: Path) -> Iterator[str]:
    start = time.process_time()
    for one in folder.rglob("*.json"):
        json.loads(one.read_text())
    yield f"json.loads alone        {seconds(start):6.2f} s"
    start = time.process_time()
    documents, notes = read_documents([folder])
    yield f"files to documents      {seconds(start):6.2f} s"
    middle = time.process_time()
    imported = read_network(documents, notes)
    yield f"documents to a network  {seconds(middle):6.2f} s"
    yield f"both                    {seconds(start):6.2f} s"
    kinds = Counter(one.kind for one in imported.network)
    yield ", ".join(f"{many} {kind}" for kind, many in kinds.most_common(6))
    yield f"{len(imported.notes)} notes"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--profile", action="store_true", help="Print where the time goes.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="genkan-bench-") as name:
        size = write(Path(name), answers(asked.megabytes))
        print(f"{size / 1e6:.1f} MB")
        if asked.profile:
            profile = cProfile.Profile()
            profile.runcall(lambda: read_network(*read_documents([Path(name)])))
            pstats.Stats(profile).sort_stats("tottime").print_stats(30)
            return
        for line in measured(Path(name)):
            print(line)


if __name__ == "__main__":
    main()

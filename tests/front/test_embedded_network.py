"""What embedded services look up of the network is the site's, and what they would make is not."""

import io
import zipfile

import pytest
from botocore.exceptions import ClientError

from tests.front.conftest import Api
from tests.story.conftest import REGION

NO_SUBNET, NO_GROUP = "subnet-0123456789abcdef0", "sg-0123456789abcdef0"


class Network:
    """A VPC with two subnets, and a client for each service that is asked."""

    def __init__(self, api: Api) -> None:
        self.client = api.site.client
        ec2 = self.ec2 = api.site.client("ec2")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self.subnet(f"10.0.{at}.0/24", zone) for at, zone in enumerate("ac")]
        (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])[
            "SecurityGroups"
        ]
        self.group = group["GroupId"]

    def subnet(self, cidr, zone):
        made = self.ec2.create_subnet(
            VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}{zone}"
        )
        return made["Subnet"]["SubnetId"]


@pytest.fixture(scope="module")
def network(api: Api):
    return Network(api)


def refusal(call, **parameters):
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]["Code"]


def test_a_database_stands_in_the_sites_subnets(network):
    rds = network.client("rds")
    made = rds.create_db_subnet_group(
        DBSubnetGroupName="subnet-group", DBSubnetGroupDescription="d", SubnetIds=network.subnets
    )["DBSubnetGroup"]
    assert made["VpcId"] == network.vpc
    shown = {one["SubnetIdentifier"]: one["SubnetAvailabilityZone"] for one in made["Subnets"]}
    assert {name: zone["Name"] for name, zone in shown.items()} == dict(
        zip(network.subnets, (f"{REGION}a", f"{REGION}c"), strict=True)
    )
    base = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20}
    user = {"MasterUsername": "me", "MasterUserPassword": "password1"}
    database = rds.create_db_instance(
        DBInstanceIdentifier="d",
        **base,
        **user,
        DBSubnetGroupName="subnet-group",
        VpcSecurityGroupIds=[network.group],
    )["DBInstance"]
    assert database["VpcSecurityGroups"][0]["VpcSecurityGroupId"] == network.group
    code = refusal(rds.create_db_instance, DBInstanceIdentifier="e", **base, **user)
    assert code == "VPCIdNotSpecified"


def test_what_is_new_or_gone_is_seen_at_once(network):
    rds = network.client("rds")
    late = network.subnet("10.0.9.0/24", "d")
    made = rds.create_db_subnet_group(
        DBSubnetGroupName="late", DBSubnetGroupDescription="d", SubnetIds=[network.subnets[0], late]
    )["DBSubnetGroup"]
    assert len(made["Subnets"]) == 2
    network.ec2.delete_subnet(SubnetId=late)
    again = {"DBSubnetGroupName": "gone", "DBSubnetGroupDescription": "d", "SubnetIds": [late]}
    assert refusal(rds.create_db_subnet_group, **again) == "InvalidSubnet"


def test_subnet_groups_of_caches_end(network):
    cache = network.client("elasticache")
    name = {"CacheSubnetGroupName": "ends"}
    made = {**name, "CacheSubnetGroupDescription": "d", "SubnetIds": network.subnets}
    cache.create_cache_subnet_group(**made)
    cache.delete_cache_subnet_group(**name)
    assert refusal(cache.delete_cache_subnet_group, **name) == "CacheSubnetGroupNotFoundFault"


def test_ids_that_there_are_not_are_refused_in_each_services_words(network):
    cache, ecs, eks = (network.client(name) for name in ("elasticache", "ecs", "eks"))
    unknown = network.client("lambda")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("f.py", "")
    function = {
        "FunctionName": "f",
        "Role": "arn:aws:iam::123456789012:role/r",
        "Code": {"ZipFile": packed.getvalue()},
        "Handler": "f.f",
        "Runtime": "python3.13",
    }
    bad = {"SubnetIds": [NO_SUBNET], "SecurityGroupIds": [network.group]}
    assert refusal(unknown.create_function, **function, VpcConfig=bad) == (
        "InvalidParameterValueException"
    )
    described = {"CacheSubnetGroupName": "c", "CacheSubnetGroupDescription": "d"}
    assert refusal(cache.create_cache_subnet_group, **described, SubnetIds=[NO_SUBNET]) == (
        "InvalidSubnet"
    )
    placed = {"awsvpcConfiguration": {"subnets": [NO_SUBNET]}}
    run = {"taskDefinition": "t", "networkConfiguration": placed}
    assert refusal(ecs.run_task, **run) == "InvalidParameterException"
    where = {"subnetIds": network.subnets, "securityGroupIds": [NO_GROUP]}
    role = "arn:aws:iam::123456789012:role/r"
    cluster = {"name": "c", "roleArn": role, "resourcesVpcConfig": where}
    assert refusal(eks.create_cluster, **cluster) == "InvalidParameterException"


def test_an_interface_that_nobody_would_answer_at_is_not_made(network):
    efs = network.client("efs")
    system = efs.create_file_system(CreationToken="t")["FileSystemId"]
    with pytest.raises(ClientError, match="network interface") as error:
        efs.create_mount_target(FileSystemId=system, SubnetId=network.subnets[0])
    assert error.value.response["Error"]["Code"] == "UnsupportedOperation"
    assert efs.describe_mount_targets(FileSystemId=system)["MountTargets"] == []
    target = {"FileSystemId": system, "SubnetId": NO_SUBNET}
    assert refusal(efs.create_mount_target, **target) == "SubnetNotFound"

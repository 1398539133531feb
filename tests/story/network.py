"""The network of the story: a public and a private subnet, an instance in each."""

from dataclasses import dataclass
from typing import Any

from tests.story.conftest import REGION, RunningSite, until

ANYWHERE = "0.0.0.0/0"
MONITORING = f"monitoring.{REGION}.amazonaws.com"
S3 = f"s3.{REGION}.amazonaws.com"


@dataclass
class Story:
    """Ids of what stands, and the client that made it."""

    ec2: Any
    vpc: str
    front: str
    back: str
    back_table: str
    app_group: str
    endpoint_group: str
    web: str
    app: str

    def instance(self, name: str) -> dict[str, Any]:
        answer = self.ec2.describe_instances(InstanceIds=[name])
        return answer["Reservations"][0]["Instances"][0]

    def endpoint(self, name: str) -> dict[str, Any]:
        return self.ec2.describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"][0]


def https_from(**peer: Any) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peer}]


def build(site: RunningSite) -> Story:
    """Make the network and wait until its instances run."""
    ec2 = site.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="172.16.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    front, back = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}a")["Subnet"][
            "SubnetId"
        ]
        for cidr in ("172.16.1.0/24", "172.16.2.0/24")
    )
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    tables = [ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in "ab"]
    for table, subnet in zip(tables, (front, back), strict=True):
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.create_route(RouteTableId=tables[0], DestinationCidrBlock=ANYWHERE, GatewayId=gateway)
    web_group, app_group, endpoint_group = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("web", "app", "vpce")
    )
    web = _run(ec2, "web", front, web_group, public=True)
    app = _run(ec2, "app", back, app_group, public=False)
    story = Story(ec2, vpc, front, back, tables[1], app_group, endpoint_group, web, app)
    for name in (web, app):
        until(lambda name=name: story.instance(name)["State"]["Name"], lambda s: s == "running")
    return story


def open_endpoint(story: Story) -> str:
    """Make the endpoint for CloudWatch in the private subnet; its group lets the VPC in, nothing
    out."""
    story.ec2.authorize_security_group_ingress(
        GroupId=story.endpoint_group,
        IpPermissions=https_from(IpRanges=[{"CidrIp": "172.16.0.0/16"}]),
    )
    story.ec2.revoke_security_group_egress(
        GroupId=story.endpoint_group,
        IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}],
    )
    made = story.ec2.create_vpc_endpoint(
        VpcId=story.vpc,
        ServiceName=f"com.amazonaws.{REGION}.monitoring",
        VpcEndpointType="Interface",
        SubnetIds=[story.back],
        SecurityGroupIds=[story.endpoint_group],
    )["VpcEndpoint"]["VpcEndpointId"]
    until(lambda: story.endpoint(made)["State"], lambda state: state == "available")
    return made


def _run(ec2: Any, name: str, subnet: str, group: str, public: bool) -> str:
    made = ec2.run_instances(
        ImageId="ami-genkan",
        MinCount=1,
        MaxCount=1,
        InstanceType="t3.micro",
        NetworkInterfaces=[
            {
                "DeviceIndex": 0,
                "SubnetId": subnet,
                "Groups": [group],
                "AssociatePublicIpAddress": public,
            }
        ],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
    )
    return made["Instances"][0]["InstanceId"]

"""The story's network, made by the API: a public and a private subnet, an instance in each."""

from dataclasses import dataclass
from ipaddress import ip_address

from genkan.analysis import Packet
from genkan.impact.state import State
from genkan.model.account import AccessKey, Account
from genkan.model.instance import Instance
from genkan.model.network_interface import NetworkInterface
from tests.build import ACCOUNT, REGION, Client

ANYWHERE = "0.0.0.0/0"
TCP = 6


@dataclass
class Story:
    """Ids of what stands, and the client that made it."""

    client: Client
    vpc: str
    front: str
    back: str
    front_table: str
    back_table: str
    gateway: str
    web_group: str
    app_group: str
    endpoint_group: str
    web: str
    app: str

    @property
    def state(self) -> State:
        return State.of(self.client.call.network)

    def interface(self, instance: str) -> NetworkInterface:
        found = self.client.call.network.where(NetworkInterface, vpc_id=self.vpc)
        return next(one for one in found if one.instance_id == instance)

    def packet(self, instance: str, to: str, port: int, protocol: int = TCP) -> Packet:
        source = self.interface(instance).private_ip
        return Packet.to_port(source, ip_address(to), protocol, port, 49_152)

    def launch(self, name: str, subnet: str, group: str, public: bool = False, count: int = 1):
        return launch(self.client, name, subnet, group, public, count)


def build() -> Story:
    client = Client()
    client.put(
        Account(id=ACCOUNT, account=ACCOUNT, region=REGION, account_name="default"),
        AccessKey(id="AKIA1", account=ACCOUNT, region="aws-global", secret="s",
                  principal=f"arn:aws:iam::{ACCOUNT}:root"),
    )  # fmt: skip
    ask = client.ask
    vpc = ask("CreateVpc", CidrBlock="172.16.0.0/16")["Vpc"]["VpcId"]
    ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    front, back = (
        ask("CreateSubnet", VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}{zone}")[
            "Subnet"
        ]["SubnetId"]
        for cidr, zone in (("172.16.1.0/24", "a"), ("172.16.2.0/24", "c"))
    )
    gateway = ask("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
    ask("AttachInternetGateway", InternetGatewayId=gateway, VpcId=vpc)
    tables = [ask("CreateRouteTable", VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in "ab"]
    for table, subnet in zip(tables, (front, back), strict=True):
        ask("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
    ask("CreateRoute", RouteTableId=tables[0], DestinationCidrBlock=ANYWHERE, GatewayId=gateway)
    groups = [
        ask("CreateSecurityGroup", GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("web", "app", "vpce")
    ]
    web = launch(client, "web", front, groups[0], public=True)
    app = launch(client, "app", back, groups[1])
    return Story(client, vpc, front, back, *tables, gateway, *groups, web, app)


def launch(
    client: Client, name: str, subnet: str, group: str, public: bool = False, count: int = 1
) -> str:
    """Run instances that are called so; give the first one's id."""
    made = client.ask(
        "RunInstances",
        ImageId="ami-genkan",
        MinCount=count,
        MaxCount=count,
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
    client.pass_time(1)
    return str(made["Instances"][0]["InstanceId"])


def instances(client: Client) -> list[Instance]:
    return list(client.call.network.all(Instance))

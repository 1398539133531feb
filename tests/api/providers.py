"""A provider's network for tests: a VPC with two subnets, load balancers, an endpoint service."""

from typing import Any

from tests.build import REGION, Client

ZONES = (f"{REGION}a", f"{REGION}c")


def a_vpc(client: Client, named: bool = False) -> str:
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    if named:
        client.ask("ModifyVpcAttribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    return vpc


def a_subnet(client: Client, vpc: str, at: int = 0) -> str:
    asked = {"VpcId": vpc, "CidrBlock": f"10.0.{at}.0/24", "AvailabilityZone": ZONES[at % 2]}
    return client.ask("CreateSubnet", **asked)["Subnet"]["SubnetId"]


def a_balancer(client: Client, *subnets: str, name: str = "nlb", **more: Any) -> dict:
    asked = {"Name": name, "Type": "network", "Scheme": "internal", "Subnets": list(subnets)}
    asked |= more
    if asked["Type"] == "gateway":
        del asked["Scheme"]
    (made,) = client.ask("elbv2:CreateLoadBalancer", **asked)["LoadBalancers"]
    return made


def a_group(client: Client, vpc: str, name: str = "targets", **more: Any) -> str:
    asked = {"Name": name, "Protocol": "TCP", "Port": 443, "VpcId": vpc, "TargetType": "ip"}
    (made,) = client.ask("elbv2:CreateTargetGroup", **{**asked, **more})["TargetGroups"]
    return made["TargetGroupArn"]


def forward(group: str) -> list[dict]:
    return [{"Type": "forward", "TargetGroupArn": group}]


def a_service(client: Client, name: str = "nlb", kind: str = "network", **more: Any) -> dict:
    """Make a service on a load balancer of its own, in one zone of a VPC of its own."""
    subnet = a_subnet(client, a_vpc(client))
    arns = [a_balancer(client, subnet, name=name, Type=kind)["LoadBalancerArn"]]
    parameter = "NetworkLoadBalancerArns" if kind == "network" else "GatewayLoadBalancerArns"
    made = client.ask("CreateVpcEndpointServiceConfiguration", **{parameter: arns}, **more)
    return made["ServiceConfiguration"]


def an_endpoint(client: Client, service: dict, **more: Any) -> dict:
    """Make an endpoint to a service in a VPC of its own, in the service's zone."""
    vpc = a_vpc(client, named=True)
    kind = service["ServiceType"][0]["ServiceType"]
    asked = {"VpcId": vpc, "VpcEndpointType": kind, "ServiceName": service["ServiceName"]}
    asked["SubnetIds"] = [a_subnet(client, vpc)]
    return client.ask("CreateVpcEndpoint", **{**asked, **more})["VpcEndpoint"]

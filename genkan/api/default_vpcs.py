"""Default VPCs and their subnets, made when asked. "Default VPCs" in the Amazon VPC user guide.

A default VPC is 172.31.0.0/16 with a /20 subnet in each Availability Zone, an internet gateway and
a route to it; its subnets lend public addresses on launch.
"""

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Network

from genkan.api.call import Answer, Call
from genkan.api.default_vpc import find_default_vpc
from genkan.api.quotas import VPCS, VpcLimitExceeded, check_quota
from genkan.api.subnets import choose_zone, shown_subnet, zones_of
from genkan.api.vpcs import shown_vpc, with_what_belongs
from genkan.model.errors import MissingParameter, Refused, SubnetFull
from genkan.model.network import Change, put
from genkan.model.resource import Resource
from genkan.model.route_table import Route, RouteTable, RouteTarget, TargetKind
from genkan.model.subnet import Subnet
from genkan.model.vpc import CidrAssociation, InternetGateway, Vpc

CIDR = IPv4Network("172.31.0.0/16")
SUBNET_PREFIX = 20
ANYWHERE = IPv4Network("0.0.0.0/0")


class DefaultVpcAlreadyExists(Refused):
    code = "DefaultVpcAlreadyExists"


class DefaultVpcDoesNotExist(Refused):
    code = "DefaultVpcDoesNotExist"


class DefaultSubnetAlreadyExists(Refused):
    code = "DefaultSubnetAlreadyExistsInAvailabilityZone"


def create_default_vpc(call: Call) -> Answer:
    """Make what a new account of AWS's finds in a Region."""
    there = find_default_vpc(call)
    if there:
        raise DefaultVpcAlreadyExists(
            "A Default VPC already exists for this account in this region: "
            f"{there.id} in {call.region}."
        )
    check_quota(call, len(call.mine(Vpc)) + 1, VPCS, VpcLimitExceeded, "VPCs")
    vpc = Vpc(
        id=call.new_id("vpc"),
        account=call.account,
        region=call.region,
        cidr_associations=(CidrAssociation(id=call.new_id("vpc-cidr-assoc"), cidr=CIDR),),
        dns_hostnames=True,
        is_default=True,
    )
    gateway = InternetGateway(
        id=call.new_id("igw"), account=call.account, region=call.region, vpc_id=vpc.id
    )
    blocks = CIDR.subnets(new_prefix=SUBNET_PREFIX)
    subnets = [
        _subnet(call, vpc, zone.name, block)
        for zone, block in zip(zones_of(call.region), blocks, strict=False)
    ]
    change = Change(
        tuple(_with_way_out(made, gateway) for made in with_what_belongs(call, vpc).puts)
    )
    return Answer({"Vpc": shown_vpc(call, vpc)}, change + put(gateway, *subnets))


def create_default_subnet(
    call: Call, *, availability_zone: str | None = None, availability_zone_id: str | None = None
) -> Answer:
    vpc = find_default_vpc(call)
    if vpc is None:
        raise DefaultVpcDoesNotExist(
            f"No default VPC exists for this account in {call.region}. CreateDefaultVpc makes one."
        )
    if not availability_zone and not availability_zone_id:
        raise MissingParameter("The request must contain the parameter availabilityZone.")
    zone = choose_zone(call.region, availability_zone, availability_zone_id)
    siblings = list(call.network.where(Subnet, vpc_id=vpc.id))
    for sibling in siblings:
        if sibling.default_for_az and sibling.zone == zone:
            raise DefaultSubnetAlreadyExists(
                f"'{sibling.id}' already exists as a default subnet in {zone}. "
                "A zone has at most one."
            )
    block = next(_free_blocks(vpc, siblings), None)
    if block is None:
        raise SubnetFull(
            f"{vpc.id} has no free /{SUBNET_PREFIX} for a default subnet. Delete a subnet first."
        )
    subnet = _subnet(call, vpc, zone, block)
    return Answer({"Subnet": shown_subnet(call, subnet)}, put(subnet))


def _subnet(call: Call, vpc: Vpc, zone: str, block: IPv4Network) -> Subnet:
    return Subnet(
        id=call.new_id("subnet"),
        account=vpc.account,
        region=vpc.region,
        vpc_id=vpc.id,
        zone=zone,
        cidr=block,
        map_public_ip_on_launch=True,
        default_for_az=True,
    )


def _free_blocks(vpc: Vpc, siblings: list[Subnet]) -> Iterator[IPv4Network]:
    for block in vpc.cidr.subnets(new_prefix=SUBNET_PREFIX):
        if not any(sibling.cidr and sibling.cidr.overlaps(block) for sibling in siblings):
            yield block


def _with_way_out(made: Resource, gateway: InternetGateway) -> Resource:
    """Give the main route table its route to the gateway; everything else as it is."""
    if not isinstance(made, RouteTable):
        return made
    target = RouteTarget(TargetKind.INTERNET_GATEWAY, gateway.id)
    return replace(made, routes=(Route(destination=ANYWHERE, target=target),))

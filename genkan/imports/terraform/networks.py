"""VPCs, subnets, gateways, route tables, network ACLs and peering of a state."""

from collections.abc import Iterator
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.members import Row, inner, optional, rows, texts
from genkan.imports.terraform.rows import Rows, arn_part, made_id, owner_of, present, tags_of

TABLES = ("aws_route_table", "aws_default_route_table")
ACLS = ("aws_network_acl", "aws_default_network_acl")
VPCS = ("aws_vpc", "aws_default_vpc")
SUBNETS = ("aws_subnet", "aws_default_subnet")
ATTRIBUTES = (
    ("EnableDnsSupport", "enable_dns_support", True),
    ("EnableDnsHostnames", "enable_dns_hostnames", False),
)


def documents(state: Rows) -> Iterator[Document]:
    """Give the answers about a state's VPCs and what leads in and out of them."""
    vpcs = list(state.of(*VPCS))
    for row in vpcs:
        for member, attribute, default in ATTRIBUTES:
            said = row.get(attribute)
            value = default if said is None else said
            yield state.document({"VpcId": row["id"], member: {"Value": value}})
    yield state.document(
        {
            "Vpcs": [_vpc(state, row) for row in vpcs],
            "DhcpOptions": [_dhcp_options(row) for row in state.of("aws_vpc_dhcp_options")],
            "Subnets": [_subnet(row) for row in state.of(*SUBNETS)],
            "InternetGateways": [
                present(
                    InternetGatewayId=row["id"],
                    OwnerId=owner_of(row),
                    Attachments=[{"VpcId": vpc}] if (vpc := _attached(state, row)) else None,
                    Tags=tags_of(row),
                )
                for row in state.of("aws_internet_gateway")
            ],
            "EgressOnlyInternetGateways": [
                present(
                    EgressOnlyInternetGatewayId=row["id"],
                    Attachments=[{"VpcId": row.get("vpc_id")}],
                    Tags=tags_of(row),
                )
                for row in state.of("aws_egress_only_internet_gateway")
            ],
            "RouteTables": [
                *(_route_table(state, row) for row in state.of(*TABLES)),
                *_main_tables(state, vpcs),
            ],
            "NetworkAcls": [_acl(state, row) for row in state.of(*ACLS)],
            "NatGateways": [_nat_gateway(state, row) for row in state.of("aws_nat_gateway")],
            "VpcPeeringConnections": [
                _peering(state, row) for row in state.of("aws_vpc_peering_connection")
            ],
        }
    )


def _vpc(state: Rows, row: Row) -> Row:
    others = state.where("aws_vpc_ipv4_cidr_block_association", "vpc_id", row["id"])
    options = next(state.where("aws_vpc_dhcp_options_association", "vpc_id", row["id"]), row)
    cidrs = [(str(row.get("cidr_block")), made_id("vpc-cidr-assoc", row["id"]))]
    cidrs += [(str(one.get("cidr_block")), one["id"]) for one in others]
    six = optional(row, "ipv6_cidr_block")
    held = optional(options, "dhcp_options_id")
    known = any(True for _ in state.where("aws_vpc_dhcp_options", "id", held))
    return present(
        VpcId=row["id"],
        OwnerId=owner_of(row),
        VpcArn=row.get("arn"),
        CidrBlock=row.get("cidr_block"),
        CidrBlockAssociationSet=[
            {"CidrBlock": cidr, "AssociationId": name} for cidr, name in cidrs
        ],
        Ipv6CidrBlockAssociationSet=[
            {
                "Ipv6CidrBlock": six,
                "AssociationId": optional(row, "ipv6_association_id")
                or made_id("vpc-cidr-assoc", row["id"], "6"),
            }
        ]
        if six
        else None,
        DhcpOptionsId=held if known else None,
        InstanceTenancy=row.get("instance_tenancy"),
        IsDefault=row.get("existing_default_vpc"),
        Tags=tags_of(row),
    )


def _dhcp_options(row: Row) -> Row:
    told = (
        ("domain-name", [row.get("domain_name")]),
        ("domain-name-servers", row.get("domain_name_servers") or []),
        ("ntp-servers", row.get("ntp_servers") or []),
    )
    return present(
        DhcpOptionsId=row["id"],
        OwnerId=owner_of(row),
        DhcpConfigurations=[
            {"Key": key, "Values": [{"Value": one} for one in values if one]}
            for key, values in told
            if any(values)
        ],
        Tags=tags_of(row),
    )


def _subnet(row: Row) -> Row:
    six = optional(row, "ipv6_cidr_block")
    name = optional(row, "ipv6_cidr_block_association_id")
    return present(
        SubnetId=row["id"],
        OwnerId=owner_of(row),
        SubnetArn=row.get("arn"),
        VpcId=row.get("vpc_id"),
        CidrBlock=row.get("cidr_block"),
        AvailabilityZone=row.get("availability_zone"),
        MapPublicIpOnLaunch=row.get("map_public_ip_on_launch"),
        AssignIpv6AddressOnCreation=row.get("assign_ipv6_address_on_creation"),
        EnableDns64=row.get("enable_dns64"),
        Ipv6CidrBlockAssociationSet=[
            {
                "Ipv6CidrBlock": six,
                "AssociationId": name or made_id("subnet-cidr-assoc", row["id"]),
            }
        ]
        if six
        else None,
        PrivateDnsNameOptionsOnLaunch=present(
            HostnameType=row.get("private_dns_hostname_type_on_launch"),
            EnableResourceNameDnsARecord=row.get("enable_resource_name_dns_a_record_on_launch"),
            EnableResourceNameDnsAAAARecord=row.get(
                "enable_resource_name_dns_aaaa_record_on_launch"
            ),
        ),
        Tags=tags_of(row),
    )


def _attached(state: Rows, row: Row) -> str | None:
    separate = next(
        state.where("aws_internet_gateway_attachment", "internet_gateway_id", row["id"]), {}
    )
    return optional(row, "vpc_id") or optional(separate, "vpc_id")


def _route_table(state: Rows, row: Row) -> Row:
    name = row["id"]
    associations: list[dict[str, Any]] = [
        present(
            RouteTableAssociationId=one["id"],
            SubnetId=one.get("subnet_id"),
            GatewayId=one.get("gateway_id"),
        )
        for one in state.where("aws_route_table_association", "route_table_id", name)
    ]
    if _is_main(state, row):
        associations.append({"RouteTableAssociationId": made_id("rtbassoc", name), "Main": True})
    inline = [_route(one) for one in rows(row, "route")]
    separate = [_route(one) for one in state.where("aws_route", "route_table_id", name)]
    known = [*inline, *(one for one in separate if one not in inline)]
    return present(
        RouteTableId=name,
        OwnerId=owner_of(row),
        VpcId=row.get("vpc_id"),
        Routes=known,
        Associations=associations,
        Tags=tags_of(row),
    )


def _is_main(state: Rows, row: Row) -> bool:
    moved = next(state.where("aws_main_route_table_association", "vpc_id", row.get("vpc_id")), None)
    if moved is not None:
        return bool(moved.get("route_table_id") == row["id"])
    return any(row["id"] == _main_id(vpc) for vpc in state.of(*VPCS))


def _main_id(vpc: Row) -> str | None:
    return optional(vpc, "main_route_table_id") or optional(vpc, "default_route_table_id")


def _main_tables(state: Rows, vpcs: list[Row]) -> Iterator[Row]:
    """Give main tables that AWS made and nobody manages: no route but the local one."""
    for vpc in vpcs:
        moved = next(state.where("aws_main_route_table_association", "vpc_id", vpc["id"]), {})
        first = optional(moved, "original_route_table_id")
        name = first or _main_id(vpc) or made_id("rtb", vpc["id"])
        if any(one["id"] == name for one in state.of(*TABLES)):
            continue
        if moved:  # another is the main one; this is there still
            yield present(RouteTableId=name, OwnerId=owner_of(vpc), VpcId=vpc["id"])
            continue
        yield present(
            RouteTableId=name,
            OwnerId=owner_of(vpc),
            VpcId=vpc["id"],
            Associations=[{"RouteTableAssociationId": made_id("rtbassoc", name), "Main": True}],
        )


def _route(row: Row) -> dict[str, Any]:
    gateway = optional(row, "gateway_id") or optional(row, "vpc_endpoint_id")
    return present(
        DestinationCidrBlock=row.get("cidr_block") or row.get("destination_cidr_block"),
        DestinationIpv6CidrBlock=row.get("ipv6_cidr_block")
        or row.get("destination_ipv6_cidr_block"),
        DestinationPrefixListId=row.get("destination_prefix_list_id"),
        GatewayId=gateway,
        NatGatewayId=row.get("nat_gateway_id"),
        NetworkInterfaceId=row.get("network_interface_id"),
        EgressOnlyInternetGatewayId=row.get("egress_only_gateway_id"),
        VpcPeeringConnectionId=row.get("vpc_peering_connection_id"),
        TransitGatewayId=row.get("transit_gateway_id"),
    )


def _acl(state: Rows, row: Row) -> Row:
    vpc_id = row.get("vpc_id")
    subnets = set(texts(row, "subnet_ids"))
    for one in state.where("aws_network_acl_association", "network_acl_id", row["id"]):
        subnets.add(str(one.get("subnet_id")))
    entries: dict[tuple[Any, bool], Row] = {}  # a list that was read again has both kinds in it
    for way in ("egress", "ingress"):
        for one in rows(row, way):
            number, egress = one.get("rule_no"), way == "egress"
            entries[number, egress] = _entry(one, number, egress, one.get("action"))
    for one in state.where("aws_network_acl_rule", "network_acl_id", row["id"]):
        number, egress = one.get("rule_number"), bool(one.get("egress"))
        entries[number, egress] = _entry(one, number, egress, one.get("rule_action"))
    return present(
        NetworkAclId=row["id"],
        OwnerId=owner_of(row),
        VpcId=vpc_id,
        IsDefault=any(
            optional(vpc, "default_network_acl_id") == row["id"] for vpc in state.of(*VPCS)
        ),
        Entries=list(entries.values()),
        Associations=[
            {"NetworkAclAssociationId": made_id("aclassoc", one), "SubnetId": one}
            for one in sorted(subnets)
        ],
        Tags=tags_of(row),
    )


def _entry(row: Row, number: Any, egress: bool, action: Any) -> Row:  # noqa: ANN401 - JSON
    protocol = str(row.get("protocol"))
    icmp = protocol in ("1", "58", "icmp", "icmpv6")
    return present(
        RuleNumber=number,
        Egress=egress,
        RuleAction=action,
        Protocol=protocol,
        CidrBlock=row.get("cidr_block"),
        Ipv6CidrBlock=row.get("ipv6_cidr_block"),
        IcmpTypeCode={"Type": row.get("icmp_type"), "Code": row.get("icmp_code")} if icmp else None,
        PortRange=None
        if icmp or protocol == "-1"
        else {"From": row.get("from_port"), "To": row.get("to_port")},
    )


def _nat_gateway(state: Rows, row: Row) -> Row:
    subnet = next((one for one in state.of(*SUBNETS) if one["id"] == row.get("subnet_id")), {})
    return present(
        NatGatewayId=row["id"],
        VpcId=subnet.get("vpc_id"),
        SubnetId=row.get("subnet_id"),
        State="available",
        ConnectivityType=row.get("connectivity_type"),
        NatGatewayAddresses=[
            present(
                AllocationId=row.get("allocation_id"),
                NetworkInterfaceId=row.get("network_interface_id"),
                PrivateIp=row.get("private_ip"),
                PublicIp=row.get("public_ip"),
                IsPrimary=True,
            )
        ],
        Tags=tags_of(row),
    )


def _peering(state: Rows, row: Row) -> Row:
    options = next(
        state.where("aws_vpc_peering_connection_options", "vpc_peering_connection_id", row["id"]),
        row,
    )
    own = next((one for one in state.of(*VPCS) if one["id"] == row.get("vpc_id")), row)
    owner = owner_of(own) or optional(row, "peer_owner_id")
    return {
        "VpcPeeringConnectionId": row["id"],
        "RequesterVpcInfo": _side(owner, row.get("vpc_id"), arn_part(own, 3), options, "requester"),
        "AccepterVpcInfo": _side(
            optional(row, "peer_owner_id") or owner,
            row.get("peer_vpc_id"),
            optional(row, "peer_region") or arn_part(own, 3),
            options,
            "accepter",
        ),
        "Status": {"Code": row.get("accept_status") or "active", "Message": ""},
        "Tags": tags_of(row),
    }


def _side(owner: Any, vpc: Any, region: str, options: Row, side: str) -> Row:  # noqa: ANN401
    held = next(rows(options, side), inner(options, side))
    return present(
        OwnerId=owner,
        VpcId=vpc,
        Region=region,
        PeeringOptions={
            "AllowDnsResolutionFromRemoteVpc": bool(held.get("allow_remote_vpc_dns_resolution"))
        },
    )

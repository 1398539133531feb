"""Interfaces, instances, VPC endpoints and endpoint services of a state."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.members import Row, optional, rows, texts
from genkan.imports.terraform import balancers
from genkan.imports.terraform.networks import SUBNETS
from genkan.imports.terraform.rows import Rows, arn_part, made_id, owner_of, present, tags_of

INTERFACE = "Interface"
SERVICE = "aws_vpc_endpoint_service"
RESERVED = 4  # addresses at the start of a subnet that are never assigned


def documents(state: Rows) -> Iterator[Document]:
    """Give the answers about what has an address in a state."""
    subnets = {str(row["id"]): row for row in state.of(*SUBNETS)}
    interfaces = [
        *(_interface(state, row) for row in state.of("aws_network_interface")),
        *_of_instances(state, subnets),
        *_of_nat_gateways(state, subnets),
        *_of_resolver_endpoints(state, subnets),
    ]
    known = {str(one["NetworkInterfaceId"]) for one in interfaces}
    free = _Free(interfaces, subnets)
    for row in state.of(*balancers.BALANCERS):
        interfaces += balancers.interfaces(state, row, free.next)
    endpoints = list(state.of("aws_vpc_endpoint"))
    for row in endpoints:
        interfaces += _of_endpoint(state, row, subnets, free, known)
    yield state.document(
        {
            "NetworkInterfaces": interfaces,
            "Reservations": [_reservation(row, subnets) for row in state.of("aws_instance")],
            "Addresses": [_address(state, row) for row in state.of("aws_eip")],
            "VpcEndpoints": [_endpoint(state, row, subnets) for row in endpoints],
            "ServiceConfigurations": [_service(row) for row in state.of(SERVICE)],
        }
    )
    for row in state.of(SERVICE):
        separate = (
            str(one.get("principal_arn"))
            for one in state.where(
                "aws_vpc_endpoint_service_allowed_principal", "vpc_endpoint_service_id", row["id"]
            )
        )
        principals = dict.fromkeys((*texts(row, "allowed_principals"), *separate))
        yield state.document(
            {"AllowedPrincipals": [{"Principal": one} for one in principals]},
            ServiceId=str(row["id"]),
        )


class _Free:
    """Addresses for what AWS gave one that the state does not say."""

    def __init__(self, interfaces: list[Row], subnets: dict[str, Row]) -> None:
        self._taken = {
            str(address.get("PrivateIpAddress"))
            for one in interfaces
            for address in rows(one, "PrivateIpAddresses")
        }
        self._subnets = subnets

    def next(self, subnet: str) -> str | None:
        cidr = optional(self._subnets.get(subnet, {}), "cidr_block")
        if cidr is None:
            return None
        block = IPv4Network(cidr, strict=False)
        for offset in range(RESERVED, block.num_addresses - 1):
            address = str(IPv4Address(int(block.network_address) + offset))
            if address not in self._taken:
                self._taken.add(address)
                return address
        return None


def _interface(state: Rows, row: Row) -> Row:
    worn = next(rows(row, "attachment"), {})
    separate = next(
        state.where("aws_network_interface_attachment", "network_interface_id", row["id"]), {}
    )
    instance = optional(worn, "instance") or optional(separate, "instance_id")
    primary = optional(row, "private_ip")
    addresses = [one for one in (primary, *texts(row, "private_ips")) if one]
    return present(
        NetworkInterfaceId=row["id"],
        OwnerId=owner_of(row),
        VpcId=_vpc_of(state, optional(row, "subnet_id")),
        SubnetId=row.get("subnet_id"),
        Description=row.get("description"),
        MacAddress=row.get("mac_address"),
        InterfaceType=row.get("interface_type"),
        SourceDestCheck=row.get("source_dest_check"),
        PrivateIpAddresses=[
            {"PrivateIpAddress": one, "Primary": one == addresses[0]}
            for one in dict.fromkeys(addresses)
        ],
        Ipv6Addresses=[{"Ipv6Address": one} for one in texts(row, "ipv6_addresses")],
        Groups=[{"GroupId": one} for one in texts(row, "security_groups")],
        Attachment=present(
            InstanceId=instance,
            AttachmentId=optional(worn, "attachment_id") or optional(separate, "attachment_id"),
            DeviceIndex=worn.get("device_index", separate.get("device_index", 0)),
            DeleteOnTermination=False,
        )
        if instance
        else None,
        TagSet=tags_of(row),
    )


def _vpc_of(state: Rows, subnet_id: str | None) -> str | None:
    found = next((one for one in state.of(*SUBNETS) if one["id"] == subnet_id), {})
    return optional(found, "vpc_id")


def _of_instances(state: Rows, subnets: dict[str, Row]) -> Iterator[Row]:
    """Give the primary interfaces of instances that are no resources of their own."""
    own = {row["id"] for row in state.of("aws_network_interface")}
    for row in state.of("aws_instance"):
        name = optional(row, "primary_network_interface_id") or made_id("eni", row["id"])
        if name in own:
            continue
        elastic = any(
            one.get("instance") == row["id"] or one.get("network_interface") == name
            for one in state.of("aws_eip")
        )
        public = None if elastic else optional(row, "public_ip")
        lent = {"PublicIp": public, "IpOwnerId": "amazon"} if public else None
        subnet = subnets.get(str(row.get("subnet_id")), {})
        primary = optional(row, "private_ip")
        yield present(
            NetworkInterfaceId=name,
            OwnerId=owner_of(row) or owner_of(subnet),
            VpcId=subnet.get("vpc_id"),
            SubnetId=row.get("subnet_id"),
            AvailabilityZone=row.get("availability_zone"),
            SourceDestCheck=row.get("source_dest_check"),
            Association=lent,
            PrivateIpAddresses=[
                present(PrivateIpAddress=one, Primary=one == primary)
                for one in (primary, *texts(row, "secondary_private_ips"))
                if one
            ],
            Ipv6Addresses=[{"Ipv6Address": one} for one in texts(row, "ipv6_addresses")],
            Groups=[{"GroupId": one} for one in texts(row, "vpc_security_group_ids")],
            Attachment={"InstanceId": row["id"], "DeviceIndex": 0},
        )


def _of_nat_gateways(state: Rows, subnets: dict[str, Row]) -> Iterator[Row]:
    for row in state.of("aws_nat_gateway"):
        name, address = optional(row, "network_interface_id"), optional(row, "private_ip")
        subnet = subnets.get(str(row.get("subnet_id")), {})
        if name and address:
            yield present(
                NetworkInterfaceId=name,
                OwnerId=owner_of(subnet),
                VpcId=subnet.get("vpc_id"),
                SubnetId=row.get("subnet_id"),
                InterfaceType="nat_gateway",
                RequesterManaged=True,
                SourceDestCheck=False,
                PrivateIpAddresses=[{"PrivateIpAddress": address, "Primary": True}],
                Attachment={"InstanceOwnerId": "amazon-aws"},
            )


def _of_resolver_endpoints(state: Rows, subnets: dict[str, Row]) -> Iterator[Row]:
    """Give the interfaces of Resolver's endpoints, which a state has the addresses of alone."""
    for row in state.of("aws_route53_resolver_endpoint"):
        for one in rows(row, "ip_address"):
            subnet = subnets.get(str(one.get("subnet_id")), {})
            if not subnet or not one.get("ip"):
                continue
            yield present(
                NetworkInterfaceId=made_id("eni", str(row["id"]), str(one.get("ip"))),
                OwnerId=owner_of(subnet),
                VpcId=subnet.get("vpc_id"),
                SubnetId=one.get("subnet_id"),
                AvailabilityZone=subnet.get("availability_zone"),
                Description=f"Route 53 Resolver: {row['id']}:{one.get('ip_id')}",
                RequesterManaged=True,
                Groups=[{"GroupId": held} for held in texts(row, "security_group_ids")],
                PrivateIpAddresses=[{"PrivateIpAddress": one.get("ip"), "Primary": True}],
                Attachment={"InstanceOwnerId": "amazon-aws", "DeviceIndex": 1},
            )


def _of_endpoint(
    state: Rows, row: Row, subnets: dict[str, Row], free: _Free, known: set[str]
) -> Iterator[Row]:
    """Give an endpoint's interfaces, one a subnet: at the address that the state says, else at
    the next free one."""
    said = {str(one.get("subnet_id")): one for one in rows(row, "subnet_configuration")}
    for name, subnet_id in _interfaces_of(state, row):
        subnet = subnets.get(subnet_id, {})
        address = optional(said.get(subnet_id, {}), "ipv4") or free.next(subnet_id)
        if name in known or address is None:
            continue
        yield present(
            NetworkInterfaceId=name,
            OwnerId=owner_of(row),
            VpcId=row.get("vpc_id"),
            SubnetId=subnet_id,
            AvailabilityZone=subnet.get("availability_zone"),
            InterfaceType="vpc_endpoint",
            RequesterManaged=True,
            PrivateIpAddresses=[{"PrivateIpAddress": address, "Primary": True}],
            Groups=[{"GroupId": one} for one in _groups_of(state, row)],
            Attachment={"InstanceOwnerId": "amazon-aws", "DeviceIndex": 1},
        )


def _interfaces_of(state: Rows, row: Row) -> list[tuple[str, str]]:
    """Give the interfaces of an endpoint, each with its subnet: a state has two sets."""
    names = sorted(texts(row, "network_interface_ids"))
    subnets = _subnets_of(state, row)
    more = [made_id("eni", str(row["id"]), one) for one in subnets[len(names) :]]
    return list(zip((*names, *more), subnets, strict=False))


def _subnets_of(state: Rows, row: Row) -> list[str]:
    separate = (
        str(one.get("subnet_id"))
        for one in state.where("aws_vpc_endpoint_subnet_association", "vpc_endpoint_id", row["id"])
    )
    return sorted({*texts(row, "subnet_ids"), *separate})


def _groups_of(state: Rows, row: Row) -> list[str]:
    separate = (
        str(one.get("security_group_id"))
        for one in state.where(
            "aws_vpc_endpoint_security_group_association", "vpc_endpoint_id", row["id"]
        )
    )
    return sorted({*texts(row, "security_group_ids"), *separate})


def _endpoint(state: Rows, row: Row, subnets: dict[str, Row]) -> Row:
    of = "vpc_endpoint_id"
    policy = next(state.where("aws_vpc_endpoint_policy", of, row["id"]), row)
    named = next(state.where("aws_vpc_endpoint_private_dns", of, row["id"]), row)
    tables = (
        str(one.get("route_table_id"))
        for one in state.where("aws_vpc_endpoint_route_table_association", of, row["id"])
    )
    options = next(rows(row, "dns_options"), {})
    interfaces = _interfaces_of(state, row)
    return present(
        VpcEndpointId=row["id"],
        OwnerId=owner_of(row),
        VpcId=row.get("vpc_id"),
        VpcEndpointType=row.get("vpc_endpoint_type"),
        ServiceName=row.get("service_name"),
        ServiceRegion=row.get("service_region"),
        State=row.get("state"),
        PolicyDocument=policy.get("policy"),
        RouteTableIds=sorted({*texts(row, "route_table_ids"), *tables}),
        SubnetIds=[subnet for _, subnet in interfaces],
        NetworkInterfaceIds=[name for name, _ in interfaces],
        Groups=[{"GroupId": one} for one in _groups_of(state, row)],
        PrivateDnsEnabled=bool(named.get("private_dns_enabled")),
        IpAddressType=row.get("ip_address_type"),
        DnsOptions=present(
            DnsRecordIpType=options.get("dns_record_ip_type"),
            PrivateDnsOnlyForInboundResolverEndpoint=options.get(
                "private_dns_only_for_inbound_resolver_endpoint"
            ),
        ),
        DnsEntries=[
            present(DnsName=one.get("dns_name"), HostedZoneId=one.get("hosted_zone_id"))
            for one in rows(row, "dns_entry")
        ],
        Tags=tags_of(row),
    )


def _reservation(row: Row, subnets: dict[str, Row]) -> Row:
    subnet = subnets.get(str(row.get("subnet_id")), {})
    shown: dict[str, Any] = present(
        InstanceId=row["id"],
        VpcId=subnet.get("vpc_id"),
        SubnetId=row.get("subnet_id"),
        ImageId=row.get("ami"),
        InstanceType=row.get("instance_type"),
        State={"Name": optional(row, "instance_state") or "running"},
        Placement=present(
            AvailabilityZone=row.get("availability_zone") or subnet.get("availability_zone")
        ),
        IamInstanceProfile={"Name": profile}
        if (profile := optional(row, "iam_instance_profile"))
        else None,
        Tags=tags_of(row),
    )
    name = made_id("r", str(row["id"]))
    return present(ReservationId=name, OwnerId=owner_of(row) or owner_of(subnet), Instances=[shown])


def _address(state: Rows, row: Row) -> Row:
    name = row["id"]
    separate = next(state.where("aws_eip_association", "allocation_id", name), row)
    nat = next(state.where("aws_nat_gateway", "allocation_id", name), {})
    interface = (
        optional(separate, "network_interface_id")
        or optional(row, "network_interface")
        or optional(nat, "network_interface_id")
    )
    return present(
        AllocationId=name,
        PublicIp=row.get("public_ip"),
        AssociationId=row.get("association_id") or (made_id("eipassoc", name) if nat else None),
        NetworkInterfaceId=interface,
        PrivateIpAddress=optional(row, "private_ip") or optional(nat, "private_ip"),
        OwnerId=arn_part(row, 4),
        Tags=tags_of(row),
    )


def _service(row: Row) -> Row:
    named = next(rows(row, "private_dns_name_configuration"), {})
    networks = texts(row, "network_load_balancer_arns")
    return present(
        ServiceId=row["id"],
        ServiceName=row.get("service_name"),
        OwnerId=arn_part(row, 4),
        ServiceType=[{"ServiceType": row.get("service_type") or INTERFACE}],
        AcceptanceRequired=row.get("acceptance_required"),
        AvailabilityZones=sorted(texts(row, "availability_zones")),
        NetworkLoadBalancerArns=sorted(networks),
        GatewayLoadBalancerArns=sorted(texts(row, "gateway_load_balancer_arns")),
        SupportedIpAddressTypes=sorted(texts(row, "supported_ip_address_types")),
        PrivateDnsName=row.get("private_dns_name"),
        PrivateDnsNameConfiguration=present(
            State=named.get("state"), Name=named.get("name"), Value=named.get("value")
        ),
        Tags=tags_of(row),
    )

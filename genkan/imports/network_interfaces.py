"""Interfaces, their public addresses, and the instances that wear them."""

import hashlib
import json
from collections.abc import Iterator
from ipaddress import IPv4Address

from genkan.imports.dump import Told
from genkan.imports.members import (
    Row,
    Unusable,
    block,
    choice,
    inner,
    instant,
    ipv4,
    ipv6,
    number,
    optional,
    optional_ipv4,
    rows,
    tags,
    text,
    texts,
    truth,
)
from genkan.imports.notes import NoteCode
from genkan.imports.reading import MALFORMED, Reading
from genkan.model.elastic_ip import ElasticIp
from genkan.model.instance import Instance, InstanceState
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.resource import Resource

OF_AWS = ("amazon", "amazon-elb", "amazon-aws")
RUNNING = InstanceState.RUNNING
ENDS = (InstanceState.TERMINATED, InstanceState.SHUTTING_DOWN)
SHOWN = ("IamInstanceProfile", "MetadataOptions", "PrivateDnsNameOptions")
NAT_GATEWAY = "Interface for NAT Gateway"
LOAD_BALANCER = "ELB net/"
RESOLVER = "Route 53 Resolver:"


def read_network_interfaces(reading: Reading) -> Iterator[Resource]:
    """Give interfaces, Elastic IPs, instances; and for interfaces that something else of AWS's
    wears (a function, a database), a place that stands for it."""
    endpoints = {
        name
        for told in reading.dump.of("VpcEndpoints")
        for name in texts(told.row, "NetworkInterfaceIds")
    }
    interfaces = list(
        reading.each("NetworkInterfaces", lambda told: _interface(reading, told, endpoints))
    )
    yield from interfaces
    yield from _elastic_ips(reading)
    known = list(_instances(reading))
    yield from known
    yield from _unknown_instances(reading, interfaces, {one.id for one in known})
    yield from (_worn_elsewhere(one) for one in interfaces if _is_worn_elsewhere(reading, one))


def _interface(reading: Reading, told: Told, endpoints: set[str]) -> NetworkInterface:
    row = told.row
    account, region = reading.where(told)
    name = text(row, "NetworkInterfaceId")
    addresses = sorted(rows(row, "PrivateIpAddresses"), key=lambda one: not truth(one, "Primary"))
    if not addresses and optional(row, "PrivateIpAddress"):
        addresses = [row]
    subnet = reading.dump.get("Subnets", optional(row, "SubnetId"))
    if addresses and subnet is not None and not optional(subnet.row, "CidrBlock"):
        raise Unusable("it has IPv4 addresses, and its subnet has none")
    of_type = _type(row, name in endpoints)
    managed = truth(row, "RequesterManaged")
    six = sorted(rows(row, "Ipv6Addresses"), key=lambda one: not truth(one, "IsPrimaryIpv6"))
    return NetworkInterface(
        id=name,
        account=account,
        region=region,
        tags=tags(row, "TagSet"),
        vpc_id=text(row, "VpcId"),
        subnet_id=text(row, "SubnetId"),
        zone=optional(row, "AvailabilityZone") or _zone(reading, row),
        mac=optional(row, "MacAddress") or _mac(name),
        private_addresses=tuple(ipv4(one, "PrivateIpAddress") for one in addresses),
        group_ids=tuple(text(one, "GroupId") for one in rows(row, "Groups")),
        description=optional(row, "Description") or "",
        interface_type=of_type,
        source_dest_check=truth(row, "SourceDestCheck", default=True),
        requester_id=optional(row, "RequesterId") or (OF_AWS[0] if managed else None),
        attachment=_attachment(row, of_type),
        public_ip=_lent(row),
        ipv6_addresses=tuple(ipv6(one, "Ipv6Address") for one in six),
        ipv6_primary=any(truth(one, "IsPrimaryIpv6") for one in six),
        prefixes=tuple(
            block(text(one, member), member)
            for member in ("Ipv4Prefix", "Ipv6Prefix")
            for one in rows(row, f"{member}es")
        ),
    )


def _type(row: Row, of_endpoint: bool) -> InterfaceType:
    """Give what kind of thing an interface is of; older answers say it in the description."""
    described = optional(row, "Description") or ""
    said = (optional(row, "InterfaceType") or "interface").replace("natGateway", "nat_gateway")
    known = {one.value: one for one in InterfaceType}
    if said in known and said != InterfaceType.INTERFACE.value:
        return known[said]
    if of_endpoint:
        return InterfaceType.VPC_ENDPOINT
    if described.startswith(NAT_GATEWAY):
        return InterfaceType.NAT_GATEWAY
    if described.startswith(LOAD_BALANCER):
        return InterfaceType.NETWORK_LOAD_BALANCER
    return InterfaceType.INTERFACE


def _attachment(row: Row, of_type: InterfaceType) -> Attachment | None:
    worn = inner(row, "Attachment")
    instance_id = optional(worn, "InstanceId")
    if not worn or (of_type is InterfaceType.INTERFACE and instance_id is None):
        return None
    return Attachment(
        id=optional(worn, "AttachmentId") or "eni-attach-0",
        instance_id=instance_id,
        instance_owner=optional(worn, "InstanceOwnerId") or OF_AWS[0],
        device_index=number(worn, "DeviceIndex") or 0,
        attached_at=instant(worn, "AttachTime"),
        delete_on_termination=truth(worn, "DeleteOnTermination", default=True),
    )


def _lent(row: Row) -> IPv4Address | None:
    """Give the public address that AWS lends an interface."""
    shown = inner(row, "Association")
    return optional_ipv4(shown, "PublicIp") if shown and not _is_elastic(shown) else None


def _zone(reading: Reading, row: Row) -> str:
    subnet = reading.dump.get("Subnets", optional(row, "SubnetId"))
    if subnet is None:
        raise Unusable("it does not say its Availability Zone, and its subnet is nowhere")
    return text(subnet.row, "AvailabilityZone")


def _mac(name: str) -> str:
    """Give an address to an interface that shows none: locally administered, and its own."""
    digest = hashlib.blake2s(name.encode(), digest_size=5).digest()
    return ":".join(f"{byte:02x}" for byte in (0x02, *digest))


def _elastic_ips(reading: Reading) -> Iterator[Resource]:
    """Give Elastic IPs as they are described, and those that interfaces alone show."""
    told_ips = set()
    for one in reading.each("Addresses", lambda told: _elastic_ip(reading, told)):
        told_ips.add(str(one.public_ip))
        yield one
    for told in reading.dump.of("NetworkInterfaces"):
        for address in rows(told.row, "PrivateIpAddresses"):
            shown = inner(address, "Association")
            public = optional(shown, "PublicIp")
            if public is None or public in told_ips or not _is_elastic(shown):
                continue
            told_ips.add(public)
            account, region = reading.where(told)
            yield ElasticIp(
                id=optional(shown, "AllocationId") or f"eipalloc-{public.replace('.', '-')}",
                account=account,
                region=region,
                public_ip=ipv4(shown, "PublicIp"),
                association_id=optional(shown, "AssociationId") or f"eipassoc-{public}",
                network_interface_id=text(told.row, "NetworkInterfaceId"),
                private_ip=ipv4(address, "PrivateIpAddress"),
            )


def _is_elastic(association: Row) -> bool:
    """Tell an Elastic IP from an address that AWS lends."""
    owner = optional(association, "IpOwnerId")
    return "AllocationId" in association or (owner is not None and owner not in OF_AWS)


def _elastic_ip(reading: Reading, told: Told) -> ElasticIp:
    row = told.row
    account, region = reading.where(told)
    public = text(row, "PublicIp")
    return ElasticIp(
        id=optional(row, "AllocationId") or f"eipalloc-{public.replace('.', '-')}",
        account=account,
        region=region,
        tags=tags(row),
        public_ip=ipv4(row, "PublicIp"),
        association_id=optional(row, "AssociationId"),
        network_interface_id=optional(row, "NetworkInterfaceId"),
        private_ip=optional_ipv4(row, "PrivateIpAddress"),
    )


def _instances(reading: Reading) -> Iterator[Instance]:
    for told in reading.dump.of("Reservations"):
        for row in rows(told.row, "Instances"):
            one = Told(
                {**row, "OwnerId": told.row.get("OwnerId")}, told.source, told.account, told.region
            )
            try:
                if choice(InstanceState, inner(row, "State"), "Name", RUNNING) in ENDS:
                    continue
                yield _instance(reading, one, optional(told.row, "ReservationId") or "r-0")
            except (Unusable, *MALFORMED) as error:
                name = optional(row, "InstanceId") or told.source
                reading.note(name, NoteCode.UNREADABLE, f"It was left out: {error}.")


def _instance(reading: Reading, told: Told, reservation: str) -> Instance:
    row = told.row
    account, region = reading.where(told)
    return Instance(
        id=text(row, "InstanceId"),
        account=account,
        region=region,
        tags=tags(row),
        reservation_id=reservation,
        vpc_id=text(row, "VpcId"),
        subnet_id=text(row, "SubnetId"),
        zone=text(inner(row, "Placement"), "AvailabilityZone"),
        image_id=optional(row, "ImageId") or "ami-unknown",
        instance_type=optional(row, "InstanceType") or "t3.micro",
        state=choice(InstanceState, inner(row, "State"), "Name", InstanceState.RUNNING),
        launched_at=instant(row, "LaunchTime"),
        launch_index=number(row, "AmiLaunchIndex") or 0,
        key_name=optional(row, "KeyName"),
        monitoring=inner(row, "Monitoring").get("State") == "enabled",
        lent_public_address=any(
            "Association" in one and not _is_elastic(inner(one, "Association"))
            for one in rows(row, "NetworkInterfaces")
        ),
        described=json.dumps(
            {name: one for name in SHOWN if (one := inner(row, name))}, sort_keys=True
        ),
    )


def _unknown_instances(
    reading: Reading, interfaces: list[NetworkInterface], known: set[str]
) -> Iterator[Instance]:
    """Give a running instance for each that interfaces name and nothing describes."""
    for one in interfaces:
        name = one.instance_id
        if name is None or name in known:
            continue
        known.add(name)
        reading.note(
            name,
            NoteCode.ASSUMED_DEFAULT,
            f"{one.id} is attached to it, and it is described nowhere, so it was taken to run. "
            "Add describe-instances.",
        )
        yield Instance(
            id=name,
            account=one.account,
            region=one.region,
            reservation_id="r-0",
            vpc_id=one.vpc_id,
            subnet_id=one.subnet_id,
            zone=one.zone,
            image_id="ami-unknown",
            instance_type="t3.micro",
            state=InstanceState.RUNNING,
            launched_at=instant({}, ""),
        )


def _is_worn_elsewhere(reading: Reading, one: NetworkInterface) -> bool:
    """Tell whether something is attached to an interface that is no instance of the model's."""
    told = reading.dump.get("NetworkInterfaces", one.id)
    in_use = told is not None and optional(told.row, "Status") == "in-use"
    if one.description.startswith(RESOLVER):
        return False
    return in_use and one.attachment is None and one.interface_type is InterfaceType.INTERFACE


def _worn_elsewhere(one: NetworkInterface) -> ProcessAttachment:
    return ProcessAttachment(
        id=one.id,
        account=one.account,
        region=one.region,
        tags=one.tags,
        vpc_id=one.vpc_id,
        what=one.description or one.id,
        namespace=0,
        device_index=0,
        leads_out=True,
    )

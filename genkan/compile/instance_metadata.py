"""Instances → what they learn of themselves at 169.254.169.254, and how they may ask.

"Instance metadata categories" and "Use IMDS" in the Amazon EC2 user guide. Left out: what only
AWS can sign (pkcs7, rsa2048), spot and maintenance events, disks beyond the root.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from genkan.compile import naming
from genkan.compile.endpoints import TCP
from genkan.compile.naming import host_network
from genkan.model.account import KeyPair
from genkan.model.catalogue.instance_types import INSTANCE_TYPES
from genkan.model.catalogue.regions import REGIONS
from genkan.model.instance import Instance
from genkan.model.instance_profile import given_profile, profile_arn, profile_id, profile_name
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.security_group import SecurityGroup
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.program import Because, Entry
from genkan.program.address import in_order
from genkan.program.metadata import (
    METADATA_ADDRESS,
    METADATA_IPV6_ADDRESS,
    InstanceMetadata,
    InstanceRole,
)
from genkan.program.route import PLACE_TABLE, Deliver, Route
from genkan.program.service import Answerer, Listener

HTTP = 80
DATA = "meta-data"
Item = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Worn:
    """An interface of an instance: its index, subnet, groups by id and name, and public addresses
    by private one."""

    interface: NetworkInterface
    index: int
    subnet: Subnet
    groups: tuple[tuple[str, str], ...]
    public: tuple[tuple[IPv4Address, IPv4Address], ...]


def compile_service(vpc: Vpc) -> Iterator[Entry]:
    """Give the addresses at which a VPC's instances ask; no group and no ACL is asked about it."""
    because = Because("fixed", "instance metadata")
    for address in (METADATA_ADDRESS, *((METADATA_IPV6_ADDRESS,) if vpc.ipv6_cidrs else ())):
        yield Route(
            because=because,
            place=vpc.id,
            table=PLACE_TABLE,
            destination=host_network(address),
            action=Deliver(),
        )
        yield Listener(
            because=because,
            place=vpc.id,
            addresses=host_network(address),
            protocol=TCP,
            port=HTTP,
            answerer=Answerer.METADATA,
        )


def group_names(network: Network, interface: NetworkInterface) -> tuple[tuple[str, str], ...]:
    """Give the groups that an interface wears, by id and name, in their order."""
    found = (network.get(SecurityGroup, name) for name in interface.group_ids)
    return tuple((group.id, group.group_name) for group in found if group)


def key_of(network: Network, instance: Instance) -> tuple[str, str] | None:
    """Give the name and the public half of the key pair that an instance was launched with."""
    for key in network.where(KeyPair, key_name=instance.key_name) if instance.key_name else ():
        if (key.account, key.region) == (instance.account, instance.region):
            return key.key_name, key.public_key
    return None


def compile_metadata(
    instance: Instance, vpc: Vpc, worn: tuple[Worn, ...], key: tuple[str, str] | None
) -> Iterator[Entry]:
    """Give what an instance learns; `worn` are its interfaces by index, the primary one first."""
    described: Mapping[str, Any] = json.loads(instance.described)
    options = described.get("MetadataOptions", {})
    tags = options.get("InstanceMetadataTags", "disabled") == "enabled"
    items = {
        **_own(instance, described),
        **_primary(instance, worn[0], vpc),
        **_placement(instance),
        **{path: text for one in worn for path, text in _interface(one, vpc)},
        **(_key(*key) if key else {}),
        **(_tags(instance) if tags else {}),
    }
    below = {f"{DATA}/{path}": text for path, text in items.items()}
    below["dynamic/instance-identity/document"] = _document(instance, worn[0].interface)
    sources = (address for one in worn for address in one.interface.addresses)
    yield InstanceMetadata(
        because=Because("instance", instance.id),
        place=vpc.id,
        instance=instance.id,
        account=instance.account,
        sources=in_order(sources),
        enabled=options.get("HttpEndpoint", "enabled") == "enabled",
        ipv6=options.get("HttpProtocolIpv6", "disabled") == "enabled",
        tokens_required=options.get("HttpTokens", "optional") == "required",
        hops=options.get("HttpPutResponseHopLimit", 1),
        items=tuple(sorted(below.items())),
        user_data=instance.user_data,
        role=_role(instance),
    )


def _own(instance: Instance, described: Mapping[str, Any]) -> dict[str, str]:
    found = {
        "ami-id": instance.image_id,
        "ami-launch-index": str(instance.launch_index),
        "ami-manifest-path": "(unknown)",
        "block-device-mapping/ami": "xvda",
        "block-device-mapping/root": "/dev/xvda",
        "instance-action": "none",
        "instance-id": instance.id,
        "instance-life-cycle": "on-demand",
        "instance-type": instance.instance_type,
        "profile": "default-hvm",
        "reservation-id": instance.reservation_id,
        "services/domain": "amazonaws.com",
        "services/partition": "aws",
        "system": "nitro",
    }
    group = described.get("Placement", {}).get("GroupName")
    return {**found, "placement/group-name": group} if group else found


def _primary(instance: Instance, worn: Worn, vpc: Vpc) -> dict[str, str]:
    interface = worn.interface
    found = {
        "mac": interface.mac,
        "security-groups": "\n".join(name for _, name in worn.groups),
    }
    if interface.has_ipv4:
        host = _private_name(interface, vpc)
        found |= {
            "hostname": host,
            "local-hostname": host,
            "local-ipv4": str(interface.private_ip),
        }
    else:
        found["hostname"] = f"{instance.id}.{naming.internal_domain(vpc.region)}"
        found["local-hostname"] = found["hostname"]
    public = dict(worn.public).get(interface.private_ip) if interface.has_ipv4 else None
    if public:
        found |= {"public-ipv4": str(public), "public-hostname": _public_name(public, vpc)}
    if interface.ipv6_addresses:
        found["ipv6"] = str(interface.ipv6_addresses[0])
    return found


def _placement(instance: Instance) -> dict[str, str]:
    region = REGIONS.get(instance.region)
    ids = {zone.name: zone.id for zone in region.zones} if region else {}
    found = {"availability-zone": instance.zone, "region": instance.region}
    if instance.zone in ids:
        found["availability-zone-id"] = ids[instance.zone]
    return {f"placement/{name}": text for name, text in found.items()}


def _interface(worn: Worn, vpc: Vpc) -> Iterator[Item]:
    interface, subnet = worn.interface, worn.subnet
    found = {
        "device-number": str(worn.index),
        "interface-id": interface.id,
        "mac": interface.mac,
        "owner-id": interface.account,
        "security-group-ids": "\n".join(name for name, _ in worn.groups),
        "security-groups": "\n".join(name for _, name in worn.groups),
        "subnet-id": subnet.id,
        "vpc-id": vpc.id,
        "vpc-ipv4-cidr-block": str(vpc.cidr),
        "vpc-ipv4-cidr-blocks": _lines(vpc.cidrs),
    }
    if interface.has_ipv4:
        found |= {
            "local-hostname": _private_name(interface, vpc),
            "local-ipv4s": _lines(interface.private_addresses),
        }
    if subnet.cidr:
        found["subnet-ipv4-cidr-block"] = str(subnet.cidr)
    if worn.public:
        found["public-ipv4s"] = _lines([public for _, public in worn.public])
        found["public-hostname"] = _public_name(worn.public[0][1], vpc)
        for private, public in worn.public:
            found[f"ipv4-associations/{public}"] = str(private)
    if interface.ipv6_addresses:
        found["ipv6s"] = _lines(interface.ipv6_addresses)
    for name, prefixes in (
        ("ipv4-prefix", interface.ipv4_prefixes),
        ("ipv6-prefix", interface.ipv6_prefixes),
    ):
        if prefixes:
            found[name] = _lines(prefixes)
    if subnet.ipv6_cidr:
        found["subnet-ipv6-cidr-blocks"] = str(subnet.ipv6_cidr)
    if vpc.ipv6_cidrs:
        found["vpc-ipv6-cidr-blocks"] = _lines(vpc.ipv6_cidrs)
    for name, text in found.items():
        yield f"network/interfaces/macs/{interface.mac}/{name}", text


def _key(name: str, public: str) -> dict[str, str]:
    return {"public-keys/": f"0={name}", "public-keys/0/openssh-key": public}


def _tags(instance: Instance) -> dict[str, str]:
    return {f"tags/instance/{key}": value for key, value in instance.tags if "/" not in key}


def _role(instance: Instance) -> InstanceRole | None:
    given = given_profile(instance)
    if given is None:
        return None
    name = profile_name(given)
    return InstanceRole(
        name=name,
        session=f"arn:aws:sts::{instance.account}:assumed-role/{name}/{instance.id}",
        profile_arn=profile_arn(instance.account, given),
        profile_id=profile_id(instance.id),
    )


def _document(instance: Instance, primary: NetworkInterface) -> str:
    """Give the instance identity document, which nobody signed."""
    said = {
        "accountId": instance.account,
        "architecture": INSTANCE_TYPES[instance.instance_type].architectures[0],
        "availabilityZone": instance.zone,
        "billingProducts": None,
        "devpayProductCodes": None,
        "marketplaceProductCodes": None,
        "imageId": instance.image_id,
        "instanceId": instance.id,
        "instanceType": instance.instance_type,
        "kernelId": None,
        "pendingTime": instance.launched_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "privateIp": str(primary.private_ip) if primary.has_ipv4 else None,
        "ramdiskId": None,
        "region": instance.region,
        "version": "2017-09-30",
    }
    return json.dumps(said, indent=2)


def _private_name(interface: NetworkInterface, vpc: Vpc) -> str:
    host = naming.private_host(interface.private_ip)
    return f"{host}.{naming.internal_domain(vpc.region)}"


def _public_name(public: IPv4Address, vpc: Vpc) -> str:
    """Give an address's name, empty in a VPC that gives no names."""
    if not (vpc.dns_support and vpc.dns_hostnames):
        return ""
    return f"{naming.public_host(public)}.{naming.public_domain(vpc.region)}"


def _lines(values: Any) -> str:  # noqa: ANN401 - addresses or networks
    return "\n".join(map(str, values))

"""What `genkan status` shows of the network: plain data, a pure function of the snapshot."""

from datetime import datetime
from typing import Any

from genkan.engine.protocol import Mended
from genkan.model.flow_log import FlowLog
from genkan.model.instance import Instance
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.subnet import Subnet
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint


def status(
    network: Network, trouble: str | None, mended: tuple[datetime, Mended] | None = None
) -> dict[str, Any]:
    """Give every VPC, instance and endpoint in a line's worth of facts, and what is wrong."""
    return {
        "vpcs": [_vpc(network, vpc) for vpc in network.all(Vpc)],
        "instances": [_instance(network, instance) for instance in network.all(Instance)],
        "endpoints": [_endpoint(network, endpoint) for endpoint in network.all(VpcEndpoint)],
        "undelivered": [
            {"id": log.id, "why": log.delivery_error}
            for log in network.all(FlowLog)
            if log.delivery_error
        ],
        "trouble": trouble,
        "mended": _mended(*mended) if mended else None,
    }


def _mended(at: datetime, mended: Mended) -> dict[str, Any]:
    return {
        "at": at.isoformat(timespec="seconds"),
        "changes": mended.changes,
        "places": list(mended.places),
    }


def _vpc(network: Network, vpc: Vpc) -> dict[str, Any]:
    return {
        "id": vpc.id,
        "name": vpc.name,
        "account": vpc.account,
        "region": vpc.region,
        "cidrs": [str(cidr) for cidr in vpc.cidrs],
        "subnets": sum(1 for _ in network.where(Subnet, vpc_id=vpc.id)),
        "interfaces": sum(1 for _ in network.where(NetworkInterface, vpc_id=vpc.id)),
    }


def _instance(network: Network, instance: Instance) -> dict[str, Any]:
    interfaces = [
        interface
        for interface in network.where(NetworkInterface, vpc_id=instance.vpc_id)
        if interface.attachment and interface.attachment.instance_id == instance.id
    ]
    return {
        "id": instance.id,
        "name": instance.name,
        "account": instance.account,
        "region": instance.region,
        "vpc": instance.vpc_id,
        "subnet": instance.subnet_id,
        "state": instance.state.value,
        "addresses": [str(address) for one in interfaces for address in one.private_addresses],
    }


def _endpoint(network: Network, endpoint: VpcEndpoint) -> dict[str, Any]:
    interfaces = (network.get(NetworkInterface, name) for name in endpoint.network_interface_ids)
    return {
        "id": endpoint.id,
        "name": endpoint.name,
        "account": endpoint.account,
        "region": endpoint.region,
        "vpc": endpoint.vpc_id,
        "service": endpoint.service_name,
        "state": endpoint.state.value,
        "private_dns": endpoint.private_dns_enabled,
        "addresses": [
            str(address)
            for interface in interfaces
            if interface
            for address in (*interface.private_addresses, *interface.ipv6_addresses)
        ],
    }

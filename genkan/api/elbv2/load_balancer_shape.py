"""A load balancer as the API shows it."""

from typing import Any

from genkan.api.call import Call
from genkan.api.output import present
from genkan.model.catalogue.load_balancer_zones import network_load_balancer_zone
from genkan.model.elastic_ip import ElasticIp
from genkan.model.load_balancer import LoadBalancer, LoadBalancerType
from genkan.model.network_interface import NetworkInterface

ON_OFF = {True: "on", False: "off"}


def load_balancer(call: Call, balancer: LoadBalancer) -> dict[str, Any]:
    """Give a load balancer as DescribeLoadBalancers does; a gateway one has no name and scheme."""
    network = balancer.type is LoadBalancerType.NETWORK
    groups = network and bool(balancer.group_ids)
    return present(
        LoadBalancerArn=balancer.id,
        DNSName=balancer.dns_name if network else None,
        CanonicalHostedZoneId=network_load_balancer_zone(balancer.region) if network else None,
        CreatedTime=balancer.created_at,
        LoadBalancerName=balancer.load_balancer_name,
        Scheme=("internal" if balancer.internal else "internet-facing") if network else None,
        VpcId=balancer.vpc_id,
        State={"Code": balancer.state.value},
        Type=balancer.type.value,
        AvailabilityZones=zones(call, balancer),
        SecurityGroups=list(balancer.group_ids) if groups else None,
        IpAddressType=balancer.ip_address_type,
        EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic=(
            ON_OFF[balancer.enforces_groups_on_private_link] if groups else None
        ),
    )


def zones(call: Call, balancer: LoadBalancer) -> list[dict[str, Any]]:
    """Give the enabled zones; addresses are shown that the owner chose."""
    interfaces = (call.network.get(NetworkInterface, one) for one in balancer.network_interface_ids)
    return [
        {
            "ZoneName": one.zone,
            "SubnetId": one.subnet_id,
            "LoadBalancerAddresses": _addresses(call, balancer, one),
        }
        for one in interfaces
        if one
    ]


def _addresses(
    call: Call, balancer: LoadBalancer, interface: NetworkInterface
) -> list[dict[str, Any]]:
    shown = [
        {"IpAddress": str(elastic.public_ip), "AllocationId": elastic.id}
        for elastic in call.network.where(ElasticIp, network_interface_id=interface.id)
    ]
    if interface.subnet_id in balancer.fixed_subnet_ids:
        shown.append({"PrivateIPv4Address": str(interface.private_ip)})
    shown += [{"IPv6Address": str(address)} for address in interface.ipv6_addresses]
    return shown

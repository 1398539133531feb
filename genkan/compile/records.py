"""Flow logs, and what records call network interfaces.

"Logging IP traffic using VPC Flow Logs" in the Amazon VPC user guide. Whose packets they are does
not depend on whether somebody writes them down: who looks at packets wants to know it as well.
"""

from collections.abc import Iterator

from genkan.compile.part import Part
from genkan.model.catalogue.regions import REGIONS
from genkan.model.endpoint_service import EndpointService
from genkan.model.flow_log import FlowLog
from genkan.model.flow_log_fields import UnreadableFormat, fields_of, version_of
from genkan.model.instance import Instance
from genkan.model.load_balancer import LoadBalancer
from genkan.model.nat_gateway import NatGateway
from genkan.model.network import Network
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import Vpc
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program import Because, Entry, record

Wearer = tuple[str, str | None, str | None, str | None]  # id, Name tag, service, its account
NOBODY = (None, None, None, None)


def interface_parts(network: Network, vpc: Vpc) -> Iterator[Part]:
    """Give what the interfaces of a VPC are called."""
    zone_ids = {zone.name: zone.id for zone in REGIONS[vpc.region].zones}
    wearers = dict(sorted(_wearers(network, vpc), key=lambda worn: worn[1][0]))
    for interface in network.where(NetworkInterface, vpc_id=vpc.id):
        instance = network.get(Instance, interface.instance_id)
        wearer = (instance.id, instance.name, None, None) if instance else wearers.get(interface.id)
        zone_id = zone_ids.get(interface.zone, interface.zone)
        yield Part(
            ("record", interface.id), _compile_interface, (interface, zone_id, wearer or NOBODY)
        )


def _wearers(network: Network, vpc: Vpc) -> Iterator[tuple[str, Wearer]]:
    for gateway in network.where(NatGateway, vpc_id=vpc.id):
        yield gateway.network_interface_id, (gateway.id, gateway.name, None, None)
    for endpoint in network.where(VpcEndpoint, vpc_id=vpc.id):
        service = network.get(EndpointService, endpoint.service_name.rpartition(".")[2])
        account = service.account if service else None
        for name in endpoint.network_interface_ids:
            yield name, (endpoint.id, endpoint.name, endpoint.service_name, account)
    for balancer in network.where(LoadBalancer, vpc_id=vpc.id):
        for name in balancer.network_interface_ids:
            yield name, (balancer.id, balancer.name, None, None)


def _compile_interface(
    interface: NetworkInterface, zone_id: str, wearer: Wearer
) -> Iterator[Entry]:
    owner, name, service, service_account = wearer
    yield record.Interface(
        because=Because("network-interface", interface.id),
        id=interface.id,
        place=interface.vpc_id,
        subnet=interface.subnet_id,
        zone=interface.zone,
        zone_id=zone_id,
        account=interface.account,
        region=interface.region,
        kind=interface.interface_type.value,
        addresses=(*interface.private_addresses, *interface.ipv6_addresses),
        owner=owner,
        name=name,
        service=service,
        service_account=service_account,
    )


def log_parts(log: FlowLog) -> Iterator[Part]:
    """Give a flow log; the state of its delivery is no part of it.

    One with a format that nobody reads, which was taken once, records nothing.
    """
    try:
        fields_of(log.log_format)
    except UnreadableFormat:
        return
    inputs = (
        log.id,
        log.account,
        log.region,
        log.logged,
        log.traffic_type,
        log.log_format,
        log.aggregation_interval,
        log.destination_type,
        log.destination,
        log.hive_partitions,
        log.hourly_partitions,
    )
    yield Part(("flow-log",), _compile_log, inputs)


def _compile_log(
    log_id: str,
    account: str,
    region: str,
    logged: str,
    traffic: str | None,
    log_format: str,
    interval: int,
    destination_type: str,
    destination: str | None,
    hive: bool,
    hourly: bool,
) -> Iterator[Entry]:
    fields = fields_of(log_format)
    yield record.FlowLog(
        because=Because("vpc-flow-log", log_id),
        id=log_id,
        account=account,
        region=region,
        logged=logged,
        traffic=traffic or "ALL",
        fields=fields,
        version=version_of(fields),
        interval=interval,
        destination_type=destination_type,
        destination=destination,
        hive_partitions=hive,
        hourly_partitions=hourly,
    )

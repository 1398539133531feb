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


def parts(network: Network, interface_id: str) -> Iterator[Part]:
    """Give what an interface is called; nothing when it, or its VPC, is not there."""
    interface = network.get(NetworkInterface, interface_id)
    vpc = network.get(Vpc, interface.vpc_id) if interface else None
    if interface is None or vpc is None:
        return
    zones = {zone.name: zone.id for zone in REGIONS[vpc.region].zones}
    instance = network.get(Instance, interface.instance_id)
    wearer: Wearer | None = (instance.id, instance.name, None, None) if instance else None
    if wearer is None:
        wearer = max(_wearers(network, interface), key=lambda worn: worn[0], default=None)
    inputs = (interface, zones.get(interface.zone, interface.zone), wearer or NOBODY)
    yield Part(("record",), _compile_interface, inputs)


def _wearers(network: Network, interface: NetworkInterface) -> Iterator[Wearer]:
    """Give what wears an interface, but for instances."""
    for gateway in network.where(NatGateway, network_interface_id=interface.id):
        yield gateway.id, gateway.name, None, None
    for endpoint in network.holding(VpcEndpoint, network_interface_ids=interface.id):
        service = network.get(EndpointService, endpoint.service_name.rpartition(".")[2])
        account = service.account if service else None
        yield endpoint.id, endpoint.name, endpoint.service_name, account
    for balancer in network.holding(LoadBalancer, network_interface_ids=interface.id):
        yield balancer.id, balancer.name, None, None


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

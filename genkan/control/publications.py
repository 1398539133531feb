"""Publications, made and taken back: what `genkan publish` may ask for."""

from typing import Any

from genkan.model.errors import InvalidParameterValue, NotFound
from genkan.model.network import Change, Network, delete, put
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.publication import Publication, publication_id

HIGHEST_PORT = 65_535


def publish(network: Network, name: str, port: int, host: str, host_port: int) -> Change:
    """Give the change by which a program answers at a port of an interface. Raises Refused."""
    interface = need_unworn(network, name)
    held = network.get(ProcessAttachment, interface.id)
    if held:
        raise InvalidParameterValue(
            f"{interface.id} is worn by {held.what}. Take it off: genkan detach {interface.id}"
        )
    if not interface.has_ipv4:
        raise InvalidParameterValue(
            f"{interface.id} has no IPv4 address. Programs are published at IPv4 addresses."
        )
    if not 1 <= port <= HIGHEST_PORT or not 0 <= host_port <= HIGHEST_PORT:
        raise InvalidParameterValue(f"Ports are 1 to {HIGHEST_PORT}: {port} and {host_port} given.")
    return put(
        Publication(
            id=publication_id(interface.id, port),
            account=interface.account,
            region=interface.region,
            vpc_id=interface.vpc_id,
            network_interface_id=interface.id,
            port=port,
            host=host,
            host_port=host_port,
        )
    )


def unpublish(network: Network, name: str, port: int | None) -> Change:
    """Give the change that takes back what is published at a port, or at all of them. Raises
    NotFound."""
    there = network.all(Publication)
    interface = next((one for one in network.all(NetworkInterface) if one.name == name), None)
    wanted = interface.id if interface else name
    found = [
        one for one in there if one.network_interface_id == wanted and port in (None, one.port)
    ]
    if not found:
        where = name if port is None else f"port {port} of {name}"
        raise NotFound(
            "InvalidPublication.NotFound",
            f"Nothing is published at {where}. What is, is shown by: genkan publish",
        )
    return delete(*found)


def orphans(network: Network) -> list[Publication]:
    """Give the publications whose interface is gone."""
    return [
        one
        for one in network.all(Publication)
        if network.get(NetworkInterface, one.network_interface_id) is None
    ]


def shown(network: Network) -> list[dict[str, Any]]:
    """Give what is published, by interface and port."""
    rows = []
    for one in sorted(
        network.all(Publication), key=lambda one: (one.network_interface_id, one.port)
    ):
        interface = network.get(NetworkInterface, one.network_interface_id)
        rows.append(
            {
                "interface": one.network_interface_id,
                "name": interface.name if interface else None,
                "vpc": one.vpc_id,
                "address": str(interface.private_ip) if interface else None,
                "port": one.port,
                "program": one.program,
                "answers": interface is not None and interface.attachment is None,
            }
        )
    return rows


def need_unworn(network: Network, name: str) -> NetworkInterface:
    """Give the interface of this id or Name tag that nothing of AWS's wears. Raises Refused."""
    interface = find_interface(network, name)
    if interface.attachment or interface.interface_type is not InterfaceType.INTERFACE:
        worn = interface.instance_id or interface.interface_type.value
        raise InvalidParameterValue(
            f"{interface.id} is worn by {worn}, which answers there. Make another: "
            f"genkan aws ec2 create-network-interface --subnet-id {interface.subnet_id}"
        )
    return interface


def find_interface(network: Network, name: str) -> NetworkInterface:
    """Give the interface with this id or Name tag, in whichever account. Raises NotFound."""
    by_id = network.get(NetworkInterface, name)
    named = [one for one in network.all(NetworkInterface) if one.name == name]
    if by_id or len(named) == 1:
        return by_id or named[0]
    if named:
        ids = ", ".join(sorted(one.id for one in named))
        raise InvalidParameterValue(f"{name} can mean {ids}. Give the id.")
    raise NotFound(
        "InvalidNetworkInterfaceID.NotFound",
        f"No interface is called {name}. Make one: "
        "genkan aws ec2 create-network-interface --subnet-id SUBNET",
    )

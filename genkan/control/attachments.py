"""Attachments of processes, made and taken back: what `genkan attach` may ask for."""

from collections.abc import Callable
from typing import Any

from genkan.control.publications import need_unworn
from genkan.model.errors import InvalidParameterValue, NotFound
from genkan.model.network import Change, Network, delete, put
from genkan.model.network_interface import NetworkInterface
from genkan.model.process_attachment import ProcessAttachment
from genkan.model.publication import Publication
from genkan.model.subnet import Subnet

NamespaceOf = Callable[[str], int | None]  # the number of the namespace that is held for a place


def attachable(network: Network, name: str) -> NetworkInterface:
    """Give the interface of this id or Name tag, when a process can wear it. Raises Refused."""
    interface = need_unworn(network, name)
    held = network.get(ProcessAttachment, interface.id)
    if held:
        raise InvalidParameterValue(
            f"{interface.id} is worn by {held.what}. Take it off: genkan detach {interface.id}"
        )
    published = next(network.where(Publication, network_interface_id=interface.id), None)
    if published:
        raise InvalidParameterValue(
            f"{published.program} is published at {interface.id}. "
            f"Take it back: genkan unpublish {interface.id}"
        )
    return interface


def attach(network: Network, asked: dict[str, Any], namespace_of: NamespaceOf) -> Change:
    """Give the change by which the namespace that is held for an interface wears it. Raises
    Refused."""
    interface = attachable(network, str(asked["interface"]))
    namespace = int(asked["namespace"])
    if namespace_of(interface.id) != namespace:
        raise InvalidParameterValue(
            f"The network namespace of {asked['what']} is not held by this site. "
            "A site with --engine none holds none."
        )
    return put(
        ProcessAttachment(
            id=interface.id,
            account=interface.account,
            region=interface.region,
            vpc_id=interface.vpc_id,
            what=str(asked["what"]),
            namespace=namespace,
            device_index=int(asked["device_index"]),
            leads_out=bool(asked["leads_out"]),
        )
    )


def detach(network: Network, name: str) -> Change:
    """Give the change that takes an interface off. Raises NotFound."""
    named = next((one for one in network.all(NetworkInterface) if one.name == name), None)
    held = network.get(ProcessAttachment, named.id if named else name)
    if held is None:
        raise NotFound(
            "InvalidAttachment.NotFound",
            f"No process wears {name}. What is attached, is shown by: genkan attach",
        )
    return delete(held)


def lost(network: Network, namespace_of: NamespaceOf) -> Change:
    """Give the change that forgets the namespaces that are held no more: the site was down."""
    held = network.all(ProcessAttachment)
    return delete(*(one for one in held if namespace_of(one.id) != one.namespace))


def orphans(network: Network) -> list[ProcessAttachment]:
    """Give what is attached to interfaces that are gone."""
    held = network.all(ProcessAttachment)
    return [one for one in held if network.get(NetworkInterface, one.id) is None]


def shown(network: Network) -> list[dict[str, Any]]:
    """Give what is attached, by interface."""
    rows = []
    for one in sorted(network.all(ProcessAttachment), key=lambda one: one.id):
        interface = network.get(NetworkInterface, one.id)
        subnet = network.get(Subnet, interface.subnet_id) if interface else None
        rows.append(
            {
                "interface": one.id,
                "name": interface.name if interface else None,
                "vpc": one.vpc_id,
                "subnet": subnet.id if subnet else None,
                "addresses": [str(address) for address in interface.addresses] if interface else [],
                "what": one.what,
                "device": one.device,
                "leads_out": one.leads_out,
            }
        )
    return rows

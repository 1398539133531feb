"""Stand-ins: instances that wear, for an analysis alone, the interfaces that nobody wears.

Reachability Analyzer looks at a configuration: an interface is a path's end whether or not it is
attached. Packets begin at instances, so an interface that is free is thought of as one's. An
instance that does not run is thought of as running, and the analysis says that it does not.
"""

from collections.abc import Iterable
from dataclasses import replace

from genkan.api.call import Call
from genkan.model.catalogue.instance_types import INSTANCE_TYPES
from genkan.model.instance import Instance, InstanceState
from genkan.model.network import Change, put
from genkan.model.network_interface import Attachment, InterfaceType, NetworkInterface

ANY_TYPE = next(iter(INSTANCE_TYPES))
RUNS = (InstanceState.PENDING, InstanceState.RUNNING)


def stopped(call: Call, interfaces: Iterable[NetworkInterface]) -> list[Instance]:
    """Give the instances that wear these interfaces and do not run."""
    worn = (call.network.get(Instance, one.instance_id) for one in interfaces)
    return [one for one in worn if one and one.state not in RUNS]


def stand_ins(call: Call, interfaces: Iterable[NetworkInterface]) -> Change:
    """Give what has to be supposed for packets to leave and to reach these interfaces."""
    there = list(interfaces)
    supposed = put(
        *(replace(one, state=InstanceState.RUNNING) for one in stopped(call, there)),
    )
    for one in there:
        if one.attachment is None and one.interface_type is InterfaceType.INTERFACE:
            supposed += _worn(call, one)
    return supposed


def stand_in_of(interface: NetworkInterface) -> str:
    """Give the id of who wears an interface, be it a stand-in."""
    return interface.instance_id or f"i-{interface.id.removeprefix('eni-')}"


def _worn(call: Call, interface: NetworkInterface) -> Change:
    wearer = Instance(
        id=stand_in_of(interface),
        account=interface.account,
        region=interface.region,
        reservation_id="",
        vpc_id=interface.vpc_id,
        subnet_id=interface.subnet_id,
        zone=interface.zone,
        image_id="",
        instance_type=ANY_TYPE,
        state=InstanceState.RUNNING,
        launched_at=call.now,
    )
    attachment = Attachment(
        id="",
        instance_id=wearer.id,
        instance_owner=interface.account,
        device_index=0,
        attached_at=call.now,
    )
    return put(wearer, replace(interface, attachment=attachment))

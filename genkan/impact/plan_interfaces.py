"""The calls for interfaces that are resources of their own, and what is fastened to them."""

from typing import Any

from genkan.impact.plan import PlannedChange, Planning

NAME = "NetworkInterface.NetworkInterfaceId"


def create_interface(planning: Planning, change: PlannedChange) -> None:
    addresses = planning.value(change, "private_ips") or []
    primary = planning.value(change, "private_ip") or next(iter(addresses), None)
    number = planning.order(
        "CreateNetworkInterface",
        SubnetId=planning.value(change, "subnet_id"),
        Description=planning.value(change, "description"),
        PrivateIpAddresses=[
            {"PrivateIpAddress": one, "Primary": one == primary}
            for one in dict.fromkeys((primary, *addresses))
            if one
        ],
        SecondaryPrivateIpAddressCount=planning.value(change, "private_ips_count"),
        Groups=planning.value(change, "security_groups"),
        InterfaceType=planning.value(change, "interface_type"),
        TagSpecifications=name_tag(change, "network-interface"),
    )
    address = "NetworkInterface.PrivateIpAddress"
    planning.answered(change, number, id=NAME, private_ip=address)
    checked = planning.value(change, "source_dest_check")
    if checked is False:
        _set(planning, f"{{{number}.{NAME}}}", SourceDestCheck={"Value": False})
    for one in planning.blocks(change, "attachment"):
        planning.order(
            "AttachNetworkInterface",
            NetworkInterfaceId=f"{{{number}.{NAME}}}",
            InstanceId=one.get("instance"),
            DeviceIndex=one.get("device_index"),
        )


def update_interface(planning: Planning, change: PlannedChange) -> None:
    name = change.before["id"]
    groups = planning.value(change, "security_groups")
    if groups is not None and set(groups) != set(change.before.get("security_groups") or ()):
        _set(planning, name, Groups=groups)
    checked = planning.value(change, "source_dest_check")
    if checked is not None and checked != change.before.get("source_dest_check"):
        _set(planning, name, SourceDestCheck={"Value": checked})
    held = set(change.before.get("private_ips") or ())
    wanted = set(planning.value(change, "private_ips") or held)
    given: dict[str, Any] = {"NetworkInterfaceId": name}
    if wanted - held:
        added = sorted(wanted - held)
        planning.order("AssignPrivateIpAddresses", **given, PrivateIpAddresses=added)
    if held - wanted:
        gone = sorted(held - wanted)
        planning.order("UnassignPrivateIpAddresses", **given, PrivateIpAddresses=gone)


def _set(planning: Planning, name: str, **attribute: Any) -> None:  # noqa: ANN401
    planning.order("ModifyNetworkInterfaceAttribute", NetworkInterfaceId=name, **attribute)


def attach_interface(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "AttachNetworkInterface",
        NetworkInterfaceId=planning.value(change, "network_interface_id"),
        InstanceId=planning.value(change, "instance_id"),
        DeviceIndex=planning.value(change, "device_index"),
    )
    planning.answered(change, number, id="AttachmentId")


def detach_interface(planning: Planning, change: PlannedChange) -> None:
    planning.order(
        "DetachNetworkInterface", AttachmentId=change.before["attachment_id"], Force=True
    )


def attach_group(planning: Planning, change: PlannedChange) -> None:
    """The provider reads the groups that an interface wears, and sets them with one more."""
    _wear(
        planning,
        planning.value(change, "network_interface_id"),
        planning.value(change, "security_group_id"),
    )


def _wear(planning: Planning, name: str, group: str) -> None:
    held = planning.groups_of(name)
    _set(planning, name, Groups=[*held, group])


def detach_group(planning: Planning, change: PlannedChange) -> None:
    name, group = change.before["network_interface_id"], change.before["security_group_id"]
    left = [one for one in planning.groups_of(name) if one != group]
    _set(planning, name, Groups=left)


def associate_address(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "AssociateAddress",
        AllocationId=planning.value(change, "allocation_id"),
        InstanceId=planning.value(change, "instance_id"),
        NetworkInterfaceId=planning.value(change, "network_interface_id"),
        PrivateIpAddress=planning.value(change, "private_ip_address"),
    )
    planning.answered(change, number, id="AssociationId")


def disassociate_address(planning: Planning, change: PlannedChange) -> None:
    name = change.before.get("association_id") or change.before["id"]
    planning.order("DisassociateAddress", AssociationId=name)


def delete_interface(planning: Planning, change: PlannedChange) -> None:
    planning.order("DeleteNetworkInterface", NetworkInterfaceId=change.before["id"])


def name_tag(change: PlannedChange, kind: str) -> list[dict[str, Any]]:
    """Give the Name tag that a resource is to have, as calls that make one take it."""
    name = (change.after.get("tags") or {}).get("Name")
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}] if name else []


CREATES = {
    "aws_network_interface": create_interface,
    "aws_network_interface_attachment": attach_interface,
    "aws_network_interface_sg_attachment": attach_group,
    "aws_eip_association": associate_address,
}
UPDATES = {"aws_network_interface": update_interface}
DELETES = {
    "aws_eip_association": disassociate_address,
    "aws_network_interface_sg_attachment": detach_group,
    "aws_network_interface_attachment": detach_interface,
    "aws_network_interface": delete_interface,
}

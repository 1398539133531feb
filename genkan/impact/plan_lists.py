"""The calls for prefix lists: entries that stand in a list, and those that are resources."""

from typing import Any

from genkan.impact.plan import PlannedChange, Planning, Unresolved


def create_list(planning: Planning, change: PlannedChange) -> None:
    number = planning.order(
        "CreateManagedPrefixList",
        PrefixListName=planning.value(change, "name"),
        AddressFamily=planning.value(change, "address_family"),
        MaxEntries=planning.value(change, "max_entries"),
        Entries=[_entry(one) for one in planning.blocks(change, "entry")],
    )
    of = "PrefixList"
    planning.answered(change, number, id=f"{of}.PrefixListId", arn=f"{of}.PrefixListArn")


def _entry(block: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    said = {"Cidr": block.get("cidr"), "Description": block.get("description")}
    if not said["Cidr"]:
        raise Unresolved("a block of it is not in the plan")
    return {name: value for name, value in said.items() if value}


def update_list(planning: Planning, change: PlannedChange) -> None:
    held = {one["cidr"] for one in change.before.get("entry") or ()}
    blocks = planning.blocks(change, "entry")
    wanted = {one.get("cidr") for one in blocks}
    added = [_entry(one) for one in blocks if one.get("cidr") not in held]
    gone = [{"Cidr": one} for one in sorted(held - wanted)]
    size = planning.value(change, "max_entries")
    if size and size != change.before.get("max_entries"):
        _modify(planning, change, change.before["id"], MaxEntries=size)
    if added or gone:
        _modify(planning, change, change.before["id"], AddEntries=added, RemoveEntries=gone)


def add_entry(planning: Planning, change: PlannedChange) -> None:
    row = {name: planning.value(change, name) for name in ("cidr", "description")}
    name = planning.value(change, "prefix_list_id")
    _modify(planning, change, name, AddEntries=[_entry(row)])


def remove_entry(planning: Planning, change: PlannedChange) -> None:
    gone = [{"Cidr": change.before["cidr"]}]
    _modify(planning, change, change.before["prefix_list_id"], RemoveEntries=gone)


def _modify(planning: Planning, change: PlannedChange, name: str, **given: Any) -> None:  # noqa: ANN401
    """Modify a list in its version of then, which the call before answers."""
    number = planning.order("DescribeManagedPrefixLists", PrefixListIds=[name])
    version = f"{{{number}.PrefixLists.0.Version}}"
    if "MaxEntries" in given:
        planning.order("ModifyManagedPrefixList", PrefixListId=name, **given)
    else:
        planning.order(
            "ModifyManagedPrefixList", PrefixListId=name, CurrentVersion=version, **given
        )


def delete_list(planning: Planning, change: PlannedChange) -> None:
    planning.order("DeleteManagedPrefixList", PrefixListId=change.before["id"])


CREATES = {
    "aws_ec2_managed_prefix_list": create_list,
    "aws_ec2_managed_prefix_list_entry": add_entry,
}
UPDATES = {"aws_ec2_managed_prefix_list": update_list}
DELETES = {
    "aws_ec2_managed_prefix_list_entry": remove_entry,
    "aws_ec2_managed_prefix_list": delete_list,
}

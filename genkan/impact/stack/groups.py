"""The calls for security groups, their rules and prefix lists."""

from collections.abc import Mapping
from typing import Any

from genkan.impact.stack.stacking import Make, Wanted
from genkan.imports.cloudformation import Unresolved

WAYS = ("Ingress", "Egress")
# Of a rule: the property that names the peer → the member of a permission, and the key in it.
PEERS = {
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
}
PORTS = ("FromPort", "ToPort")


def group(wanted: Wanted) -> None:
    """A group: where rules out are said, the one that AWS gives it is taken away."""
    stack = wanted.stacking.template.name
    vpc = wanted.value("VpcId")
    number = wanted.order(
        "CreateSecurityGroup",
        GroupName=wanted.known("GroupName") or f"{stack}-{wanted.resource.name}",
        Description=wanted.known("GroupDescription") or wanted.resource.name,
        VpcId=vpc,
        TagSpecifications=wanted.tagged("security-group"),
    )
    name = wanted.answer(number, "GroupId")
    wanted.made(name, GroupId=name, Id=name, VpcId=vpc)
    for way in WAYS:
        rules = wanted.blocks(f"SecurityGroup{way}")
        if way == "Egress" and rules:
            given = wanted.order("DescribeSecurityGroups", GroupIds=[name])
            held = [wanted.answer(given, "SecurityGroups.0.IpPermissionsEgress")]
            wanted.order("RevokeSecurityGroupEgress", GroupId=name, IpPermissions=held)
        for rule in rules:
            _authorize(wanted, way, name, rule)


def rule_of(way: str) -> Make:
    """Give what makes a rule that is a resource of its own."""

    def make(wanted: Wanted) -> None:
        name = wanted.value("GroupId")
        if name is None:
            raise Unresolved("it names its group, and groups of VPCs are meant by id")
        rule = wanted.given("IpProtocol", *PORTS, *PEERS)
        rule["Description"] = wanted.known("Description")
        owner = wanted.value("SourceSecurityGroupOwnerId")
        _authorize(wanted, way, name, {**rule, "SourceSecurityGroupOwnerId": owner})
        wanted.made(wanted.resource.name, Id=wanted.resource.name)

    return make


def _authorize(wanted: Wanted, way: str, group_id: str, rule: Mapping[str, Any]) -> None:
    wanted.order(
        f"AuthorizeSecurityGroup{way}", GroupId=group_id, IpPermissions=[_permission(rule)]
    )


def _permission(rule: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"IpProtocol": str(rule.get("IpProtocol"))}
    if made["IpProtocol"] != "-1":
        made |= {one: rule[one] for one in PORTS if rule.get(one) is not None}
    for member, (holder, key) in PEERS.items():
        if not rule.get(member):
            continue
        peer = {key: rule[member]}
        if rule.get("Description"):
            peer["Description"] = rule["Description"]
        if key == "GroupId" and rule.get("SourceSecurityGroupOwnerId"):
            peer["UserId"] = str(rule["SourceSecurityGroupOwnerId"])
        made[holder] = [peer]
    return made


def prefix_list(wanted: Wanted) -> None:
    entries = wanted.blocks("Entries")
    number = wanted.order(
        "CreateManagedPrefixList",
        **wanted.given("PrefixListName", "AddressFamily"),
        MaxEntries=wanted.value("MaxEntries") or max(1, len(entries)),
        Entries=entries,
        TagSpecifications=wanted.tagged("prefix-list"),
    )
    name = wanted.answer(number, "PrefixList.PrefixListId")
    arn = wanted.answer(number, "PrefixList.PrefixListArn")
    wanted.made(name, PrefixListId=name, Arn=arn, OwnerId=wanted.stacking.account)


MAKES: dict[str, Make] = {
    "AWS::EC2::PrefixList": prefix_list,
    "AWS::EC2::SecurityGroup": group,
    "AWS::EC2::SecurityGroupIngress": rule_of("Ingress"),
    "AWS::EC2::SecurityGroupEgress": rule_of("Egress"),
}

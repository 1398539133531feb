"""A Terraform plan → orders: the calls that applying it would make, in an order in which they can
be made.

What a plan does not know yet (the id of what it makes) is found by what the configuration refers
to, through modules, and stands in an order as a reference to an earlier one's answer. What cannot
be found is left out and noted, never guessed. "JSON Output Format" in Terraform's documentation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genkan import wire
from genkan.impact.order import Order
from genkan.impact.plan_configuration import INDEX, Configuration, Reference
from genkan.imports.members import inner, rows, texts
from genkan.imports.notes import Note, NoteCode
from genkan.model.role_policies import RolePolicies

CREATE, UPDATE, DELETE = "create", "update", "delete"
# An expression that has a reference in it may do more than hand it on ("${…}/32"), and a plan does
# not say so. Attributes that are ids are handed on; of others, these by these.
IDS = ("id", "ids", "arn", "arns", "subnets", "security_groups")
HANDED_ON = {
    "service_name": ("service_name",),
    "name": ("dns_name",),
    "records": ("private_ip", "public_ip", "dns_name"),
    "ip": ("private_ip",),
    "target_id": ("private_ip",),
    "private_ip_address": ("private_ip",),
    "role": ("name", "id"),
    "iam_instance_profile": ("name", "id"),
    "permissions_boundary": ("arn", "id"),
}
# What others need without a reference that says so: a public address, a gateway that is attached.
FIRST = ("aws_internet_gateway", "aws_internet_gateway_attachment")
# Which kind of resource an attribute of a route or a rule can mean.
MEANT = {
    "gateway_id": ("aws_internet_gateway", "aws_vpn_gateway"),
    "nat_gateway_id": ("aws_nat_gateway",),
    "egress_only_gateway_id": ("aws_egress_only_internet_gateway",),
    "network_interface_id": ("aws_network_interface",),
    "vpc_endpoint_id": ("aws_vpc_endpoint",),
    "vpc_peering_connection_id": ("aws_vpc_peering_connection",),
    "transit_gateway_id": ("aws_ec2_transit_gateway",),
    "destination_prefix_list_id": ("aws_ec2_managed_prefix_list",),
    "prefix_list_ids": ("aws_ec2_managed_prefix_list",),
    "security_groups": ("aws_security_group", "aws_default_security_group"),
}


class Unresolved(Exception):
    """A value that is not known before the plan is applied; the message says which."""


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """What a plan does to one resource. `before` or `after` is empty where there is nothing."""

    address: str
    type: str
    actions: tuple[str, ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    unknown: Mapping[str, Any]

    @property
    def base(self) -> str:
        """The address without indexes, as the configuration has it."""
        return INDEX.sub("", self.address)


@dataclass(slots=True)
class Planning:
    """The orders so far; where the answers are that later ones refer to. `roles` are those that are
    made, by name, `policies` the documents of managed policies that are, by ARN; `given` what roles
    are given beside, and `profiles` the instance profiles that have them, by the role's name, None
    where it is not known."""

    configuration: Configuration
    ids: Mapping[str, Mapping[str, Any]]  # of what there is already: the values by address
    region: str | None = None  # the provider's
    account: str | None = None
    orders: list[Order] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    roles: dict[str, RolePolicies] = field(default_factory=dict)
    policies: dict[str, str | None] = field(default_factory=dict)
    given: list[tuple[str | None, str | None]] = field(default_factory=list)
    profiles: list[tuple[str | None, str]] = field(default_factory=list)
    _answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def order(self, operation: str, service: str = "ec2", /, **parameters: Any) -> int:  # noqa: ANN401
        """Add an order; give the number by which its answer is referred to."""
        given = {
            name: value for name, value in parameters.items() if value not in (None, "", [], {})
        }
        self.orders.append(Order(operation, wire.shaped(service, operation, given), service))
        return len(self.orders)

    def answered(self, change: PlannedChange, number: int, **paths: str) -> None:
        """Say where in an answer the attributes of a new resource are; `__` stands for a dot."""
        self.stands(
            change,
            **{name.replace("__", "."): f"{{{number}.{path}}}" for name, path in paths.items()},
        )

    def stands(self, change: PlannedChange, **attributes: Any) -> None:  # noqa: ANN401
        """Say what attributes of a new resource are: a text, or what gives it where it is asked."""
        self._answers.setdefault(change.address, {}).update(attributes)

    def forget(self, change: PlannedChange) -> None:
        """Take back what was said of a resource that could not be made."""
        self._answers.pop(change.address, None)

    def value(self, change: PlannedChange, attribute: str) -> Any:  # noqa: ANN401 - JSON
        """Give an attribute as it will be; None where it is not set. Raises Unresolved."""
        given = change.after.get(attribute)
        if not _is_unknown(change.unknown.get(attribute)):
            return given
        references = self.configuration.references(change.base, attribute)
        if not references:
            if self.configuration.is_written(change.base, attribute):
                raise Unresolved(f"{change.address}'s {attribute} is computed when it is applied")
            return None  # set by nobody: AWS chooses
        self._check_handed_on(change, attribute, references)
        found = [self._referred(change, one) for one in references]
        values = [value for several in found for value in several]
        if isinstance(given, list) or attribute.endswith("s"):
            known = [one for one in given or () if one is not None]
            return list(dict.fromkeys((*known, *values)))
        if len(values) != 1:
            raise Unresolved(f"{change.address}'s {attribute} is one of {len(values)}")
        return values[0]

    def blocks(self, change: PlannedChange, attribute: str) -> list[dict[str, Any]]:
        """Give the blocks of a resource, such as the rules in a group, as they will be.

        Raises Unresolved.
        """
        given = change.after.get(attribute)
        mark = change.unknown.get(attribute)
        if not _is_unknown(mark):
            return [dict(one) for one in given or ()]
        written = self.configuration.blocks(change.base, attribute)
        if isinstance(given, list) and isinstance(mark, list) and len(mark) == len(given):
            held = self.configuration.references(change.base, attribute)
            return [
                self._completed(change, known, unknown, written, held)
                for known, unknown in zip(given, mark, strict=True)
            ]
        if not written and mark is True and not given:
            if self.configuration.is_written(change.base, attribute):
                raise Unresolved(
                    f"{change.address}'s {attribute} are known only when it is applied"
                )
            return []  # computed, and set by nobody
        return [
            {name: self._expressed(change, name, expression) for name, expression in one.items()}
            for one in written
        ]

    def _completed(
        self,
        change: PlannedChange,
        known: Mapping[str, Any],
        unknown: Any,  # noqa: ANN401 - JSON
        written: Sequence[Mapping[str, Any]],
        held: Sequence[Reference],
    ) -> dict[str, Any]:
        """Give a block of which a part is known, with what is found of the rest: by the block that
        it was written as, else by the one reference of the kind that its attribute means."""
        block = dict(known)
        alike = _alike(written, known)
        for name, mark in unknown.items() if isinstance(unknown, dict) else ():
            if not _is_unknown(mark):
                continue
            said = [one[name] for one in alike if one.get(name)]
            if said:
                values = [self._expressed(change, name, one) for one in said]
                if any(value != values[0] for value in values):
                    raise Unresolved(f"{change.address}'s {name} is one of {len(values)}")
                block[name] = values[0]
            elif not written and name in MEANT:
                block[name] = self._only(change, name, held)
        return block

    def _only(self, change: PlannedChange, name: str, held: Sequence[Reference]) -> Any:  # noqa: ANN401
        kinds = MEANT[name]
        meant = [one for one in held if one.base.rpartition("module.")[2].split(".")[-2] in kinds]
        values = [value for one in meant for value in self._referred(change, one)]
        if not name.endswith("s") and len(values) != 1:
            raise Unresolved(f"{change.address}'s {name} is one of {len(values)}")
        return values if name.endswith("s") else values[0]

    def _expressed(self, change: PlannedChange, name: str, expression: Any) -> Any:  # noqa: ANN401
        """Give what an expression comes to: a constant, or what it refers to."""
        if not isinstance(expression, dict):
            raise Unresolved(f"a block of {change.address} stands in another")
        if "constant_value" in expression:
            return expression["constant_value"]
        found = self.configuration.followed(change.base, expression)
        if not found:
            raise Unresolved(f"a value in {change.address} is computed from what is not in a plan")
        self._check_handed_on(change, name, found)
        values = [value for one in found for value in self._referred(change, one)]
        if name.endswith("s"):
            return values
        if len(values) != 1:
            raise Unresolved(f"{change.address}'s {name} is one of {len(values)}")
        return values[0]

    def _check_handed_on(
        self, change: PlannedChange, name: str, references: Sequence[Reference]
    ) -> None:
        if name.rpartition("_")[2] in IDS or name in IDS:
            return
        for one in references:
            if one.attribute.rpartition(".")[2] not in HANDED_ON.get(name, ()):
                raise Unresolved(
                    f"{change.address}'s {name} is made of {one.base}.{one.attribute}, and how is "
                    "not in a plan"
                )

    def known(self, change: PlannedChange, attribute: str) -> Any:  # noqa: ANN401
        """Give an attribute without which the resource is still of use; None, and a note, for one
        that is not known."""
        try:
            return self.value(change, attribute)
        except Unresolved as error:
            self.note(change, f"its {attribute} is not known, for {error}", what=attribute)
            return None

    def _referred(self, change: PlannedChange, reference: Reference) -> list[str]:
        """Give the values that a reference can mean: of the resource with the index that it says,
        or with the same as the one that refers, or of every one that there is.

        Raises Unresolved.
        """
        base, attribute, index = reference
        there = {
            address: found
            for address, found in (*self.ids.items(), *self._answers.items())
            if INDEX.sub("", address) == base
        }
        if index:
            there = {name: one for name, one in there.items() if name.endswith(index)}
        same = "".join(INDEX.findall(change.address))
        alike = {name: one for name, one in there.items() if "".join(INDEX.findall(name)) == same}
        chosen = alike if alike and same else there
        values = [found for one in chosen.values() if (found := self._member(one, attribute))]
        if not values:
            raise Unresolved(f"{base}.{attribute}, which {change.address} refers to, is not known")
        return values

    def _member(self, held: Mapping[str, Any], attribute: str) -> str | None:
        """Give an attribute of a resource, as its answer or the values before the plan have it."""
        if attribute in held:
            found = held[attribute]
            return str(found() if callable(found) else found) if found else None
        at: Any = held
        for step in attribute.split("."):
            if isinstance(at, list) and step.isdecimal():
                at = at[int(step)] if int(step) < len(at) else None
            else:
                at = at.get(step) if isinstance(at, dict) else None
        return at if isinstance(at, str) and at else None

    def groups_of(self, interface: str) -> list[str]:
        """Give the groups that an interface wears when all orders so far are done.

        Raises Unresolved.
        """
        for at, order in reversed(list(enumerate(self.orders, 1))):
            held = order.parameters.get("Groups")
            made = f"{{{at}.NetworkInterface.NetworkInterfaceId}}"
            if held and interface in (made, order.parameters.get("NetworkInterfaceId")):
                return list(held)
        for one in self.ids.values():
            if one.get("id") == interface and one.get("security_groups"):
                return list(one["security_groups"])
            if one.get("primary_network_interface_id") == interface:
                return list(one.get("vpc_security_group_ids") or ())
        raise Unresolved(f"which groups {interface} wears is not in the plan")

    def name_of(self, zone: str) -> str:
        """Give the name of a hosted zone. Raises Unresolved."""
        for one in (*self.ids.values(), *self._answers.values()):
            if one.get("id") == zone and isinstance(one.get("name"), str):
                return str(one["name"])
        raise Unresolved(f"the name of the zone {zone} is not in the plan")

    def note(self, change: PlannedChange, why: str, what: str | None = None) -> None:
        """Say that a resource, or an attribute of it, was left out."""
        about = f"Its {what}" if what else "It"
        text = f"{about} was left out: {why}. Answers about what depends on it are not known."
        self.notes.append(Note(change.address, NoteCode.UNKNOWN_RESOURCE, text))


def _is_unknown(mark: Any) -> bool:  # noqa: ANN401 - JSON
    """Tell whether a value, or a part of it, is known only when the plan is applied."""
    if isinstance(mark, list):
        return any(map(_is_unknown, mark))
    if isinstance(mark, dict):
        return any(map(_is_unknown, mark.values()))
    return mark is True


def _alike(
    written: Sequence[Mapping[str, Any]], known: Mapping[str, Any]
) -> list[Mapping[str, Any]]:
    """Give those of the blocks as they are written that can be one of which this is known: the
    ones that say the most of it."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for block in written:
        constants = {
            name: one["constant_value"]
            for name, one in block.items()
            if isinstance(one, dict) and "constant_value" in one
        }
        if all(str(known.get(name)) == str(value) for name, value in constants.items()):
            found.setdefault(len(constants), []).append(block)
    return found[max(found)] if found else []


def changes_of(plan: Mapping[str, Any]) -> list[PlannedChange]:
    """Give what a plan changes, without what it leaves as it is or only reads."""
    found = []
    for one in rows(plan, "resource_changes"):
        change = inner(one, "change")
        actions = texts(change, "actions")
        if one.get("mode") != "managed" or not {CREATE, UPDATE, DELETE} & set(actions):
            continue
        found.append(
            PlannedChange(
                str(one.get("address")),
                str(one.get("type")),
                actions,
                inner(change, "before"),
                inner(change, "after"),
                inner(change, "after_unknown"),
            )
        )
    return found


def in_order(configuration: Configuration, changes: Sequence[PlannedChange]) -> list[PlannedChange]:
    """Put changes behind those that they refer to; a circle is broken where it is met."""
    by_base: dict[str, list[PlannedChange]] = {}
    for one in changes:
        by_base.setdefault(one.base, []).append(one)
    done: dict[str, None] = {}

    def visit(base: str, above: frozenset[str]) -> None:
        if base in done or base in above or base not in by_base:
            return
        for other in sorted(configuration.depends(base)):
            visit(other, above | {base})
        done[base] = None

    for one in sorted(changes, key=lambda one: one.type not in FIRST):
        visit(one.base, frozenset())
    return [one for base in done for one in by_base[base]]

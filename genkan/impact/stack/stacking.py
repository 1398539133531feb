"""The orders that a template comes to so far, and what its names mean in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from genkan import wire
from genkan.impact.order import Order
from genkan.imports.cloudformation import (
    NO_VALUE,
    Evaluation,
    Listed,
    Pending,
    Template,
    TemplateResource,
    Unresolved,
)
from genkan.imports.notes import Note, NoteCode
from genkan.model.catalogue.regions import REGIONS

SELF = ""  # what Ref gives
Attribute = Any  # a value, or a function that gives one
# What carries no packet, but is named in policies: the property that names it, and its ARN.
NAMED = {
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{name}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{region}:{account}:{name}"),
    "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{region}:{account}:{name}"),
    "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{region}:{account}:table/{name}"),
    "AWS::IAM::Role": ("RoleName", "arn:aws:iam::{account}:role/{name}"),
    "AWS::IAM::User": ("UserName", "arn:aws:iam::{account}:user/{name}"),
    "AWS::IAM::InstanceProfile": (
        "InstanceProfileName",
        "arn:aws:iam::{account}:instance-profile/{name}",
    ),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "arn:aws:iam::{account}:policy/{name}"),
}
BY_ID = ("AWS::IAM::Role", "AWS::IAM::InstanceProfile", "AWS::IAM::ManagedPolicy")  # if unnamed
BY_ARN = ("AWS::SNS::Topic", "AWS::IAM::ManagedPolicy")  # Ref gives that


@dataclass(slots=True)
class Stacking:
    """The answers that a template's expressions ask for are texts that refer to orders."""

    template: Template
    account: str
    region: str
    exports: Mapping[str, Any] = field(default_factory=dict)
    owner: str = ""  # the resource that orders are being added for
    orders: list[Order] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)  # the resource that each order is for
    notes: list[Note] = field(default_factory=list)
    path: str = ""  # of a stack within others: what it is called in them
    depth: int = 0
    children: "list[Stacking]" = field(default_factory=list)
    _made: dict[str, dict[str, Attribute]] = field(default_factory=dict)
    _asked: list[tuple[dict[str, Attribute], str, Attribute]] = field(default_factory=list)
    _conditions: dict[str, bool | None] = field(default_factory=dict)

    def order(
        self,
        operation: str,
        service: str = "ec2",
        /,
        account: str | None = None,
        region: str | None = None,
        **parameters: Any,  # noqa: ANN401 - JSON
    ) -> int:
        """Add an order; give the number by which its answer is referred to."""
        given = {name: value for name, value in parameters.items() if value not in (None, [], {})}
        if any(isinstance(one, Listed) for one in given.values()):
            raise Unresolved(f"a list that {operation} takes is known only when it is made")
        typed = wire.shaped(service, operation, given)
        self.orders.append(Order(operation, typed, service, account, region))
        self.owners.append(f"{self.path}{self.owner}")
        return len(self.orders)

    def within(self, name: str, template: Template) -> "Stacking":
        """Give a stack within this one: its orders stand among this one's."""
        child = Stacking(
            template,
            self.account,
            self.region,
            self.exports,
            orders=self.orders,
            owners=self.owners,
            notes=self.notes,
            path=f"{self.path}{name}/",
            depth=self.depth + 1,
            _asked=self._asked,
        )
        self.children.append(child)
        return child

    def mark(self) -> tuple[int, int]:
        """Give where the orders are now, to go back to."""
        return len(self.orders), len(self._asked)

    def back_to(self, mark: tuple[int, int]) -> None:
        """Take back the orders that were added since, and what was learnt by them."""
        del self.orders[mark[0] :], self.owners[mark[0] :]
        for held, attribute, before in self._asked[mark[1] :]:
            held[attribute] = before
        del self._asked[mark[1] :]
        self._made.pop(self.owner, None)

    def made(self, name: str, **attributes: Attribute) -> None:
        """Say what a resource's attributes are."""
        self._made[name] = attributes

    def ref(self, name: str) -> Any:  # noqa: ANN401
        if name in self.template.resources:
            return self.attribute(name, SELF)
        try:
            return self.template.parameter(name)
        except KeyError as error:
            raise Unresolved(f"there is neither a resource nor a parameter {name}") from error

    def attribute(self, resource: str, attribute: str) -> Any:  # noqa: ANN401
        held = self._made.get(resource)
        if held is None:
            return self._of_another(resource, attribute)
        if attribute not in held:
            raise Unresolved(f"{resource}'s {attribute or 'id'} is not known before it is made")
        found = held[attribute]
        if callable(found):
            self._asked.append((held, attribute, found))
            found = held[attribute] = found()
        return found

    def _of_another(self, resource: str, attribute: str) -> Any:  # noqa: ANN401
        """Give the name or the ARN of what is no part of the network. Raises Unresolved."""
        wanted = self.template.resources.get(resource)
        if wanted is None:
            raise Unresolved(f"there is no resource {resource}")
        member, arn = NAMED.get(wanted.type, ("", ""))
        named = member in wanted.properties
        if not member or not (named or wanted.type in BY_ID):
            raise Unresolved(f"{resource}, of type {wanted.type}, is not among what was made")
        name = Evaluation(self).value(wanted.properties[member]) if named else resource
        if attribute == "Arn" or wanted.type in BY_ARN:
            return arn.format(name=name, region=self.region, account=self.account)
        if attribute != SELF:
            raise Unresolved(f"{resource}'s {attribute} is not known before it is made")
        return name

    def mapped(self, name: str, first: str, second: str) -> Any:  # noqa: ANN401
        return self.template.mapped(name, first, second)

    def condition(self, name: str) -> bool:
        known = self._conditions.get(name)
        if known is not None:
            return known
        if name in self._conditions:
            raise Unresolved(f"the condition {name} depends on itself")
        self._conditions[name] = None
        try:
            found = Evaluation(self).holds(self.template.condition(name))
        except Unresolved:
            del self._conditions[name]
            raise
        self._conditions[name] = found
        return found

    def imported(self, name: str) -> Any:  # noqa: ANN401
        if name not in self.exports:
            raise Unresolved(f"no template that is here exports {name}")
        return self.exports[name]

    def zones(self, region: str) -> Sequence[str]:
        found = REGIONS.get(region or self.region)
        if found is None:
            raise Unresolved(f"the Region {region} is not in the catalogue")
        return [zone.name for zone in found.zones]

    def note(self, about: str, code: NoteCode, text: str) -> None:
        note = Note(f"{self.path}{about}", code, text)
        if note not in self.notes:
            self.notes.append(note)


class Wanted:
    """A resource that is to be made: its properties, worked out where they are asked for."""

    def __init__(self, stacking: Stacking, resource: TemplateResource) -> None:
        self.stacking = stacking
        self.resource = resource
        self.read: set[str] = set()
        self._evaluation = Evaluation(stacking)

    def value(self, name: str) -> Any:  # noqa: ANN401 - JSON
        """Give a property; None where it is not set. Raises Unresolved."""
        self.read.add(name)
        if name not in self.resource.properties:
            return None
        found = self._evaluation.value(self.resource.properties[name])
        return None if found is NO_VALUE else found

    def known(self, name: str) -> Any:  # noqa: ANN401
        """Give a property without which the resource is still of use; one that is not known is
        noted, and None."""
        try:
            return self.value(name)
        except Unresolved as error:
            self.note(NoteCode.UNKNOWN_RESOURCE, f"Its {name} was left out: {error}.")
            return None

    def blocks(self, name: str) -> list[dict[str, Any]]:
        """Give the structures of a property; those that are not known are noted, and left out.

        Raises Unresolved, when nothing of it is known.
        """
        self.read.add(name)
        written = self.resource.properties.get(name)
        if not isinstance(written, list):
            found = self.value(name)
            return [one for one in found or () if isinstance(one, dict)]
        blocks: list[dict[str, Any]] = []
        for at, one in enumerate(written):
            try:
                made = self._evaluation.value(one)
            except Unresolved as error:
                text = f"Number {at} of its {name} was left out: {error}."
                self.note(NoteCode.UNKNOWN_RESOURCE, text)
                continue
            blocks += [made] if isinstance(made, dict) else []
        return blocks

    def given(self, *names: str) -> dict[str, Any]:
        """Give properties that a call takes under the same names. Raises Unresolved."""
        return {name: self.value(name) for name in names}

    def tags(self) -> list[dict[str, str]]:
        """Give its tags, but those whose values are not known: they decide nothing."""
        self.read.add("Tags")
        written = self.resource.properties.get("Tags")
        found: list[dict[str, str]] = []
        for one in written if isinstance(written, list) else ():
            try:
                tag = self._evaluation.value(one)
            except Unresolved:
                continue
            if isinstance(tag, dict) and isinstance(tag.get("Key"), str) and "Value" in tag:
                found.append({"Key": tag["Key"], "Value": str(tag["Value"])})
        return found

    def tagged(self, kind: str) -> list[dict[str, Any]]:
        """Give its tags as EC2's calls that make something take them."""
        held = self.tags()
        return [{"ResourceType": kind, "Tags": held}] if held else []

    def order(self, operation: str, service: str = "ec2", /, **parameters: Any) -> int:  # noqa: ANN401
        return self.stacking.order(operation, service, **parameters)

    def answer(self, number: int, path: str, apart: bool = False) -> Pending:
        """Give what stands for a part of an order's answer."""
        return Pending(f"{{{number}.{path}}}", apart)

    def made(self, ref: Attribute, **attributes: Attribute) -> None:
        """Say what Ref and Fn::GetAtt give."""
        self.stacking.made(self.resource.name, **{SELF: ref}, **attributes)

    def note(self, code: NoteCode, text: str) -> None:
        self.stacking.note(self.resource.name, code, text)


Make = Callable[[Wanted], None]


def listed(wanted: Wanted, number: int, path: str) -> Listed:
    """Give a list in an answer; `path` has `*` for the place in it."""
    return Listed(lambda at: wanted.answer(number, path.replace("*", str(at))))


def one_of(*values: Any) -> Iterator[Any]:  # noqa: ANN401
    """Give those values that are there."""
    return (one for one in values if one not in (None, "", [], {}))

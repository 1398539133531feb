"""Documents → the things they describe, by the member of the answer that holds them.

A thing that several documents describe counts once. `TABLES` are the answers that are read, each
with the member that tells its things apart.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.members import Row, inner
from genkan.imports.notes import Note, NoteCode

TABLES: Mapping[str, tuple[str, ...]] = {
    "Vpcs": ("VpcId",),
    "Subnets": ("SubnetId",),
    "RouteTables": ("RouteTableId",),
    "NetworkAcls": ("NetworkAclId",),
    "SecurityGroups": ("GroupId",),
    "SecurityGroupRules": ("SecurityGroupRuleId",),
    "NetworkInterfaces": ("NetworkInterfaceId",),
    "Reservations": ("ReservationId",),
    "Addresses": ("AllocationId", "PublicIp"),
    "InternetGateways": ("InternetGatewayId",),
    "EgressOnlyInternetGateways": ("EgressOnlyInternetGatewayId",),
    "NatGateways": ("NatGatewayId",),
    "VpcPeeringConnections": ("VpcPeeringConnectionId",),
    "PrefixLists": ("PrefixListId",),
    "VpcEndpoints": ("VpcEndpointId",),
    "VpcEndpointConnections": ("VpcEndpointId",),
    "ServiceConfigurations": ("ServiceId",),
    "ServiceDetails": ("ServiceName",),
    "DhcpOptions": ("DhcpOptionsId",),
    "VpcBlockPublicAccessExclusions": ("ExclusionId",),
    "LoadBalancers": ("LoadBalancerArn",),
    "Listeners": ("ListenerArn",),
    "TargetGroups": ("TargetGroupArn",),
    "HostedZones": ("Id",),
    "ResolverEndpoints": ("Id",),
    "ResolverRules": ("Id",),
    "ResolverRuleAssociations": ("Id",),
}
# Answers about one thing that only the request names, by the parameter that does.
OF_ONE: Mapping[str, tuple[str, ...]] = {
    "Entries": ("PrefixListId",),
    "TargetHealthDescriptions": ("TargetGroupArn",),
    "Attributes": ("LoadBalancerArn", "TargetGroupArn"),
    "AllowedPrincipals": ("ServiceId",),
    "ResourceRecordSets": ("HostedZoneId",),
    "VPCs": ("Id",),
    "HostedZoneSummaries": ("VPCId",),
    "IpAddresses": ("ResolverEndpointId",),
}
NOT_MODELLED = (
    "TransitGateways",
    "TransitGatewayAttachments",
    "TransitGatewayVpcAttachments",
    "TransitGatewayRouteTables",
    "VpnConnections",
    "CarrierGateways",
    "LocalGateways",
    "Firewalls",
)
CONTINUES = ("NextToken", "NextMarker", "nextToken")


@dataclass(frozen=True, slots=True)
class Told:
    """A thing, as a document tells it. `account` and `region` are the document's hints."""

    row: Row
    source: str
    account: str | None = None
    region: str | None = None


class Dump:
    """What all documents say; `notes` has what is wrong with how they say it."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.notes: list[Note] = []
        self.documents = list(documents)
        self._answers: dict[str, list[Document]] = {}  # by each member that they have
        self._about: dict[tuple[str, str], list[Document]] = {}
        self._tables: dict[str, dict[str, Told]] = {}
        for document in self.documents:
            for member in document.response:
                self._answers.setdefault(member, []).append(document)
            for member in TABLES.keys() & document.response.keys():
                self._take(document, member)
            for member in OF_ONE.keys() & document.response.keys():
                for one in OF_ONE[member]:
                    name = document.parameters.get(one)
                    if isinstance(name, str):
                        self._about.setdefault((member, name), []).append(document)
        self._take_worn()
        self._note_pages()
        self._note_unmodelled()

    def has(self, member: str) -> bool:
        """Tell whether an answer with this member is there, be it empty."""
        return member in self._answers

    def of(self, member: str) -> Iterator[Told]:
        """Give the things in answers with this member."""
        yield from self._tables.get(member, {}).values()

    def get(self, member: str, name: str | None) -> Told | None:
        """Give the thing with this id."""
        return self._tables.get(member, {}).get(name or "")

    def about(self, member: str, name: str) -> list[Row] | None:
        """Give the rows of answers about one thing, which only their request names; None where no
        such answer is there."""
        held = self._about.get((member, name))
        if held is None:
            return None
        return [row for document in held for row in _rows(document.response, member)]

    def answers(self, member: str) -> Iterator[Document]:
        """Give the documents whose answer has this member."""
        yield from self._answers.get(member, ())

    def _take(self, document: Document, member: str) -> None:
        table = self._tables.setdefault(member, {})
        for row in _rows(document.response, member):
            name = next((str(row[one]) for one in TABLES[member] if row.get(one)), None)
            if name is None:
                self.notes.append(_nameless(document, member))
                continue
            told = Told(row, document.source, document.account, document.region)
            before = table.get(name)
            if before is not None:
                if any(before.row[one] != row[one] for one in before.row.keys() & row.keys()):
                    self.notes.append(_told_twice(name, before, told))
                told = replace(told, row={**before.row, **row})
            table[name] = told

    def _take_worn(self) -> None:
        """Take the interfaces that instances show, where nothing else describes them."""
        table = self._tables.setdefault("NetworkInterfaces", {})
        for told in self.of("Reservations"):
            for instance in _rows(told.row, "Instances"):
                for one in _rows(instance, "NetworkInterfaces"):
                    worn = {**inner(one, "Attachment"), "InstanceId": instance.get("InstanceId")}
                    zone = inner(instance, "Placement").get("AvailabilityZone")
                    row = {**one, "Attachment": worn, "AvailabilityZone": zone}
                    table.setdefault(str(one.get("NetworkInterfaceId")), replace(told, row=row))

    def _note_pages(self) -> None:
        """Note answers of which every page says that another follows."""
        for member in TABLES:
            pages: dict[tuple[str | None, str | None], list[Document]] = {}
            for document in self.answers(member):
                pages.setdefault((document.account, document.region), []).append(document)
            for found in pages.values():
                if all(any(one.response.get(name) for name in CONTINUES) for one in found):
                    self.notes.append(_truncated(found[-1].source, member))

    def _note_unmodelled(self) -> None:
        for member in NOT_MODELLED:
            for document in self.answers(member):
                if _rows(document.response, member):
                    self.notes.append(_unmodelled(document.source, member))


def _rows(response: Mapping[str, Any], member: str) -> list[Row]:
    value = response.get(member)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _nameless(document: Document, member: str) -> Note:
    return Note(
        document.source,
        NoteCode.UNREADABLE,
        f"A thing in its {member} was left out: it has no {TABLES[member][0]}. Collect it again.",
    )


def _told_twice(name: str, before: Told, told: Told) -> Note:
    return Note(
        name,
        NoteCode.TOLD_TWICE,
        f"{before.source} and {told.source} describe it differently. The latter was taken; "
        "leave the older file out.",
    )


def _truncated(source: str, member: str) -> Note:
    return Note(
        source,
        NoteCode.TRUNCATED,
        f"Its {member} end with a token for the next page, and that page is not there. "
        "What follows is missing; collect all pages.",
    )


def _unmodelled(source: str, member: str) -> Note:
    return Note(
        source,
        NoteCode.UNSUPPORTED_COMPONENT,
        f"Its {member} are not in the model, so ways through them are not known. "
        "Take answers about them as unknown.",
    )

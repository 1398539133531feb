"""A state's resources → documents, a topic after the other."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from genkan.imports.documents import Document
from genkan.imports.notes import Note, NoteCode
from genkan.imports.reading import MALFORMED
from genkan.imports.terraform import balancers, endpoints, groups, names, networks, roles
from genkan.imports.terraform.resources import TerraformResource
from genkan.imports.terraform.rows import Rows

Topic = Callable[[Rows], Iterator[Document]]
TOPICS: tuple[Topic, ...] = (
    networks.documents,
    groups.documents,
    endpoints.documents,
    balancers.documents,
    names.documents,
    roles.documents,
)
# Types that lead packets elsewhere and are not in the model.
NOT_MODELLED = ("aws_ec2_transit_gateway", "aws_vpn_connection", "aws_networkfirewall", "aws_dx_")


def described(
    source: str, resources: Iterable[TerraformResource]
) -> tuple[list[Document], list[Note]]:
    """Give what describe calls would answer of a state's resources."""
    whole = list(resources)
    left, notes = whole, list[Note]()
    try:
        documents = _documents(Rows(source, whole))
    except MALFORMED:
        left, notes = _well_formed(source, whole)
        documents = _documents(Rows(source, left))
    held = Rows(source, left)
    assumed = [
        Note(
            str(row.get("arn")),
            NoteCode.ASSUMED_DEFAULT,
            "Its addresses are not in a state, so free ones of its subnets were taken. Add "
            "describe-network-interfaces to know them.",
        )
        for row in held.of(*balancers.BALANCERS)
        if balancers.is_without_addresses(row)
    ]
    return documents, [*notes, *assumed] + [
        Note(
            one.address,
            NoteCode.UNSUPPORTED_COMPONENT,
            f"It is of type {one.type}, which is not in the model, so ways through it are not "
            "known. Take answers about them as unknown.",
        )
        for one in held.resources
        if one.managed and one.type.startswith(NOT_MODELLED)
    ]


def _documents(held: Rows) -> list[Document]:
    return list(chain.from_iterable(topic(held) for topic in TOPICS))


def _well_formed(
    source: str, resources: list[TerraformResource]
) -> tuple[list[TerraformResource], list[Note]]:
    """Part the resources that can be put into answers from those with members of another kind than
    the provider has, which are told."""
    kept: list[TerraformResource] = []
    notes: list[Note] = []
    for one in resources:
        try:
            _documents(Rows(source, [*kept, one]))
        except MALFORMED as error:
            why = f"a value in it is not what it should be ({error})"
            text = f"It was left out: {why}. Write the state anew with terraform show -json."
            notes.append(Note(one.address, NoteCode.UNREADABLE, text))
            continue
        kept.append(one)
    return kept, notes

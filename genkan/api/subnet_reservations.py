"""Subnet CIDR reservations: parts of a subnet from which nothing is assigned by itself.

"Subnet CIDR reservations" in the Amazon VPC user guide. A reserved address can still be named.
"""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.cidrs import is_within, parse_block
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import from_specifications, shown
from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.network import delete, put
from genkan.model.subnet import Subnet, SubnetCidrReservation

TYPES = ("prefix", "explicit")

_FILTERS: Mapping[str, Values[SubnetCidrReservation]] = {
    "reservationType": lambda row: [row.reservation_type],
    "reservation-type": lambda row: [row.reservation_type],
    "subnet-id": lambda row: [row.subnet_id],
}


class CidrReservationConflict(Refused):
    code = "InvalidSubnetCidrReservation.Conflict"


def create_subnet_cidr_reservation(
    call: Call,
    *,
    subnet_id: str,
    cidr: str,
    reservation_type: str,
    description: str = "",
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    subnet = need(call, Subnet, subnet_id)
    if reservation_type not in TYPES:
        raise InvalidParameterValue(
            f"Value ({reservation_type}) for parameter reservationType is invalid. "
            f"Choose from {', '.join(TYPES)}."
        )
    reservation = SubnetCidrReservation(
        id=call.new_id("scr"),
        account=call.account,
        region=call.region,
        tags=from_specifications("subnet-cidr-reservation", tag_specifications),
        subnet_id=subnet.id,
        cidr=_free_block(call, subnet, cidr),
        reservation_type=reservation_type,
        description=description,
    )
    return Answer({"SubnetCidrReservation": _shown(reservation)}, put(reservation))


def get_subnet_cidr_reservations(
    call: Call,
    *,
    subnet_id: str,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    subnet = need(call, Subnet, subnet_id)
    rows = matching(
        call.network.where(SubnetCidrReservation, subnet_id=subnet.id), filters, _FILTERS
    )
    some, token = page(rows, max_results, next_token)
    families: dict[int, list[dict[str, Any]]] = {4: [], 6: []}
    for row in some:
        families[row.cidr.version].append(_shown(row))
    return Answer(
        present(
            SubnetIpv4CidrReservations=families[4],
            SubnetIpv6CidrReservations=families[6],
            NextToken=token,
        )
    )


def delete_subnet_cidr_reservation(call: Call, *, subnet_cidr_reservation_id: str) -> Answer:
    reservation = need(call, SubnetCidrReservation, subnet_cidr_reservation_id)
    return Answer({"DeletedSubnetCidrReservation": _shown(reservation)}, delete(reservation))


def _free_block(call: Call, subnet: Subnet, text: str) -> IPv4Network | IPv6Network:
    """Read a block of the subnet that nothing reserves yet. Raises InvalidParameterValue,
    CidrReservationConflict."""
    block = parse_block(IPv4Network, text) or parse_block(IPv6Network, text)
    if block is None or not any(is_within(block, whole) for whole in _blocks(subnet)):
        raise InvalidParameterValue(
            f"Value ({text}) for parameter cidr is invalid. Choose a block inside "
            f"{', '.join(map(str, _blocks(subnet)))}, the blocks of {subnet.id}."
        )
    for other in call.network.where(SubnetCidrReservation, subnet_id=subnet.id):
        if other.cidr.version == block.version and other.cidr.overlaps(block):
            raise CidrReservationConflict(
                f"The CIDR {block} conflicts with {other.id}, which reserves {other.cidr}. "
                "Choose a block that is free."
            )
    return block


def _blocks(subnet: Subnet) -> list[IPv4Network | IPv6Network]:
    return [block for block in (subnet.cidr, subnet.ipv6_cidr) if block]


def _shown(row: SubnetCidrReservation) -> dict[str, Any]:
    return {
        "SubnetCidrReservationId": row.id,
        "SubnetId": row.subnet_id,
        "Cidr": str(row.cidr),
        "ReservationType": row.reservation_type,
        "OwnerId": row.account,
        "Description": row.description,
        "Tags": shown(row.tags),
    }

"""Transfers of Elastic IPs: offered by one account to another, accepted within seven days.

The address keeps its allocation id and loses its tags; its new owner gives it others. An offer that
is made again is about whom it names last. "Transfer Elastic IP addresses" in the Amazon VPC user
guide.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.elastic_ips import parse_public_ip
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.quotas import ELASTIC_IPS, AddressLimitExceeded, check_quota
from genkan.api.selection import page
from genkan.api.tagging import from_specifications
from genkan.model.elastic_ip import AddressTransfer, ElasticIp
from genkan.model.errors import InvalidParameterValue, NotFound, Refused
from genkan.model.network import delete, put

OFFERED_FOR, SHOWN_FOR = timedelta(days=7), timedelta(days=14)


class TransferAddressAssociated(Refused):
    code = "InvalidTransfer.AddressAssociated"


class TransferAddressCustomPtrSet(Refused):
    code = "InvalidTransfer.AddressCustomPtrSet"


def enable_address_transfer(call: Call, *, allocation_id: str, transfer_account_id: str) -> Answer:
    elastic = need(call, ElasticIp, allocation_id)
    if not re.fullmatch(r"\d{12}", transfer_account_id, re.ASCII):
        raise InvalidParameterValue(
            f"Value ({transfer_account_id}) for parameter transferAccountId is invalid. An account "
            "is twelve digits."
        )
    if transfer_account_id == call.account:
        raise InvalidParameterValue(
            f"{elastic.public_ip} is of account {call.account} already. Name another account."
        )
    offer = AddressTransfer(
        id=elastic.id,
        account=call.account,
        region=call.region,
        public_ip=elastic.public_ip,
        to_account=transfer_account_id,
        expires_at=call.now + OFFERED_FOR,
    )
    return Answer({"AddressTransfer": _shown(offer)}, put(offer))


def disable_address_transfer(call: Call, *, allocation_id: str) -> Answer:
    elastic = need(call, ElasticIp, allocation_id)
    offer = call.network.get(AddressTransfer, elastic.id)
    if offer is None or not _is_open(offer, call.now):
        raise NotFound(
            "InvalidTransfer.AddressNotFound",
            f"There is no transfer of {elastic.public_ip} that could be disabled.",
        )
    return Answer({"AddressTransfer": {**_shown(offer), **_status("disabled")}}, delete(offer))


def accept_address_transfer(
    call: Call,
    *,
    address: str,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    tags = from_specifications("elastic-ip", tag_specifications)
    wanted = parse_public_ip(address)
    offer = next(
        (
            one
            for one in call.network.where(AddressTransfer, to_account=call.account)
            if one.public_ip == wanted and one.region == call.region and _is_open(one, call.now)
        ),
        None,
    )
    elastic = call.network.get(ElasticIp, offer.id) if offer else None
    if offer is None or elastic is None:
        raise NotFound(
            "InvalidTransfer.AddressNotFound",
            f"Address '{address}' is not offered to account {call.account} in {call.region}. Its "
            "owner offers it by EnableAddressTransfer.",
        )
    if elastic.association_id:
        raise TransferAddressAssociated(
            f"{address} is associated with {elastic.network_interface_id}. Its owner has to "
            "disassociate it first."
        )
    if elastic.domain_name:
        raise TransferAddressCustomPtrSet(
            f"{address} has the domain name {elastic.domain_name}. Its owner has to reset it first."
        )
    check_quota(
        call,
        len(call.mine(ElasticIp)) + 1,
        ELASTIC_IPS,
        AddressLimitExceeded,
        "Elastic IP addresses",
    )
    accepted = replace(offer, accepted_at=call.now)
    mine = replace(elastic, account=call.account, tags=tags)
    return Answer({"AddressTransfer": _shown(accepted)}, put(accepted, mine))


def describe_address_transfers(
    call: Call,
    *,
    allocation_ids: Sequence[str] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    there = [one for one in call.mine(AddressTransfer) if _is_shown(one, call.now)]
    asked = list(dict.fromkeys(allocation_ids or ()))
    offered = {one.id for one in there}
    for name in asked:
        if name not in offered:
            need(call, ElasticIp, name)
    rows = [one for one in there if not asked or one.id in asked]
    some, token = page(rows, max_results, next_token, ids=allocation_ids)
    return Answer(present(AddressTransfers=[_shown(row) for row in some], NextToken=token))


def _is_open(offer: AddressTransfer, now: datetime) -> bool:
    return offer.accepted_at is None and now < offer.expires_at


def _is_shown(offer: AddressTransfer, now: datetime) -> bool:
    """Tell whether an offer waits, or was accepted lately: what became of others is nobody's."""
    if offer.accepted_at is not None:
        return now < offer.accepted_at + SHOWN_FOR
    return _is_open(offer, now)


def _status(name: str) -> dict[str, str]:
    return {"AddressTransferStatus": name}


def _shown(offer: AddressTransfer) -> dict[str, Any]:
    return present(
        PublicIp=str(offer.public_ip),
        AllocationId=offer.id,
        TransferAccountId=offer.to_account,
        TransferOfferExpirationTimestamp=offer.expires_at,
        TransferOfferAcceptedTimestamp=offer.accepted_at,
        **_status("accepted" if offer.accepted_at else "pending"),
    )

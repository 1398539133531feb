"""What DNS Firewall's families share: refusals, times, and who made what by which token."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from genkan.api.call import Call
from genkan.api.constraints import CODES, ConstraintBroken
from genkan.api.resolver_lookup import time
from genkan.model.dns_firewall import (
    FirewallDomainList,
    FirewallRuleGroup,
    FirewallRuleGroupAssociation,
)
from genkan.model.errors import Refused

COMPLETE, UPDATING, DELETING = "COMPLETE", "UPDATING", "DELETING"
Made = TypeVar("Made", FirewallDomainList, FirewallRuleGroup, FirewallRuleGroupAssociation)


class ConflictException(Refused):
    code = "ConflictException"


def invalid(message: str) -> Refused:
    """Give the refusal of what a request says."""
    return ConstraintBroken(CODES["route53resolver"], message)


def made_before(call: Call, of: type[Made], creator_request_id: str) -> Made | None:
    """Give what the same request made before."""
    return next(
        (one for one in call.mine(of) if one.creator_request_id == creator_request_id), None
    )


def times(created_at: datetime, modified_at: datetime) -> dict[str, Any]:
    return {"CreationTime": time(created_at), "ModificationTime": time(modified_at)}


def chosen_request_id(call: Call, given: str | None) -> str:
    """Give a request's token, or one of ours where it has none."""
    return given or call.token(32, "0123456789abcdef")


def names_of(rows: Iterable[Made]) -> str:
    return ", ".join(one.id for one in rows)

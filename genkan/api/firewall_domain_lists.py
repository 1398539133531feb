"""Lists of domains that rules of DNS Firewall name.

A list of an account's own alone: AWS's managed lists, which AWS keeps, are not here; neither are
files of domains in S3. "Route 53 Resolver DNS Firewall domain lists" in the Amazon Route 53
developer guide.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.firewall_lookup import (
    COMPLETE,
    DELETING,
    ConflictException,
    chosen_request_id,
    invalid,
    made_before,
    names_of,
    times,
)
from genkan.api.output import present
from genkan.api.resolver_lookup import LimitExceededException, arn_of, check_name, need, paged
from genkan.api.resolver_tags import parse_tags
from genkan.model.dns_firewall import FirewallDomainList, FirewallRuleGroup
from genkan.model.network import delete, put

MOST_AT_ONCE, MOST = 1_000, 100_000  # domains of a call, of a list
ADD, REMOVE, REPLACE = "ADD", "REMOVE", "REPLACE"
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"\*|(?:\*\.)?{_LABEL}(?:\.{_LABEL})*\.?", re.ASCII)
LONGEST = 255


def create_firewall_domain_list(
    call: Call,
    *,
    name: str,
    creator_request_id: str | None = None,
    tags: Sequence[Mapping[str, str]] | None = None,
) -> Answer:
    check_name(name)
    token = chosen_request_id(call, creator_request_id)
    held = made_before(call, FirewallDomainList, token)
    if held is not None:
        return Answer({"FirewallDomainList": _shown(held)})
    made = FirewallDomainList(
        id=call.new_id("rslvr-fdl"),
        account=call.account,
        region=call.region,
        tags=parse_tags((), tags),
        list_name=name,
        creator_request_id=token,
        created_at=call.now,
        modified_at=call.now,
    )
    return Answer({"FirewallDomainList": _shown(made)}, put(made))


def get_firewall_domain_list(call: Call, *, firewall_domain_list_id: str) -> Answer:
    held = need(call, FirewallDomainList, firewall_domain_list_id)
    return Answer({"FirewallDomainList": _shown(held)})


def list_firewall_domain_lists(
    call: Call, *, max_results: int | None = None, next_token: str | None = None
) -> Answer:
    some, token = paged(call.mine(FirewallDomainList), max_results, next_token)
    shown = [
        {"Id": one.id, "Arn": arn_of(one), "Name": one.list_name, "Status": COMPLETE}
        | {"CreatorRequestId": one.creator_request_id}
        for one in some
    ]
    return Answer(present(FirewallDomainLists=shown, NextToken=token))


def delete_firewall_domain_list(call: Call, *, firewall_domain_list_id: str) -> Answer:
    held = need(call, FirewallDomainList, firewall_domain_list_id)
    naming = list(call.network.holding(FirewallRuleGroup, list_ids=held.id))
    if naming:
        raise ConflictException(
            f"[RSLVR-02018] {held.id} is named by rules of {names_of(naming)}. Delete them first."
        )
    return Answer({"FirewallDomainList": {**_shown(held), "Status": DELETING}}, delete(held))


def list_firewall_domains(
    call: Call,
    *,
    firewall_domain_list_id: str,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    held = need(call, FirewallDomainList, firewall_domain_list_id)
    start = int(next_token or 0)
    end = start + (max_results or MOST_AT_ONCE)
    more = str(end) if end < len(held.domains) else None
    return Answer(present(Domains=list(held.domains[start:end]), NextToken=more))


def update_firewall_domains(
    call: Call, *, firewall_domain_list_id: str, operation: str, domains: Sequence[str]
) -> Answer:
    held = need(call, FirewallDomainList, firewall_domain_list_id)
    if len(domains) > MOST_AT_ONCE:
        raise LimitExceededException(
            f"[RSLVR-02012] {len(domains)} domains are given, and a call takes {MOST_AT_ONCE}."
        )
    given = [_parsed(text) for text in dict.fromkeys(domains)]
    match operation:
        case "ADD":
            after = dict.fromkeys((*held.domains, *given))
        case "REMOVE":
            gone = set(given)
            after = dict.fromkeys(one for one in held.domains if one not in gone)
        case "REPLACE":
            after = dict.fromkeys(given)
        case _:
            raise invalid(
                f"Operation {operation} is not taken here. Use {ADD}, {REMOVE}, {REPLACE}."
            )
    if len(after) > MOST:
        raise LimitExceededException(f"[RSLVR-02013] A list has {MOST} domains at most.")
    changed = replace(held, domains=tuple(after), modified_at=call.now)
    return Answer(
        {
            "Id": held.id,
            "Name": held.list_name,
            "Status": "UPDATING",
            "StatusMessage": f"{len(after)} domains are in force from now on.",
        },
        put(changed),
    )


def _parsed(text: str) -> str:
    """Read a domain as lists keep them: in lower case, with its final dot. Raises a refusal."""
    if not _DOMAIN.fullmatch(text) or len(text) > LONGEST:
        raise invalid(
            f"[RSLVR-02011] '{text[:300]}' is no domain that a list takes: one such as "
            "example.com, *.example.com for all below it, or * for all there are."
        )
    return text if text == "*" else text.lower().rstrip(".") + "."


def _shown(row: FirewallDomainList) -> dict[str, Any]:
    return {
        "Id": row.id,
        "Arn": arn_of(row),
        "Name": row.list_name,
        "DomainCount": len(row.domains),
        "Status": COMPLETE,
        "StatusMessage": "",
        "CreatorRequestId": row.creator_request_id,
        **times(row.created_at, row.modified_at),
    }

"""The one attribute of an Elastic IP: the domain name that a reverse look-up would give.

Data alone: nobody answers reverse look-ups of public addresses here.

"Use reverse DNS for email applications" in the Amazon EC2 user guide.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.selection import page
from genkan.model.elastic_ip import ElasticIp
from genkan.model.errors import InvalidParameterValue, MissingParameter
from genkan.model.network import put

DOMAIN_NAME = "domain-name"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"


def describe_addresses_attribute(
    call: Call,
    *,
    allocation_ids: Sequence[str] | None = None,
    attribute: str | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    _check_attribute(attribute)
    asked = dict.fromkeys(allocation_ids or ())
    rows = [need(call, ElasticIp, name) for name in asked] or call.mine(ElasticIp)
    some, token = page(rows, max_results, next_token)
    return Answer(present(Addresses=[_shown(row) for row in some], NextToken=token))


def modify_address_attribute(
    call: Call, *, allocation_id: str, domain_name: str | None = None
) -> Answer:
    elastic = need(call, ElasticIp, allocation_id)
    if not domain_name:
        raise MissingParameter("The request must contain the parameter DomainName.")
    if len(domain_name) > 255 or not re.fullmatch(rf"{LABEL}(?:\.{LABEL})+\.?", domain_name):
        raise InvalidParameterValue(
            f"Value ({domain_name}) for parameter domainName is invalid. Give a whole domain name, "
            "such as mail.example.com."
        )
    named = replace(elastic, domain_name=domain_name.rstrip(".") + ".")
    return Answer({"Address": _shown(named)}, put(named))


def reset_address_attribute(call: Call, *, allocation_id: str, attribute: str) -> Answer:
    _check_attribute(attribute)
    plain = replace(need(call, ElasticIp, allocation_id), domain_name=None)
    return Answer({"Address": _shown(plain)}, put(plain))


def _check_attribute(name: str | None) -> None:
    if name not in (None, DOMAIN_NAME):
        raise InvalidParameterValue(
            f"Value ({name}) for parameter attribute is invalid. Give {DOMAIN_NAME}."
        )


def _shown(row: ElasticIp) -> dict[str, Any]:
    return present(PublicIp=str(row.public_ip), AllocationId=row.id, PtrRecord=row.domain_name)

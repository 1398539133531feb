"""DHCP option sets: made, associated with VPCs, shown, deleted. They are shown and change nothing.

Instances keep the VPC's own resolver and the Region's domain whatever a set says: a set that names
other name servers has none behind it here. "DHCP option sets" in the Amazon VPC user guide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.quotas import DHCP_OPTIONS, DhcpOptionsLimitExceeded, check_quota
from genkan.api.selection import Values, matching, page
from genkan.api.tagging import from_specifications, shown
from genkan.model.dhcp_options import (
    AMAZON_PROVIDED,
    NONE,
    DhcpConfiguration,
    DhcpOptions,
    first_options,
    shown_options,
)
from genkan.model.errors import DependencyViolation, InvalidParameterValue
from genkan.model.network import delete, put
from genkan.model.vpc import Vpc

ADDRESSES = ("domain-name-servers", "ntp-servers", "netbios-name-servers")
NODE_TYPE, LEASE = "netbios-node-type", "ipv6-address-preferred-lease-time"
KEYS = ("domain-name", *ADDRESSES, NODE_TYPE, LEASE)
NODE_TYPES = ("1", "2", "4", "8")
MOST_ADDRESSES = 4

_FILTERS: Mapping[str, Values[DhcpOptions]] = {
    "dhcp-options-id": lambda row: [row.id],
    "key": lambda row: [one.key for one in row.configurations],
    "value": lambda row: [value for one in row.configurations for value in one.values],
}


def create_dhcp_options(
    call: Call,
    *,
    dhcp_configurations: Sequence[Mapping[str, Any]],
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    count = len(call.mine(DhcpOptions)) + 1
    check_quota(call, count, DHCP_OPTIONS, DhcpOptionsLimitExceeded, "DHCP option sets")
    configurations = tuple(_parse(one) for one in dhcp_configurations)
    keys = [one.key for one in configurations]
    for key in keys:
        if keys.count(key) > 1:
            raise InvalidParameterValue(f"The option {key} stands there twice. Give it once.")
    options = DhcpOptions(
        id=call.new_id("dopt"),
        account=call.account,
        region=call.region,
        tags=from_specifications("dhcp-options", tag_specifications),
        configurations=configurations,
    )
    return Answer({"DhcpOptions": _shown(options)}, put(options))


def describe_dhcp_options(
    call: Call,
    *,
    dhcp_options_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    asked = (
        [_need(call, name) for name in dict.fromkeys(dhcp_options_ids)]
        if dhcp_options_ids
        else [first_options(call.account, call.region), *call.mine(DhcpOptions)]
    )
    rows, token = page(
        matching(asked, filters, _FILTERS), max_results, next_token, ids=dhcp_options_ids
    )
    return Answer(present(DhcpOptions=[_shown(row) for row in rows], NextToken=token))


def associate_dhcp_options(call: Call, *, dhcp_options_id: str, vpc_id: str) -> Answer:
    """Give a VPC another set; `default` is none at all."""
    vpc = need(call, Vpc, vpc_id)
    name = dhcp_options_id if dhcp_options_id == NONE else _need(call, dhcp_options_id).id
    first = first_options(vpc.account, vpc.region).id
    return Answer(change=put(replace(vpc, dhcp_options_id=None if name == first else name)))


def delete_dhcp_options(call: Call, *, dhcp_options_id: str) -> Answer:
    options = _need(call, dhcp_options_id)
    used = [vpc.id for vpc in call.mine(Vpc) if shown_options(vpc) == options.id]
    if used:
        raise DependencyViolation(
            f"The dhcpOptions '{options.id}' has dependencies and cannot be deleted. "
            f"Associate another set with {', '.join(used)} first."
        )
    if options == first_options(call.account, call.region):
        raise InvalidParameterValue(
            f"{options.id} is the set that the account has from the beginning. "
            "It cannot be deleted."
        )
    return Answer(change=delete(options))


def _need(call: Call, name: str) -> DhcpOptions:
    first = first_options(call.account, call.region)
    return first if name == first.id else need(call, DhcpOptions, name)


def _parse(one: Mapping[str, Any]) -> DhcpConfiguration:
    key, values = one.get("Key", ""), tuple(one.get("Values") or ())
    if key not in KEYS:
        raise InvalidParameterValue(
            f"Value ({key}) for parameter name is invalid. Unknown DHCP option. "
            f"Choose from {', '.join(KEYS)}."
        )
    if not values:
        raise InvalidParameterValue(f"The option {key} has no value. Give one.")
    if key in ADDRESSES:
        _check_addresses(key, values)
    elif len(values) > 1:
        raise InvalidParameterValue(f"The option {key} has one value, not {len(values)}.")
    if key == NODE_TYPE and values[0] not in NODE_TYPES:
        raise InvalidParameterValue(
            f"Value ({values[0]}) for parameter {key} is invalid. Choose from 1, 2, 4, 8."
        )
    return DhcpConfiguration(key=key, values=values)


def _check_addresses(key: str, values: tuple[str, ...]) -> None:
    if len(values) > MOST_ADDRESSES:
        raise InvalidParameterValue(
            f"The option {key} has {len(values)} addresses; {MOST_ADDRESSES} is the limit."
        )
    for value in values:
        try:
            ip_address(value)
        except ValueError:
            if key != "domain-name-servers" or value != AMAZON_PROVIDED:
                raise InvalidParameterValue(
                    f"Value ({value}) for parameter {key} is invalid. Give an IP address."
                ) from None


def _shown(options: DhcpOptions) -> dict[str, Any]:
    return {
        "OwnerId": options.account,
        "Tags": shown(options.tags),
        "DhcpOptionsId": options.id,
        "DhcpConfigurations": [
            {"Key": one.key, "Values": [{"Value": value} for value in one.values]}
            for one in options.configurations
        ],
    }

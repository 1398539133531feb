"""What a VPC's resolver does by itself: reverse zones, and validation of signatures.

Every VPC has both from the beginning, reverse zones defined and nothing validated. Kept and shown:
there is nothing signed here that could be validated.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.resolver_lookup import (
    InvalidParameterException,
    ResourceNotFoundException,
    Values,
    filtered,
    paged,
)
from genkan.model.network import put
from genkan.model.resolver import ResolverConfig, ResolverDnssecConfig
from genkan.model.vpc import Vpc

ENABLE, DISABLE = "ENABLE", "DISABLE"
STATUS = {True: "ENABLED", False: "DISABLED"}
_DNSSEC_FILTERS: Mapping[str, Values[ResolverDnssecConfig]] = {
    "ResourceId": lambda row: [row.vpc_id],
    "ValidationStatus": lambda row: [STATUS[row.validates]],
}


def get_resolver_config(call: Call, *, resource_id: str) -> Answer:
    return Answer({"ResolverConfig": _config(_held_config(call, _need_vpc(call, resource_id)))})


def list_resolver_configs(
    call: Call, *, max_results: int | None = None, next_token: str | None = None
) -> Answer:
    rows = [_held_config(call, vpc) for vpc in call.mine(Vpc)]
    some, token = paged(rows, max_results, next_token)
    return Answer(present(ResolverConfigs=[_config(row) for row in some], NextToken=token))


def update_resolver_config(
    call: Call, *, resource_id: str, autodefined_reverse_flag: str
) -> Answer:
    vpc = _need_vpc(call, resource_id)
    after = ResolverConfig(
        id=_id(call, "rslvr-rc", vpc),
        account=call.account,
        region=call.region,
        vpc_id=vpc.id,
        autodefined_reverse=_is_on(autodefined_reverse_flag, "AutodefinedReverseFlag"),
    )
    return Answer({"ResolverConfig": _config(after)}, put(after))


def get_resolver_dnssec_config(call: Call, *, resource_id: str) -> Answer:
    vpc = _need_vpc(call, resource_id)
    held = _held_dnssec(call, vpc) or _dnssec_of(call, vpc, False)
    return Answer({"ResolverDNSSECConfig": _dnssec(held)})


def list_resolver_dnssec_configs(
    call: Call,
    *,
    max_results: int | None = None,
    next_token: str | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    """Give those that were ever set."""
    rows = filtered(call.mine(ResolverDnssecConfig), filters, _DNSSEC_FILTERS)
    some, token = paged(rows, max_results, next_token)
    return Answer(present(ResolverDnssecConfigs=[_dnssec(row) for row in some], NextToken=token))


def update_resolver_dnssec_config(call: Call, *, resource_id: str, validation: str) -> Answer:
    after = _dnssec_of(call, _need_vpc(call, resource_id), _is_on(validation, "Validation"))
    return Answer({"ResolverDNSSECConfig": _dnssec(after)}, put(after))


def _need_vpc(call: Call, name: str) -> Vpc:
    vpc = call.find(Vpc, name)
    if vpc is None:
        raise ResourceNotFoundException(
            f"[RSLVR-00802] The VPC '{name[:64]}' does not exist in {call.region}."
        )
    return vpc


def _is_on(asked: str, parameter: str) -> bool:
    if asked not in (ENABLE, DISABLE):
        raise InvalidParameterException(
            f"{parameter} {asked} is not taken here. Use {ENABLE} or {DISABLE}."
        )
    return asked == ENABLE


def _id(call: Call, prefix: str, vpc: Vpc) -> str:
    """Give the id of a VPC's config: the VPC's digits, so that it is one for good."""
    return f"{prefix}-{vpc.id.removeprefix('vpc-')}"


def _held_config(call: Call, vpc: Vpc) -> ResolverConfig:
    held = next(iter(call.network.where(ResolverConfig, vpc_id=vpc.id)), None)
    return held or ResolverConfig(
        id=_id(call, "rslvr-rc", vpc),
        account=vpc.account,
        region=vpc.region,
        vpc_id=vpc.id,
        autodefined_reverse=True,
    )


def _held_dnssec(call: Call, vpc: Vpc) -> ResolverDnssecConfig | None:
    return next(iter(call.network.where(ResolverDnssecConfig, vpc_id=vpc.id)), None)


def _dnssec_of(call: Call, vpc: Vpc, validates: bool) -> ResolverDnssecConfig:
    return ResolverDnssecConfig(
        id=_id(call, "rdsc", vpc),
        account=vpc.account,
        region=vpc.region,
        vpc_id=vpc.id,
        validates=validates,
    )


def _config(row: ResolverConfig) -> dict[str, Any]:
    return {
        "Id": row.id,
        "ResourceId": row.vpc_id,
        "OwnerId": row.account,
        "AutodefinedReverse": STATUS[row.autodefined_reverse],
    }


def _dnssec(row: ResolverDnssecConfig) -> dict[str, Any]:
    return {
        "Id": row.id,
        "OwnerId": row.account,
        "ResourceId": row.vpc_id,
        "ValidationStatus": STATUS[row.validates],
    }

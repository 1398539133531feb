"""Quotas as the site's owner sees and sets them: any number for what AWS adjusts."""

from dataclasses import replace
from typing import Any

from genkan.api.call import Call
from genkan.api.quotas import Quota, value_of
from genkan.api.service_quotas import EVERY, changed, check_adjustable
from genkan.model.errors import InvalidParameterValue
from genkan.model.network import Change, put


def shown_quotas(call: Call) -> list[dict[str, Any]]:
    """Give every quota of the caller's account in its Region."""
    return [_shown(call, one) for one in sorted(EVERY, key=lambda one: (one.service, one.title))]


def set_quota(call: Call, name: str, value: int) -> tuple[Change, dict[str, Any]]:
    """Give the change of a quota, by its code or its name, and how it is from then on.

    Raises InvalidParameterValue, InvalidResourceStateException.
    """
    found = [one for one in EVERY if name.casefold() in (one.code.casefold(), one.title.casefold())]
    if not found:
        raise InvalidParameterValue(
            f"There is no quota '{name[:64]}'. `genkan quota list` lists them, with their codes."
        )
    if value < 0:
        raise InvalidParameterValue(f"A quota is 0 or more, and {value} is not. Give another.")
    check_adjustable(found[0])
    change = put(changed(call, found[0], value))
    after = replace(call, network=call.network.apply(change))
    return change, _shown(after, found[0])


def _shown(call: Call, quota: Quota) -> dict[str, Any]:
    return {
        "service": quota.service,
        "code": quota.code,
        "name": quota.title,
        "value": value_of(call, quota),
        "aws_default": quota.aws,
        "adjustable": quota.adjustable,
    }

"""Names of load balancers, listeners and target groups: made, and what they name found.

`…:loadbalancer/net/NAME/ID`, `…:listener/net/NAME/ID/ID`, `…:targetgroup/NAME/ID`; gateway load
balancers have `gwy` for `net`. "Resource types defined by AWS Elastic Load Balancing V2" in the
Service Authorization Reference.
"""

import re
from dataclasses import dataclass
from typing import TypeVar

from genkan.api.call import Call
from genkan.api.elbv2.errors import ListenerNotFound, LoadBalancerNotFound, TargetGroupNotFound
from genkan.model.errors import Refused, ValidationError
from genkan.model.load_balancer import Listener, LoadBalancer, LoadBalancerType, TargetGroup
from genkan.model.resource import Resource

R = TypeVar("R", bound=Resource)

HEX = "0123456789abcdef"
LONGEST_NAME = 32
SEGMENTS = {LoadBalancerType.NETWORK: "net", LoadBalancerType.GATEWAY: "gwy"}


@dataclass(frozen=True, slots=True)
class _Word:
    """What a kind is called, and the refusal of one that is not there."""

    noun: str
    plural: str
    not_found: type[Refused]


_WORDS: dict[type[Resource], _Word] = {
    LoadBalancer: _Word("load balancer", "load balancers", LoadBalancerNotFound),
    Listener: _Word("listener", "listeners", ListenerNotFound),
    TargetGroup: _Word("target group", "target groups", TargetGroupNotFound),
}


def check_name(name: str, noun: str) -> None:
    """Raise ValidationError for what cannot be the name of a load balancer or target group."""
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValidationError(
            f"The {noun} name '{name}' has {len(name)} characters. Give 1 to {LONGEST_NAME}."
        )
    if not re.fullmatch("[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?", name):
        raise ValidationError(
            f"The {noun} name '{name}' can only contain characters that are alphanumeric "
            "characters and hyphens(-), and must not begin or end with a hyphen."
        )
    if name.startswith("internal-"):
        raise ValidationError(f"The {noun} name '{name}' must not begin with 'internal-'.")


def load_balancer_arn(call: Call, of: LoadBalancerType, name: str) -> str:
    return _arn(call, f"loadbalancer/{SEGMENTS[of]}/{name}/{call.token(16, HEX)}")


def listener_arn(call: Call, balancer: LoadBalancer) -> str:
    return _arn(call, f"listener/{balancer.path}/{call.token(16, HEX)}")


def target_group_arn(call: Call, name: str) -> str:
    return _arn(call, f"targetgroup/{name}/{call.token(16, HEX)}")


def need(call: Call, of: type[R], arn: str) -> R:
    """Give the caller's resource with this ARN.

    Raises ValidationError for what is no such ARN, the kind's not-found refusal.
    """
    row = find(call, of, arn)
    if row is None:
        raise not_found(of, arn)
    return row


def find(call: Call, of: type[R], arn: str) -> R | None:
    """Give the caller's resource with this ARN, or None. Raises ValidationError for what is no
    such ARN."""
    form = rf"arn:aws:elasticloadbalancing:[a-z0-9-]+:[0-9]{{12}}:{of.kind}/[A-Za-z0-9/-]+"
    if not re.fullmatch(form, arn):
        raise ValidationError(f"'{arn}' is not a valid {_WORDS[of].noun} ARN")
    return call.find(of, arn)


def not_found(of: type[Resource], names: str) -> Refused:
    """Give the refusal of a name that no resource of this kind has."""
    word = _WORDS[of]
    return word.not_found(f"{word.plural.capitalize()} '[{names}]' not found")


def _arn(call: Call, path: str) -> str:
    return f"arn:aws:elasticloadbalancing:{call.region}:{call.account}:{path}"

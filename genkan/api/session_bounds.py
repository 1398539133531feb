"""What STS is asked to bind a session to: session policies and session tags, checked and packed.

"Session policies" and "Passing session tags in AWS STS" in the IAM user guide. AWS packs policies,
ARNs and tags into a form of its own and tells how much of its bound that takes; here it is what
zlib makes of them.
"""

import json
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from genkan.model.account import AccessKey
from genkan.model.errors import Refused, ValidationError
from genkan.policy import PolicyUnreadable, parse_policy

LONGEST_POLICIES = 2048  # characters of a session's policies and their ARNs
MOST_PACKED = 2048  # bytes
MOST_ARNS = 10
POLICY_ARN = re.compile(r"arn:aws:iam::(\d{12}|aws):policy/[!-~]+", re.ASCII)
TAG_TEXT = re.compile(r"[\w\s.:/=+@-]*")


class MalformedPolicyDocument(Refused):
    code = "MalformedPolicyDocument"


class PackedPolicyTooLarge(Refused):
    code = "PackedPolicyTooLarge"


@dataclass(frozen=True, slots=True)
class Bounds:
    """`policies` are documents, and ARNs of managed policies; `packed` is in per cent, None where
    nothing binds."""

    policies: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive: tuple[str, ...] = ()

    @property
    def packed(self) -> int | None:
        return math.ceil(100 * _packed(self) / MOST_PACKED) if self.policies or self.tags else None


def read_bounds(
    account: str,
    policy: str | None,
    policy_arns: Sequence[dict[str, Any]],
    tags: Sequence[dict[str, Any]],
    transitive_tag_keys: Sequence[str] = (),
    chained: AccessKey | None = None,
) -> Bounds:
    """Read what binds a session in `account`. `chained` is the key of a role's session that asks,
    whose transitive tags go on. Raises ValidationError, MalformedPolicyDocument and
    PackedPolicyTooLarge."""
    arns = [str(one.get("Arn") or one.get("arn") or "") for one in policy_arns]
    _check_arns(account, arns)
    if policy is not None:
        _check_document(policy)
    inherited = _inherited(chained)
    given = _read_tags(tags, inherited)
    for key in transitive_tag_keys:
        if key not in given:
            raise ValidationError(
                f"The specified transitive tag key '{key}' must be included in the requested tags."
            )
    bounds = Bounds(
        (*((policy,) if policy is not None else ()), *arns),
        tuple(sorted({**inherited, **given}.items())),
        tuple(sorted({*inherited, *transitive_tag_keys})),
    )
    if sum(map(len, bounds.policies)) > LONGEST_POLICIES:
        raise PackedPolicyTooLarge(
            f"Session policies and their ARNs have {sum(map(len, bounds.policies))} characters, "
            f"and {LONGEST_POLICIES} is the limit. Attach a managed policy instead."
        )
    if _packed(bounds) > MOST_PACKED:
        raise PackedPolicyTooLarge(
            f"Packed size of session tags and policies consumes {bounds.packed}% of the allotted "
            "space. Give fewer or shorter ones."
        )
    return bounds


def _packed(bounds: Bounds) -> int:
    return len(zlib.compress(json.dumps([bounds.policies, bounds.tags]).encode(), 9))


def _inherited(chained: AccessKey | None) -> dict[str, str]:
    held = dict(chained.session_tags) if chained else {}
    return {key: held[key] for key in (chained.transitive_tags if chained else ()) if key in held}


def _check_arns(account: str, arns: Sequence[str]) -> None:
    if len(arns) > MOST_ARNS:
        raise ValidationError(
            f"{len(arns)} policyArns are given, and a session has {MOST_ARNS} at most."
        )
    for arn in arns:
        read = POLICY_ARN.fullmatch(arn)
        if read is None or read[1] not in (account, "aws"):
            raise ValidationError(
                f"{arn[:200]} is invalid: the ARN of a managed policy of this account or of AWS is "
                f"arn:aws:iam::{account}:policy/NAME or arn:aws:iam::aws:policy/NAME."
            )


def _check_document(policy: str) -> None:
    try:
        read = parse_policy(policy)
    except PolicyUnreadable as error:
        raise MalformedPolicyDocument(
            f"The policy is not in the valid JSON format: {error}."
        ) from (error)
    for one in read.statements:
        if one.principals is not None:
            raise MalformedPolicyDocument(
                f"The session policy's {one} names a Principal, which is whoever has the session."
            )
        if one.resources is None:
            raise MalformedPolicyDocument(
                f"The session policy's {one} names no resources. Give it a Resource."
            )


def _read_tags(tags: Sequence[dict[str, Any]], inherited: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    transitive = {key.lower() for key in inherited}
    for tag in tags:
        key, value = str(tag.get("Key", "")), str(tag.get("Value", ""))
        if not TAG_TEXT.fullmatch(key + value) or key.lower().startswith("aws:"):
            raise ValidationError(
                f"'{key}' = '{value}' cannot be a session tag: letters, digits, spaces and any of "
                "_.:/=+-@ make one, and its key does not begin with aws:."
            )
        if key.lower() in {one.lower() for one in found}:
            raise ValidationError(f"Duplicate tag keys found: '{key}'. Keys differ beyond case.")
        if key.lower() in transitive:
            raise ValidationError(
                f"'{key}' is a transitive tag of the session that asks, and stays as it is."
            )
        found[key] = value
    return found

"""Which IAM instance profile an instance has, joined, replaced and parted after the launch.

The profile is taken as named: roles and profiles are the embedded IAM's, which is asked what the
role may when the instance's programs sign as it.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from genkan.api.call import Answer, Call
from genkan.api.ids import need, unknown_part
from genkan.api.instance_options import GONE, described_as
from genkan.api.instance_shape import shown_profile
from genkan.api.output import present
from genkan.api.selection import Values, matching, page
from genkan.model.errors import IncorrectState, MissingParameter, Refused
from genkan.model.instance import Instance
from genkan.model.network import put
from genkan.model.resource import Resource

PROFILE = "IamInstanceProfile"
ASSOCIATION = "IamInstanceProfileAssociation"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row(Resource):
    """An association as a row that filters can read, and its instance."""

    kind: ClassVar[str] = "iam-instance-profile-association"

    instance: Instance


_FILTERS: Mapping[str, Values[_Row]] = {
    "instance-id": lambda row: [row.instance.id],
    "state": lambda row: ["associated"],
}


def associate_iam_instance_profile(
    call: Call, *, iam_instance_profile: Mapping[str, str], instance_id: str
) -> Answer:
    instance = need(call, Instance, instance_id)
    if PROFILE in json.loads(instance.described) or instance.state in GONE:
        raise IncorrectState(
            f"There is an existing association for instance {instance.id}, or it is ending. "
            "Use ReplaceIamInstanceProfileAssociation."
        )
    return _joined(call, instance, iam_instance_profile)


def replace_iam_instance_profile_association(
    call: Call, *, iam_instance_profile: Mapping[str, str], association_id: str
) -> Answer:
    return _joined(call, _need(call, association_id).instance, iam_instance_profile)


def disassociate_iam_instance_profile(call: Call, *, association_id: str) -> Answer:
    row = _need(call, association_id)
    parted = described_as(row.instance, PROFILE, None)
    parted = described_as(parted, ASSOCIATION, None)
    return Answer({ASSOCIATION: _shown(row, "disassociating")}, put(parted))


def describe_iam_instance_profile_associations(
    call: Call,
    *,
    association_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = list(_rows(call))
    if association_ids:
        rows = [_need(call, name) for name in dict.fromkeys(association_ids)]
    some, token = page(
        matching(rows, filters, _FILTERS), max_results, next_token, ids=association_ids
    )
    shown = [_shown(row, "associated") for row in some]
    return Answer(present(IamInstanceProfileAssociations=shown, NextToken=token))


class InvalidProfileArn(Refused):
    code = "InvalidIamInstanceProfileArn.Malformed"


def _joined(call: Call, instance: Instance, profile: Mapping[str, str]) -> Answer:
    given = {name: profile[name] for name in ("Arn", "Name") if profile.get(name)}
    if not given:
        raise MissingParameter(
            "The request must contain the parameter IamInstanceProfile.Name or "
            "IamInstanceProfile.Arn."
        )
    arn = given.get("Arn", "arn:aws:iam::1:instance-profile/x")
    if not re.fullmatch(r"arn:aws[\w-]*:iam::\d+:instance-profile/.+", arn):
        raise InvalidProfileArn(
            f"Value ({arn}) for parameter iamInstanceProfile.arn is invalid. "
            "Give the ARN of an instance profile, not of a role."
        )
    name = call.new_id("iip-assoc")
    joined = described_as(instance, PROFILE, given)
    joined = described_as(joined, ASSOCIATION, {"AssociationId": name})
    row = _row(joined, name)
    return Answer({ASSOCIATION: _shown(row, "associating")}, put(joined))


def _rows(call: Call) -> Iterator[_Row]:
    for instance in call.mine(Instance):
        described = json.loads(instance.described)
        if PROFILE in described and instance.state not in GONE:
            # One that came with the launch has the instance's own digits.
            launched = {"AssociationId": f"iip-assoc-{instance.id.rpartition('-')[2]}"}
            yield _row(instance, described.get(ASSOCIATION, launched)["AssociationId"])


def _row(instance: Instance, name: str) -> _Row:
    return _Row(id=name, account=instance.account, region=instance.region, instance=instance)


def _need(call: Call, name: str) -> _Row:
    for row in _rows(call):
        if row.id == name:
            return row
    raise unknown_part("iip-assoc", name)


def _shown(row: _Row, state: str) -> dict[str, Any]:
    described = json.loads(row.instance.described)
    return {
        "AssociationId": row.id,
        "InstanceId": row.instance.id,
        PROFILE: shown_profile(row.instance, described[PROFILE]),
        "State": state,
    }

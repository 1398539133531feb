"""Temporary keys: whose they may be, how long they hold, what binds them."""

import json
import random
from dataclasses import replace

from genkan.model.account import AccessKey
from tests.api.boto import Site
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows

ROLE = {"RoleArn": "arn:aws:iam::<account>:role/web", "RoleSessionName": "me"}
GUEST = {"Name": "guest"}
TAG = {"Tags": [{"Key": "Team", "Value": "web"}], "TransitiveTagKeys": ["Team"]}
TAGGED = example("sts:AssumeRole", {**ROLE, **TAG}, session="Credentials.AccessKeyId")
CHANCE = random.Random(4)


def as_role(site: Site) -> None:
    """Go on as somebody who has assumed a role."""
    principal = f"arn:aws:sts::{site.call.account}:assumed-role/web/me"
    site.call = replace(site.call, principal=principal, access_key=site.names.get("session", ""))


def with_a_temporary_key(site: Site) -> None:
    """Go on with a key that has a session token."""
    key = next(one for one in site.call.network.all(AccessKey) if one.session_token)
    site.call = replace(site.call, access_key=key.id)


def policy(**more: object) -> str:
    """Give a session policy of one statement that differs from the usual one."""
    usual = {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", **more}
    statement = {name: value for name, value in usual.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def arns(*names: str) -> dict[str, list[dict[str, str]]]:
    return {"PolicyArns": [{"arn": name} for name in names]}


def tags(*keys: str) -> dict[str, list[dict[str, str]]]:
    return {"Tags": [{"Key": key, "Value": "v"} for key in keys]}


def noise(length: int) -> str:
    return "".join(CHANCE.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", k=length))


LONG_ARNS = arns(*(f"arn:aws:iam::aws:policy/{n}{'p' * 300}" for n in range(8)))
MUCH = {"Tags": [{"Key": noise(128), "Value": noise(256)} for _ in range(20)]}
BOUND = (
    ({"Policy": "{"}, "MalformedPolicyDocument", "JSON"),
    ({"Policy": policy(Principal="*")}, "MalformedPolicyDocument", "Principal"),
    ({"Policy": policy(Resource=None)}, "MalformedPolicyDocument", "Resource"),
    (arns("arn:aws:iam::333333333333:policy/theirs"), "ValidationError", "333333333333"),
    (arns(*["arn:aws:iam::aws:policy/a"] * 11), "ValidationError", "11"),
    (LONG_ARNS, "PackedPolicyTooLarge", "2048"),
    (MUCH, "PackedPolicyTooLarge", "%"),
    (tags("aws:team"), "ValidationError", "aws:team"),
    (tags("team", "Team"), "ValidationError", "Duplicate"),
    (tags("te;am"), "ValidationError", "te;am"),
)

ROWS: tuple[Row, ...] = (
    *rows(
        "sts:GetAccessKeyInfo", {"AccessKeyId": "AKIANOBODY"}, ({}, "ValidationError", "AKIANOBODY")
    ),
    *rows(
        "sts:AssumeRole",
        ROLE,
        ({"RoleArn": "role"}, "ValidationError", "20"),
        ({"RoleArn": "arn:aws:iam::<account>:user/web"}, "ValidationError", "role/NAME"),
        ({"RoleSessionName": "m"}, "ValidationError", "roleSessionName"),
        ({"RoleSessionName": "m/e"}, "ValidationError", "m/e"),
        ({"DurationSeconds": 899}, "ValidationError", "899"),
        ({"RoleArn": "arn:aws:iam::333333333333:role/web"}, "AccessDenied", "333333333333"),
        ({"DurationSeconds": 7_200}, "ValidationError", "1 hour", as_role),
        *BOUND,
        ({"TransitiveTagKeys": ["Team"]}, "ValidationError", "Team"),
        (tags("team"), "ValidationError", "transitive", TAGGED, as_role),
    ),
    *rows(
        "sts:GetFederationToken",
        GUEST,
        ({"Name": "g"}, "ValidationError", "name"),
        ({"Name": "gu/est"}, "ValidationError", "gu/est"),
        ({"DurationSeconds": 129_601}, "ValidationError", "129601"),
        ({"Policy": policy() + " " * 2048}, "ValidationError", "2048"),
        *BOUND,
        ({}, "AccessDenied", "session", as_role),
        ({}, "AccessDenied", "session", with_a_temporary_key),
    ),
    *rows(
        "sts:DecodeAuthorizationMessage",
        {"EncodedMessage": "banana"},
        ({}, "InvalidAuthorizationMessageException", "banana"),
    ),
    *rows(
        "sts:GetSessionToken",
        {},
        ({}, "AccessDenied", "session", as_role),
        ({}, "AccessDenied", "session", with_a_temporary_key),
    ),
)

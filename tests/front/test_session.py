"""A session token goes with its key, until it expires."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from genkan import wire
from genkan.front.session import check_session, check_use
from genkan.program import Because
from genkan.program.service import Credential

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def credential(token: str | None = None, expires: datetime | None = None) -> Credential:
    return Credential(
        because=Because("access-key", "K"),
        id="K",
        secret="s",
        account="123456789012",
        principal="arn:aws:iam::123456789012:root",
        session_token=token,
        expires=expires,
    )


LATER = NOW + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("held", "given", "kind"),
    [
        (credential(), None, None),
        (credential("t", LATER), "t", None),
        (credential(), "t", "InvalidToken"),
        (credential("t", LATER), None, "InvalidToken"),
        (credential("t", LATER), "T", "InvalidToken"),
        (credential("t", LATER), "\udcff", "InvalidToken"),
        (credential("t", NOW), "t", "ExpiredToken"),
    ],
)
def test_a_token_is_its_keys_own_and_holds_until_it_expires(held, given, kind):
    if kind is None:
        check_session(held, given, NOW)
        return
    with pytest.raises(wire.WireError) as caught:
        check_session(held, given, NOW)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("service", "protocol", "expired", "invalid"),
    [
        ("ec2", "ec2", "RequestExpired", "AuthFailure"),
        ("sts", "query", "ExpiredToken", "InvalidClientTokenId"),
        ("route53", "rest-xml", "ExpiredToken", "InvalidClientTokenId"),
        ("s3", "rest-xml", "ExpiredToken", "InvalidToken"),
        ("dynamodb", "json", "ExpiredTokenException", "UnrecognizedClientException"),
    ],
)
def test_each_service_has_its_own_word_for_it(service, protocol, expired, invalid):
    for kind, code in (("ExpiredToken", expired), ("InvalidToken", invalid)):
        error = wire.WireError("X", "x", kind=kind)
        model = wire.service_model(service)
        written = wire.serialize_wire_error(model, protocol, error, "r")
        headers = dict(written.headers)
        found = wire.error_code_of(protocol, written.status, headers, written.body)
        assert found == (code, "x")


@pytest.mark.parametrize(
    ("principal", "token", "call", "code"),
    [
        ("iam::1:user/ann", None, "iam:ListUsers", None),
        ("iam::1:user/ann", "t", "iam:ListUsers", "InvalidClientTokenId"),
        ("iam::1:user/ann", "t", "sts:AssumeRole", None),
        ("iam::1:user/ann", "t", "sts:GetSessionToken", "AccessDenied"),
        ("iam::1:user/ann", "t", "ec2:DescribeVpcs", None),
        ("sts::1:assumed-role/r/s", "t", "iam:ListUsers", None),
        ("sts::1:assumed-role/r/s", "t", "sts:GetAccessKeyInfo", None),
        ("sts::1:federated-user/f", "t", "iam:ListUsers", "InvalidClientTokenId"),
        ("sts::1:federated-user/f", "t", "sts:AssumeRole", "AccessDenied"),
        ("sts::1:federated-user/f", "t", "sts:GetCallerIdentity", None),
        ("sts::1:federated-user/f", "t", "s3:ListBuckets", None),
    ],
)
def test_sessions_of_users_call_nothing_of_iam_and_little_of_sts(principal, token, call, code):
    key = replace(credential(token), principal=f"arn:aws:{principal}")
    if code is None:
        check_use(key, *call.split(":"))
        return
    with pytest.raises(wire.WireError) as caught:
        check_use(key, *call.split(":"))
    assert caught.value.code == code

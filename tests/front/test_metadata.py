"""What the instance metadata service answers, and credentials that nobody keeps."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address

import pytest

from genkan.front.metadata import TOKEN, TTL, MetadataAnswers, Question
from genkan.front.role_credentials import RoleCredentials
from genkan.program import Because
from genkan.program.metadata import InstanceMetadata, InstanceRole

NOW = datetime(2026, 1, 1, 12, 34, 56, tzinfo=UTC)
SESSION = "arn:aws:sts::123456789012:assumed-role/reader/i-1"
ENTRY = InstanceMetadata(
    because=Because("instance", "i-1"),
    place="vpc-1",
    instance="i-1",
    account="123456789012",
    sources=(IPv4Address("10.0.0.4"),),
    enabled=True,
    ipv6=False,
    tokens_required=False,
    hops=2,
    items=(
        ("dynamic/instance-identity/document", "{}"),
        ("meta-data/instance-id", "i-1"),
        ("meta-data/network/interfaces/macs/06:00/mac", "06:00"),
        ("meta-data/network/interfaces/macs/06:00/vpc-id", "vpc-1"),
        ("meta-data/public-keys/", "0=mine"),
        ("meta-data/public-keys/0/openssh-key", "ssh-rsa AAAA"),
    ),
)
STRICT = replace(ENTRY, tokens_required=True)
WITH_ROLE = replace(
    ENTRY,
    user_data=base64.b64encode(b"#!/bin/sh\n").decode(),
    role=InstanceRole(
        name="reader",
        session=SESSION,
        profile_arn="arn:aws:iam::123456789012:instance-profile/reader",
        profile_id="AIPA1",
    ),
)
OF_ROLES = RoleCredentials(b"a secret")
ANSWERS = MetadataAnswers(b"a secret", OF_ROLES)


def ask(entry, path, method="GET", now=NOW, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ANSWERS.answer(entry, Question(method, path, named), now)


def token(entry, seconds="60", now=NOW, **headers):
    return ask(entry, "/latest/api/token", "PUT", now, **{TTL: seconds}, **headers)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/latest/", "dynamic\nmeta-data"),
        ("/latest", "dynamic\nmeta-data"),
        ("/latest/meta-data/", "instance-id\nnetwork/\npublic-keys/"),
        ("/latest/meta-data", "instance-id\nnetwork/\npublic-keys/"),
        ("/latest/meta-data/instance-id", "i-1"),
        ("/2021-07-15/meta-data/instance-id", "i-1"),
        ("/latest/meta-data/network/interfaces/macs/", "06:00/"),
        ("/latest/meta-data/network/interfaces/macs/06:00", "mac\nvpc-id"),
        ("/latest/meta-data/public-keys/", "0=mine"),
        ("/latest/meta-data/public-keys/0", "openssh-key"),
        ("/latest/dynamic/instance-identity/document", "{}"),
    ],
)
def test_a_path_shows_its_value_or_the_names_below_it(path, shown):
    reply = ask(ENTRY, path)
    assert (reply.status, reply.body.decode()) == (200, shown)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/latest/meta-data/iam/info", "GET", 404),
        ("/latest/user-data", "GET", 404),
        ("/latest/meta-data/instance", "GET", 404),
        ("/1999-01-01/meta-data/", "GET", 404),
        ("/latest/meta-data/instance-id", "POST", 405),
        ("/latest/meta-data/instance-id", "PUT", 405),
        ("//", "GET", 200),
    ],
)
def test_what_is_not_there_is_not_found_and_nothing_is_written(path, method, status):
    assert ask(ENTRY, path, method).status == status


def test_an_address_of_nobody_learns_nothing():
    assert ask(None, "/latest/meta-data/").status == 404


def test_a_token_holds_for_its_instance_and_its_time():
    given = token(STRICT)
    assert (given.status, given.headers, given.hops) == (200, ((TTL, "60"),), 2)
    held = {TOKEN: given.body.decode()}
    path = "/latest/meta-data/instance-id"
    assert ask(STRICT, path, **held).status == 200
    assert ask(ENTRY, path, **held).status == 200
    assert ask(STRICT, path, now=NOW + timedelta(seconds=59), **held).status == 200
    assert ask(STRICT, path, now=NOW + timedelta(seconds=60), **held).status == 401
    assert ask(replace(STRICT, instance="i-2"), path, **held).status == 401
    other = MetadataAnswers(b"another secret", OF_ROLES)
    assert other.answer(STRICT, Question("GET", path, held), NOW).status == 401


@pytest.mark.parametrize("bad", ["", "x", "AAAA", "é", "A" * 5000, "="])
def test_a_token_that_was_not_given_is_refused_even_where_none_is_needed(bad):
    assert ask(ENTRY, "/latest/meta-data/", **{TOKEN: bad}).status == 401


def test_where_tokens_are_required_a_question_without_one_is_refused():
    assert ask(STRICT, "/latest/meta-data/").status == 401
    assert ask(ENTRY, "/latest/meta-data/").status == 200


@pytest.mark.parametrize("seconds", ["0", "21601", "-1", "", "1.5", "٣", "9" * 50])
def test_a_token_holds_for_a_second_to_six_hours(seconds):
    assert token(ENTRY, seconds).status == 400


@pytest.mark.parametrize("seconds", ["1", "21600"])
def test_the_first_and_the_last_second_count(seconds):
    assert token(ENTRY, seconds).status == 200


def test_a_put_without_its_header_or_through_a_proxy_is_refused():
    assert ask(ENTRY, "/latest/api/token", "PUT").status == 400
    assert token(ENTRY, x_forwarded_for="10.0.0.9").status == 403


def test_metadata_that_is_turned_off_answers_nothing():
    off = replace(ENTRY, enabled=False)
    assert ask(off, "/latest/meta-data/").status == 403
    assert token(off).status == 403


def test_ipv6_is_answered_where_it_is_turned_on():
    question = Question("GET", "/latest/meta-data/instance-id", {}, by_ipv6=True)
    assert ANSWERS.answer(ENTRY, question, NOW).status == 403
    assert ANSWERS.answer(replace(ENTRY, ipv6=True), question, NOW).status == 200


def test_user_data_comes_as_it_was_given():
    reply = ask(WITH_ROLE, "/latest/user-data")
    assert (reply.body, reply.content_type) == (b"#!/bin/sh\n", "application/octet-stream")
    assert ask(WITH_ROLE, "/latest/").body == b"dynamic\nmeta-data\nuser-data"


def test_a_role_has_credentials_that_are_known_again():
    assert ask(WITH_ROLE, "/latest/meta-data/iam/security-credentials/").body == b"reader"
    info = json.loads(ask(WITH_ROLE, "/latest/meta-data/iam/info").body)
    assert info["InstanceProfileArn"].endswith("/reader")
    path = "/latest/meta-data/iam/security-credentials/reader"
    found = json.loads(ask(WITH_ROLE, path).body)
    assert (found["Code"], found["LastUpdated"], found["Expiration"]) == (
        "Success",
        "2026-01-01T12:00:00Z",
        "2026-01-01T18:00:00Z",
    )
    again = RoleCredentials(b"a secret")
    assert again.secret_of(found["AccessKeyId"]) == found["SecretAccessKey"]
    credential = again.credential(found["AccessKeyId"], found["Token"])
    assert (credential.account, credential.principal) == ("123456789012", SESSION)
    assert credential.expires == datetime(2026, 1, 1, 18, tzinfo=UTC)
    assert (
        ask(WITH_ROLE, path, now=NOW + timedelta(minutes=25)).body
        == json.dumps(found, indent=2).encode()
    )
    later = json.loads(ask(WITH_ROLE, path, now=NOW + timedelta(minutes=26)).body)
    assert later["AccessKeyId"] != found["AccessKeyId"]


def test_keys_and_tokens_that_were_not_issued_are_unknown():
    issued = OF_ROLES.issue("1", SESSION, NOW).credential
    other = OF_ROLES.issue("1", SESSION.replace("i-1", "i-2"), NOW).credential
    for name in ("ASIA", "ASIAAAAAAAAAAAAAAAAA", "AKIA" + issued.id[4:], "ASIA1", "é"):
        assert OF_ROLES.secret_of(name) is None
    assert OF_ROLES.secret_of(issued.id[:-1] + ("A" if issued.id[-1] != "A" else "B")) is None
    for bad in (None, "", "A", "é", other.session_token, issued.session_token[4:], "A" * 5000):
        assert OF_ROLES.credential(issued.id, bad) is None
    assert RoleCredentials(b"another").secret_of(issued.id) is None
    assert RoleCredentials(b"another").credential(issued.id, issued.session_token) is None

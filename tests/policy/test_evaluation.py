"""Statements: who, what and which; explicit and implicit denials; what is not known."""

import json

import pytest

from genkan.policy import PolicyUnreadable, Principal, Request, Verdict, evaluate, parse_policy
from genkan.policy.pattern import parse_pattern

ACCOUNT = "111122223333"
USER = Principal(ACCOUNT, (f"arn:aws:iam::{ACCOUNT}:user/ann",))
ROOT = Principal(ACCOUNT, (f"arn:aws:iam::{ACCOUNT}:root",))
SESSION = Principal(
    ACCOUNT,
    (f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", f"arn:aws:iam::{ACCOUNT}:role/path/r"),
)
SERVICE = Principal("", (), "sns.amazonaws.com")
OBJECT = "arn:aws:s3:::bucket/key"


def statement(effect="Allow", **elements):
    if not {"Principal", "NotPrincipal"} & set(elements):
        elements["Principal"] = "*"
    for name in ("Action", "Resource"):
        if not {name, f"Not{name}"} & set(elements):
            elements[name] = "*"
    return {"Effect": effect, **elements}


def decide(*statements, action="s3:GetObject", resource=OBJECT, principal=USER, **how):
    accounts_mean_root = how.pop("accounts_mean_root", False)
    text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    request = Request.of(action, resource, principal, **how)
    return evaluate(parse_policy(text), request, accounts_mean_root=accounts_mean_root)


@pytest.mark.parametrize(
    ("elements", "allows"),
    [
        ({"Action": "s3:GetObject"}, True),
        ({"Action": "S3:getobject"}, True),
        ({"Action": ["sqs:*", "s3:Get*"]}, True),
        ({"Action": "s3:Get?bject"}, True),
        ({"Action": "s3:PutObject"}, False),
        ({"NotAction": "s3:PutObject"}, True),
        ({"NotAction": ["S3:*"]}, False),
        ({"Resource": "arn:aws:s3:::bucket/*"}, True),
        ({"Resource": ["arn:aws:s3:::bucket", "arn:aws:s3:::*/key"]}, True),
        ({"Resource": "arn:aws:s3:::Bucket/*"}, False),
        ({"Resource": "arn:aws:s3:::bucket"}, False),
        ({"NotResource": "arn:aws:s3:::bucket/*"}, False),
        ({"NotResource": "arn:aws:s3:::other/*"}, True),
        ({"Resource": "arn:aws:s3:::${aws:PrincipalTag/missing}/*"}, False),
    ],
)
def test_what_and_which(elements, allows):
    assert decide(statement(**elements)).allows == allows


@pytest.mark.parametrize(
    ("principal", "caller", "allows"),
    [
        ("*", USER, True),
        ("*", None, True),
        ({"AWS": "*"}, None, True),
        ({"AWS": ACCOUNT}, USER, True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, SESSION, True),
        ({"AWS": "444455556666"}, USER, False),
        ({"AWS": ["444455556666", USER.arns[0]]}, USER, True),
        ({"AWS": USER.arns[0].upper()}, USER, False),
        ({"AWS": "arn:aws:iam::*:user/ann"}, USER, False),
        ({"AWS": SESSION.arns[0]}, SESSION, True),
        ({"AWS": SESSION.arns[1]}, SESSION, True),
        ({"AWS": SESSION.arns[1]}, USER, False),
        ({"AWS": ACCOUNT}, None, False),
        ({"Service": "sns.amazonaws.com"}, SERVICE, True),
        ({"Service": "sns.amazonaws.com"}, USER, False),
        ({"AWS": ACCOUNT}, SERVICE, False),
        ({"Federated": "cognito-identity.amazonaws.com"}, USER, False),
    ],
)
def test_who(principal, caller, allows):
    assert decide(statement(Principal=principal), principal=caller).allows == allows
    denied = decide(statement(NotPrincipal=principal), principal=caller)
    assert denied.allows == (not allows)


def test_an_account_in_a_gateway_endpoints_policy_is_its_root_user():
    named = statement(Principal={"AWS": ACCOUNT})
    assert not decide(named, accounts_mean_root=True).allows
    assert decide(named, principal=ROOT, accounts_mean_root=True).allows


def test_what_names_the_account_alone_leaves_it_to_the_account():
    by_account = statement(Principal={"AWS": ACCOUNT})
    assert decide(by_account).by_account
    assert not decide(by_account, principal=ROOT).by_account
    assert not decide(by_account, statement()).by_account
    assert not decide(by_account, statement(Principal={"AWS": list(USER.arns)})).by_account


def test_an_explicit_denial_decides_and_is_named():
    found = decide(statement(), statement("Deny", Sid="NoGet", Action="s3:Get*"))
    assert (found.verdict, found.explicit) == (Verdict.DENY, True)
    assert str(found) == "denied by statement 2 (NoGet)"


def test_the_statement_that_came_nearest_is_named_with_what_it_lacked():
    found = decide(
        statement(Action="sqs:*"),
        statement(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
        context={"aws:SourceVpc": "vpc-2"},
    )
    assert (found.verdict, found.explicit) == (Verdict.DENY, False)
    assert found.statement.number == 2
    assert found.element == "Condition StringEquals aws:SourceVpc"
    assert "statement 2 does not apply" in str(found)


def test_no_statement_that_allows_denies_everything():
    assert decide().verdict is Verdict.DENY
    assert decide(statement("Deny", Action="sqs:*")).verdict is Verdict.DENY


ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}


@pytest.mark.parametrize(
    ("statements", "verdict", "keys"),
    [
        ([statement(Condition=ORG)], Verdict.DEPENDS, {"aws:PrincipalOrgID"}),
        ([statement(Condition=ORG), statement()], Verdict.ALLOW, set()),
        ([statement(), statement("Deny", Condition=ORG)], Verdict.DEPENDS, {"aws:PrincipalOrgID"}),
        ([statement("Deny", Condition=ORG)], Verdict.DENY, set()),
        ([statement(Condition=ORG, Action="sqs:*")], Verdict.DENY, set()),
        ([statement(Resource="${aws:PrincipalOrgID}")], Verdict.DEPENDS, {"aws:PrincipalOrgID"}),
        ([statement("Deny"), statement(Condition=ORG)], Verdict.DENY, set()),
        (
            [statement(Condition={"Null": {"aws:PrincipalTag/a": "true"}})],
            Verdict.DEPENDS,
            {"aws:PrincipalTag/a"},
        ),
    ],
)
def test_what_is_not_known_is_named_where_it_matters(statements, verdict, keys):
    found = decide(*statements, unknown=("AWS:principalorgid", "aws:PrincipalTag/"))
    assert (found.verdict, found.keys) == (verdict, frozenset(keys))


def test_a_resource_that_is_not_known_is_said():
    some = statement(Resource="arn:aws:s3:::bucket/*")
    assert decide(some, resource=None).keys == {"resource"}
    assert decide(statement(), resource=None).allows
    assert not decide(statement(NotResource="*"), resource=None).allows


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "no JSON"),
        ("[]", "no JSON object"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Action": "s3:*"}}', "twice"),
        ('{"Version": "2020-01-01", "Statement": []}', "Version"),
        ('{"Statements": []}', "Statements"),
        ('{"Statement": "Allow"}', "Statement"),
        ('{"Statement": {"Effect": "allow", "Action": "*"}}', "Effect"),
        ('{"Statement": {"Effect": "Allow", "Actions": "*"}}', "Actions"),
        ('{"Statement": {"Effect": "Allow"}}', "Action"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*"}}', "NotAction"),
        ('{"Statement": {"Effect": "Allow", "Action": {"a": 1}}}', "texts"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Principal": "me"}}', "Principal"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Principal": {"X": "*"}}}', "'X'"),
        (
            '{"Statement": {"Effect": "Allow", "Action": "*", "Principal": "*",'
            ' "NotPrincipal": "*"}}',
            "NotPrincipal",
        ),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Condition": []}}', "Condition"),
        (
            '{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": 1}}}',
            "object of keys",
        ),
    ],
)
def test_what_is_no_policy_is_told_why(text, why):
    with pytest.raises(PolicyUnreadable, match=why):
        parse_policy(text)


def test_statements_are_one_or_several_and_versions_are_two():
    one = {"Effect": "Allow", "Action": "*"}
    assert parse_policy(json.dumps({"Statement": one})) == parse_policy(
        json.dumps({"Version": "2008-10-17", "Statement": [one]})
    )


def test_a_pattern_of_many_stars_takes_no_time_that_grows_with_their_number():
    pattern = parse_pattern("*a?" * 60 + "b", variables=True)
    assert pattern.match("aa" * 2000, Request.of("s3:Get", None)).value is False


@pytest.mark.parametrize(
    ("named", "by_owner"),
    [(SESSION.arns[0], False), (SESSION.arns[1], True), ("*", False), (list(SESSION.arns), False)],
)
def test_a_grant_to_a_role_is_none_to_its_session(named, by_owner):
    found = decide(statement(Principal={"AWS": named}), principal=SESSION)
    assert (found.allows, found.by_owner) == (True, by_owner)


def test_a_key_that_is_given_without_values_is_known_not_to_be_there():
    """Though everything else is unknown: what has no aws:SourceIp meets NotIpAddress."""
    denying = statement("Deny", Condition={"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}})
    everything = ("*",)
    absent = decide(statement(), denying, context={"aws:SourceIp": ()}, unknown=everything)
    assert (absent.verdict, absent.explicit) == (Verdict.DENY, True)
    assert decide(statement(), denying, unknown=everything).keys == {"aws:SourceIp"}
    named = statement(Resource="arn:aws:s3:::${aws:SourceVpce, 'bucket'}/key")
    assert decide(named, context={"aws:SourceVpce": ()}, unknown=everything).allows


def test_what_allows_nothing_says_what_its_denial_depends_on():
    denying = statement("Deny", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
    found = decide(denying, unknown=("*",))
    assert (found.verdict, found.explicit) == (Verdict.DENY, False)
    assert found.may_deny == {"aws:PrincipalOrgID"}

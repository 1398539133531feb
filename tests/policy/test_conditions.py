"""Every condition operator: values that meet it, values that do not, a key that is not there."""

import json

import pytest

from genkan.policy import PolicyUnreadable, Request, Verdict, evaluate, parse_policy
from genkan.policy.operators import OPERATORS

KEY = "aws:Key"


def verdict(operator, wanted, given, version="2012-10-17", **more):
    """Say whether a statement with one condition allows; `given` None: the key is not there."""
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
        "Condition": {operator: {KEY: wanted}},
    }
    policy = parse_policy(json.dumps({"Version": version, "Statement": statement}))
    context = {} if given is None else {"AWS:key": given}
    request = Request.of("s3:GetObject", "arn:aws:s3:::b/k", None, {**context, **more})
    return evaluate(policy, request).verdict is Verdict.ALLOW


# operator, the policy's values, values that meet it, values that do not
MEETING = [
    ("StringEquals", ["a", "b"], ["a", "b"], ["A", "ab", "", "c"]),
    ("StringEquals", "a*", ["a*"], ["ab"]),
    ("StringNotEquals", ["a", "b"], ["A", "c"], ["a", "b"]),
    ("StringEqualsIgnoreCase", "aB", ["ab", "AB"], ["b"]),
    ("StringNotEqualsIgnoreCase", "aB", ["b"], ["ab", "AB"]),
    ("StringLike", "a*c?e", ["acde", "abbbcxe"], ["ace", "aCde", "xacde", "acdef"]),
    ("StringNotLike", ["a*", "b*"], ["c", "A"], ["a", "abc", "b"]),
    ("NumericEquals", ["5", 6], ["5", "5.0", "6"], ["7", "five"]),
    ("NumericNotEquals", "5", ["6", "five"], ["5", "5.00"]),
    ("NumericLessThan", "5", ["4.9", "-1"], ["5", "6"]),
    ("NumericLessThanEquals", "5", ["5", "4"], ["5.01"]),
    ("NumericGreaterThan", "5", ["5.1"], ["5", "4"]),
    ("NumericGreaterThanEquals", "5", ["5", "50"], ["4.99"]),
    ("DateEquals", "2026-01-01T00:00:00Z", ["2026-01-01", "1767225600"], ["2026-01-02", "soon"]),
    ("DateNotEquals", "2026-01-01T00:00:00Z", ["2026-01-02T00:00:00Z"], ["1767225600"]),
    ("DateLessThan", "2026-01-01T00:00:00Z", ["2025-12-31T23:59:59Z"], ["2026-01-01T00:00:00Z"]),
    ("DateLessThanEquals", "2026-01-01T00:00:00Z", ["2026-01-01T00:00:00Z"], ["2026-06-01"]),
    ("DateGreaterThan", "2026-01-01T00:00:00Z", ["2026-01-01T01:00:00Z"], ["2026-01-01"]),
    ("DateGreaterThanEquals", "1767225600", ["2026-01-01T00:00:00Z"], ["2025-12-31"]),
    ("Bool", True, ["true", "True"], ["false", "1"]),
    ("Bool", "false", ["false"], ["true"]),
    ("BinaryEquals", "QmluYXJ5", ["QmluYXJ5"], ["QmluYXJ6", "binary"]),
    ("IpAddress", ["10.0.0.0/8", "2001:db8::/32"], ["10.1.2.3", "2001:db8::1"], ["11.0.0.1", "x"]),
    ("IpAddress", "203.0.113.7", ["203.0.113.7"], ["203.0.113.8"]),
    ("NotIpAddress", "10.0.0.0/8", ["11.0.0.1", "x", "::1"], ["10.1.2.3"]),
    ("ArnLike", "arn:aws:iam::*:role/a*", ["arn:aws:iam::1:role/ab"], ["arn:aws:iam::1:user/a"]),
    ("ArnLike", "arn:*:role/a", [], ["arn:aws:iam::1:role/a"]),
    ("ArnLike", "*", ["arn:aws:iam::1:role/a"], []),
    ("ArnEquals", "arn:aws:sns:*:1:t?", ["arn:aws:sns:eu:1:t1"], ["arn:aws:sns:eu:1:t", "t1"]),
    ("ArnNotEquals", "arn:aws:sns:*:1:t", ["arn:aws:sns:eu:1:u"], ["arn:aws:sns:eu:1:t"]),
    ("ArnNotLike", "arn:aws:sns:*:1:*", ["arn:aws:sns:eu:2:t"], ["arn:aws:sns:eu:1:t:x"]),
    ("Null", "false", ["", "a"], []),
    ("Null", True, [], ["", "a"]),
]


@pytest.mark.parametrize(("operator", "wanted", "meeting", "failing"), MEETING)
def test_an_operator_compares_as_its_name_says(operator, wanted, meeting, failing):
    for name in (operator, operator.upper()):
        assert [value for value in meeting if not verdict(name, wanted, value)] == []
        assert [value for value in failing if verdict(name, wanted, value)] == []


def test_the_table_above_has_every_operator():
    assert {row[0].lower() for row in MEETING} == set(OPERATORS)


@pytest.mark.parametrize("name", [one.name for one in OPERATORS.values() if one.name != "Null"])
def test_a_key_that_is_not_there_meets_negated_operators_alone(name):
    value = "2026-01-01T00:00:00Z" if name.startswith("Date") else "true"
    assert verdict(name, value, None) == ("Not" in name)
    assert verdict(f"{name}IfExists", value, None)
    assert verdict(f"ForAllValues:{name}", value, None)
    assert not verdict(f"ForAnyValue:{name}", value, None)
    assert verdict(f"ForAnyValue:{name}IfExists", value, None)


def test_null_asks_whether_a_key_is_there():
    assert verdict("Null", "true", None)
    assert not verdict("Null", "false", None)
    assert verdict("Null", "true", ())


@pytest.mark.parametrize(
    ("operator", "given", "met"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAnyValue:StringEquals", ("a", "c"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "d"), False),
        ("ForAnyValue:StringNotEquals", ("a", "d"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ("forallvalues:stringlike", ("a", "b"), True),
        ("StringEquals", ("a", "c"), True),
        ("StringNotEquals", ("a", "c"), False),
        ("StringEqualsIfExists", ("c",), False),
    ],
)
def test_several_values_of_a_key(operator, given, met):
    assert verdict(operator, ["a", "b"], given) == met


@pytest.mark.parametrize(
    ("wanted", "given", "version", "met"),
    [
        ("home/${aws:username}/*", "home/ann/x", "2012-10-17", True),
        ("home/${AWS:UserName}/*", "home/bob/x", "2012-10-17", False),
        ("${aws:username}", "${aws:username}", "2012-10-17", False),
        ("${aws:username}", "${aws:username}", "2008-10-17", True),
        ("${aws:missing}", "", "2012-10-17", False),
        ("x-${aws:missing, 'a b'}", "x-a b", "2012-10-17", True),
        ("${aws:several}", "p", "2012-10-17", False),
        ("${*}${?}${$}", "*?$", "2012-10-17", True),
        ("${*}", "anything", "2012-10-17", False),
        ("${aws:star}", "anything", "2012-10-17", False),
        ("${aws:star}", "*", "2012-10-17", True),
        ("${aws:PrincipalTag/Team}-?", "red-1", "2012-10-17", True),
    ],
)
def test_policy_variables(wanted, given, version, met):
    more = {"aws:username": "ann", "aws:several": ("p", "q"), "aws:star": "*"}
    more["aws:principaltag/team"] = "red"
    assert verdict("StringLike", wanted, given, version, **more) == met


def test_variables_stand_in_the_parts_of_an_arn():
    arn = "arn:aws:iam::${aws:PrincipalAccount}:role/${aws:username}"
    more = {"aws:principalaccount": "1", "aws:username": "a:b"}
    assert verdict("ArnLike", arn, "arn:aws:iam::1:role/a:b", **more)
    assert not verdict("ArnLike", arn, "arn:aws:iam::2:role/a:b", **more)


@pytest.mark.parametrize(
    "operator", ["StringIs", "ForSome:StringEquals", "NullIfExists", "StringEqualsIf", "ArnNot"]
)
def test_an_operator_that_there_is_not_is_no_policy(operator):
    with pytest.raises(PolicyUnreadable, match=operator):
        verdict(operator, "a", "a")

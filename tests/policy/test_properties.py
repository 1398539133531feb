"""What holds for every policy and every request: denials only take, unknown is never a guess."""

import json
import re
from fnmatch import translate

from hypothesis import given
from hypothesis import strategies as st

from genkan.policy import Principal, Request, Verdict, evaluate, parse_policy
from genkan.policy.operators import OPERATORS
from genkan.policy.pattern import parse_pattern

KEYS = ("aws:SourceVpc", "aws:SourceIp", "aws:PrincipalOrgID")
VALUES = ("vpc-1", "10.0.0.1", "true", "5", "arn:aws:iam::1:role/r", "2026-01-01T00:00:00Z")
NAMES = ("s3:GetObject", "s3:*", "*", "sqs:*")
ARNS = ("*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/k", "arn:aws:sqs:eu-west-1:1:q", "${aws:SourceIp}")
PRINCIPALS = ("*", {"AWS": "1"}, {"AWS": "arn:aws:iam::1:user/a"}, {"Service": "x.amazonaws.com"})
PREFIXES = ("", "ForAllValues:", "ForAnyValue:")

values = st.lists(st.sampled_from(VALUES), max_size=2)
operators = st.sampled_from(sorted(one.name for one in OPERATORS.values()))
conditions = st.dictionaries(
    st.builds(lambda prefix, name: prefix + name, st.sampled_from(PREFIXES), operators),
    st.dictionaries(st.sampled_from(KEYS), values, max_size=2),
    max_size=2,
)


@st.composite
def statements(draw, effects=("Allow", "Deny")):
    def pair(name, options):
        prefix = draw(st.sampled_from(("", "", "Not")))
        return {f"{prefix}{name}": draw(st.sampled_from(options))}

    return {
        "Effect": draw(st.sampled_from(effects)),
        **pair("Principal", PRINCIPALS),
        **pair("Action", NAMES),
        **pair("Resource", ARNS),
        "Condition": draw(conditions),
    }


contexts = st.dictionaries(st.sampled_from(KEYS), st.lists(st.sampled_from(VALUES), max_size=2))
callers = st.sampled_from(
    [None, Principal("1", ("arn:aws:iam::1:user/a",)), Principal("1", ("arn:aws:iam::1:root",))]
)
wholes = st.lists(statements(), max_size=4)


def verdict_of(whole, caller, context, unknown=()):
    text = json.dumps({"Version": "2012-10-17", "Statement": whole})
    request = Request.of("s3:GetObject", "arn:aws:s3:::b/k", caller, context, unknown)
    return evaluate(parse_policy(text), request).verdict


@given(wholes, statements(effects=("Deny",)), callers, contexts)
def test_one_more_denial_allows_nothing_more(whole, denial, caller, context):
    after = verdict_of([*whole, denial], caller, context)
    assert after is Verdict.DENY or verdict_of(whole, caller, context) is Verdict.ALLOW


@given(wholes, statements(effects=("Allow",)), callers, contexts)
def test_one_more_allowance_denies_nothing_more(whole, allowance, caller, context):
    before = verdict_of(whole, caller, context)
    assert before is Verdict.DENY or verdict_of([*whole, allowance], caller, context) is before


@given(wholes, callers, contexts, st.permutations(range(4)))
def test_the_order_of_statements_means_nothing(whole, caller, context, order):
    mixed = [whole[at] for at in order if at < len(whole)]
    assert verdict_of(mixed, caller, context) is verdict_of(whole, caller, context)


@given(wholes, callers, contexts, st.sets(st.sampled_from(KEYS)))
def test_what_is_decided_without_a_key_stays_whatever_the_key_is(whole, caller, context, unknown):
    known = {key: value for key, value in context.items() if key not in unknown}
    early = verdict_of(whole, caller, known, unknown)
    assert early in (Verdict.DEPENDS, verdict_of(whole, caller, context))


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_match_as_a_regular_expression_does(pattern, value):
    found = parse_pattern(pattern, variables=True).match(value, Request.of("a:b", None))
    assert found.value == bool(re.fullmatch(translate(pattern), value))

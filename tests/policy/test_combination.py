"""Several policies on one request: whose word decides."""

import pytest

from genkan.policy import GRANTED, NOT_GRANTED, Decision, Source, Verdict, authorize, together

FORBIDDEN = Decision(Verdict.DENY, explicit=True)
BY_ACCOUNT = Decision(Verdict.ALLOW, by_account=True)
BY_OWNER = Decision(Verdict.ALLOW, by_owner=True)
OPEN = Decision(Verdict.DEPENDS, keys=frozenset({"aws:PrincipalOrgID"}))
E, ID, R = Source.ENDPOINT, Source.IDENTITY, Source.RESOURCE

ROWS = [
    # identity, resource, endpoint, same account, resource has to allow → who denies
    (GRANTED, None, GRANTED, True, False, None),
    (NOT_GRANTED, None, GRANTED, True, False, ID),
    (NOT_GRANTED, GRANTED, GRANTED, True, False, None),
    (NOT_GRANTED, BY_ACCOUNT, GRANTED, True, False, ID),
    (GRANTED, BY_ACCOUNT, GRANTED, True, False, None),
    (GRANTED, NOT_GRANTED, GRANTED, True, False, None),
    (GRANTED, FORBIDDEN, GRANTED, True, False, R),
    (FORBIDDEN, GRANTED, GRANTED, True, False, ID),
    (GRANTED, GRANTED, FORBIDDEN, True, False, E),
    (GRANTED, GRANTED, NOT_GRANTED, True, False, E),
    (NOT_GRANTED, NOT_GRANTED, NOT_GRANTED, True, False, E),
    (GRANTED, FORBIDDEN, NOT_GRANTED, True, False, R),
    (GRANTED, None, GRANTED, False, False, R),
    (GRANTED, NOT_GRANTED, GRANTED, False, False, R),
    (GRANTED, GRANTED, GRANTED, False, False, None),
    (GRANTED, BY_ACCOUNT, GRANTED, False, False, None),
    (NOT_GRANTED, GRANTED, GRANTED, False, False, ID),
    (GRANTED, NOT_GRANTED, GRANTED, True, True, R),
    (NOT_GRANTED, GRANTED, GRANTED, True, True, None),
    (NOT_GRANTED, BY_ACCOUNT, GRANTED, True, True, ID),
]


@pytest.mark.parametrize(("identity", "resource", "endpoint", "same", "must", "denier"), ROWS)
def test_whose_policy_denies(identity, resource, endpoint, same, must, denier):
    found = authorize(
        identity=identity,
        resource=resource,
        endpoint=endpoint,
        same_account=same,
        resource_has_to_allow=must,
    )
    assert (found.allows, found.source) == (denier is None, denier)


SESSION_ROWS = [
    # identity, resource, session, same account → who denies
    (GRANTED, None, GRANTED, True, None),
    (GRANTED, None, NOT_GRANTED, True, Source.SESSION),
    (NOT_GRANTED, None, GRANTED, True, ID),
    (GRANTED, GRANTED, FORBIDDEN, True, Source.SESSION),
    (NOT_GRANTED, GRANTED, NOT_GRANTED, True, None),  # the session itself is named
    (NOT_GRANTED, BY_OWNER, NOT_GRANTED, True, Source.SESSION),
    (NOT_GRANTED, BY_OWNER, GRANTED, True, None),
    (GRANTED, BY_ACCOUNT, NOT_GRANTED, True, Source.SESSION),
    (GRANTED, GRANTED, NOT_GRANTED, False, Source.SESSION),
]


@pytest.mark.parametrize(("identity", "resource", "session", "same", "denier"), SESSION_ROWS)
def test_a_session_policy_binds_all_but_what_a_resource_grants_the_session(
    identity, resource, session, same, denier
):
    found = authorize(identity=identity, resource=resource, session=session, same_account=same)
    assert (found.allows, found.source) == (denier is None, denier)


BOUNDARY_ROWS = [
    # identity, resource, boundary, same account → who denies
    (GRANTED, None, GRANTED, True, None),
    (GRANTED, None, NOT_GRANTED, True, Source.BOUNDARY),
    (NOT_GRANTED, None, GRANTED, True, ID),  # it grants nothing
    (GRANTED, GRANTED, FORBIDDEN, True, Source.BOUNDARY),
    (NOT_GRANTED, GRANTED, NOT_GRANTED, True, None),  # the user, or the session, is named
    (NOT_GRANTED, BY_OWNER, NOT_GRANTED, True, Source.BOUNDARY),  # the role is
    (NOT_GRANTED, BY_OWNER, GRANTED, True, None),
    (GRANTED, BY_ACCOUNT, NOT_GRANTED, True, Source.BOUNDARY),
    (GRANTED, GRANTED, NOT_GRANTED, False, Source.BOUNDARY),
]


@pytest.mark.parametrize(("identity", "resource", "boundary", "same", "denier"), BOUNDARY_ROWS)
def test_a_boundary_limits_all_but_what_a_resource_grants_who_calls(
    identity, resource, boundary, same, denier
):
    found = authorize(identity=identity, resource=resource, boundary=boundary, same_account=same)
    assert (found.allows, found.source) == (denier is None, denier)


def test_what_is_open_stays_open_where_nobody_else_denies():
    assert authorize(identity=OPEN).keys == OPEN.keys
    assert authorize(identity=GRANTED, resource=OPEN).verdict is Verdict.DEPENDS
    assert authorize(identity=OPEN, endpoint=NOT_GRANTED).source is E
    assert authorize(identity=NOT_GRANTED, resource=OPEN).verdict is Verdict.DEPENDS


def test_policies_of_one_kind_are_asked_as_one():
    assert together([]) == NOT_GRANTED
    assert together([NOT_GRANTED, GRANTED]) == GRANTED
    assert together([GRANTED, FORBIDDEN]) == FORBIDDEN
    assert together([GRANTED, OPEN]).verdict is Verdict.DEPENDS
    assert together([OPEN, FORBIDDEN]) == FORBIDDEN


@pytest.mark.parametrize(
    ("identity", "resource", "found"),
    [
        (GRANTED, "may", Verdict.DEPENDS),
        ("may", GRANTED, Verdict.DEPENDS),
        (NOT_GRANTED, "may", Verdict.DENY),
        ("may", None, Verdict.DENY),
    ],
)
def test_what_may_deny_leaves_open_what_others_allow(identity, resource, found):
    """A statement denies under a condition that is not known; its policy allows nothing itself."""
    may = Decision(Verdict.DENY, may_deny=OPEN.keys)
    one, other = (may if policy == "may" else policy for policy in (identity, resource))
    outcome = authorize(identity=one, resource=other)
    assert outcome.verdict is found
    assert outcome.keys == (OPEN.keys if found is Verdict.DEPENDS else frozenset())
    assert together([GRANTED, may]).keys == OPEN.keys
    assert together([NOT_GRANTED, may]).may_deny == OPEN.keys

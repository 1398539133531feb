"""What a change of a security group's rules has compiled anew: the group, and not its VPC, unless
what it lets pass whole changes."""

from typing import Any

import pytest

from genkan.compile import compile_network, recompile
from genkan.compile.scope import GROUP, touched
from genkan.model.network import Change
from genkan.model.security_group import SecurityGroup
from tests.impact.story import Story, build

ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]
ROWS: list[tuple[str, dict[str, Any], bool]] = [
    ("AuthorizeSecurityGroupIngress", {"FromPort": 443, "ToPort": 443, "IpProtocol": "tcp"}, False),
    ("AuthorizeSecurityGroupIngress", {"IpProtocol": "-1"}, True),
    ("AuthorizeSecurityGroupIngress", {"FromPort": 0, "ToPort": 65535, "IpProtocol": "tcp"}, True),
    ("RevokeSecurityGroupEgress", {"IpProtocol": "-1"}, True),
]


@pytest.fixture
def story() -> Story:
    return build()


@pytest.mark.parametrize(("operation", "permission", "whole"), ROWS)
def test_rules_touch_their_group_alone_unless_what_is_tracked_changes(
    story, operation, permission, whole
):
    before = story.client.call.network
    known = compile_network(before)
    story.client.ask(
        operation, GroupId=story.web_group, IpPermissions=[{**permission, "IpRanges": ANYWHERE}]
    )
    after = story.client.call.network
    change = Change(puts=(after.get(SecurityGroup, story.web_group),))
    scopes = touched(before, after, change)
    assert GROUP + story.web_group in scopes
    assert (story.vpc in scopes) is whole
    compilation, delta = recompile(known, after, scopes)
    assert compilation.program == compile_network(after).program
    assert delta


def test_a_group_that_names_another_has_its_members_compiled(story):
    before = story.client.call.network
    known = compile_network(before)
    named = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80,
              "UserIdGroupPairs": [{"GroupId": story.web_group}]}]  # fmt: skip
    story.client.ask("AuthorizeSecurityGroupIngress", GroupId=story.app_group, IpPermissions=named)
    after = story.client.call.network
    change = Change(puts=(after.get(SecurityGroup, story.app_group),))
    compilation, _ = recompile(known, after, touched(before, after, change))
    assert compilation.program == compile_network(after).program

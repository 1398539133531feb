"""One site for all tests of this folder that leave it as it was: the story's network, running."""

import os
from collections.abc import Iterator

import pytest

from tests.story.conftest import RunningSite, running_site
from tests.story.network import Story, build, open_endpoint


@pytest.fixture(scope="session")
def site() -> Iterator[RunningSite]:
    with running_site(ordinary=os.geteuid() != 0) as one:
        yield one


@pytest.fixture(scope="session")
def story(site: RunningSite) -> Story:
    """The story's network with its endpoint; programs in the VPC reach each other."""
    story = build(site)
    open_endpoint(story)
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "172.16.0.0/16"}]}]
    for name in (story.web, story.app):
        (group,) = story.instance(name)["SecurityGroups"]
        story.ec2.authorize_security_group_ingress(
            GroupId=group["GroupId"], IpPermissions=everything
        )
    return story

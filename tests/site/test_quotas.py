"""`genkan quota`: a limit that is set is met by AWS's clients, with the API alone."""

import json
from collections.abc import Iterator

import pytest
from botocore.exceptions import ClientError

from tests.site.homes import API_ALONE, a_home
from tests.story.conftest import RunningSite

pytestmark = pytest.mark.site


@pytest.fixture
def site() -> Iterator[RunningSite]:
    with a_home() as one:
        one.genkan(*API_ALONE)
        yield one


def test_a_quota_is_set_listed_met_and_raised_again(site: RunningSite):
    said = site.genkan("quota", "set", "VPCs per Region", "1").stdout
    assert said == "VPCs per Region (L-F678F1CE): 1\n"
    rows = json.loads(site.genkan("quota", "list", "vpc", "--json").stdout)
    assert next(one["value"] for one in rows if one["code"] == "L-F678F1CE") == 1
    ec2, quotas = site.client("ec2"), site.client("service-quotas")
    ec2.create_vpc(CidrBlock="10.0.0.0/16")
    with pytest.raises(ClientError) as caught:
        ec2.create_vpc(CidrBlock="10.1.0.0/16")
    assert caught.value.response["Error"]["Code"] == "VpcLimitExceeded"
    asked = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}
    granted = quotas.request_service_quota_increase(**asked, DesiredValue=2)
    assert granted["RequestedQuota"]["Status"] == "APPROVED"
    ec2.create_vpc(CidrBlock="10.1.0.0/16")
    refused = site.genkan("quota", "set", "Flow logs per resource", "3", wrong=3).stderr
    assert "AWS does not adjust it" in refused

"""Accounts and the journal, from the command line, on a site that has the API alone."""

import json
import shlex
import shutil
import tempfile
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.story.conftest import REGION, RunningSite

pytestmark = [pytest.mark.site, pytest.mark.timeout(120)]


@pytest.fixture(scope="module")
def bare():
    home = Path(tempfile.mkdtemp(prefix="gk-"))
    site = RunningSite(home, ordinary=False)
    try:
        site.genkan("up", "--engine", "none")
        yield site
    finally:
        site.attempt("genkan", "down")
        shutil.rmtree(home, ignore_errors=True)


def exported(text: str) -> dict[str, str]:
    lines = (shlex.split(line)[1] for line in text.splitlines() if line.startswith("export "))
    return dict(line.split("=", 1) for line in lines)


def client_of(variables: dict[str, str], service: str, token: str | None = None):
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=token,
    )


def test_an_account_is_added_and_sees_nothing_of_another(bare):
    theirs = exported(bare.genkan("account", "add", "other").stdout)
    assert exported(bare.genkan("env", "--account", "other").stdout) == theirs
    mine = exported(bare.genkan("env").stdout)
    client_of(mine, "ec2").create_vpc(CidrBlock="10.0.0.0/16")
    client_of(mine, "s3").create_bucket(
        Bucket="mine", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    assert client_of(theirs, "ec2").describe_vpcs()["Vpcs"] == []
    assert client_of(theirs, "s3").list_buckets()["Buckets"] == []
    number = client_of(theirs, "sts").get_caller_identity()["Account"]
    listed = json.loads(bare.genkan("account", "list", "-o", "json").stdout)
    assert {one["name"]: one["account"] for one in listed}["other"] == number
    assert "secret_access_key" not in listed[0]


def test_an_account_that_is_there_or_is_not_is_said_so(bare):
    assert "already" in bare.genkan("account", "add", "default", wrong=3).stderr
    assert "default" in bare.genkan("env", "--account", "nobody", wrong=3).stderr


def test_a_temporary_key_signs_with_its_token_alone(bare):
    mine = exported(bare.genkan("env").stdout)
    account = client_of(mine, "sts").get_caller_identity()["Account"]
    given = client_of(mine, "sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/Admin", RoleSessionName="me"
    )["Credentials"]
    temporary = {
        **mine,
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
    }
    ec2 = client_of(temporary, "ec2", given["SessionToken"])
    assert len(ec2.describe_vpcs()["Vpcs"]) == 1
    for token in (None, "another"):
        with pytest.raises(ClientError, match="AuthFailure"):
            client_of(temporary, "ec2", token).describe_vpcs()


def test_history_tells_who_changed_what_with_the_site_up_or_down(bare):
    up = json.loads(bare.genkan("history", "-o", "json").stdout)
    made = next(row for row in up if row["operation"] == "CreateVpc")
    assert made["by"].endswith(":root")
    assert made["region"] == REGION
    assert {one["kind"] for one in made["made"]} == {"vpc", "route-table", "security-group"}
    lines = bare.genkan("history").stdout
    assert f"+ vpc {made['made'][0]['id']}" in lines
    bare.genkan("down")
    assert json.loads(bare.genkan("history", "--json").stdout) == up
    assert json.loads(bare.genkan("history", "--json", "-n", "1").stdout) == up[-1:]
    bare.genkan("up", "--engine", "none")

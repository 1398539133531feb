"""Users, keys and roles that IAM makes sign requests, and may do what their policies say."""

import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.front.conftest import Api
from tests.story.conftest import REGION

WHERE = {"LocationConstraint": REGION}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def code_of(call, **parameters):
    """Give the error code that a call ends with; "ok" for none."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "ok"


class Caller:
    """Clients with a key."""

    def __init__(self, api: Api, key: dict) -> None:
        self._session = boto3.Session(
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            aws_session_token=key.get("SessionToken"),
            region_name=REGION,
        )
        self._url = api.url

    def client(self, service):
        settings = Config(
            retries={"total_max_attempts": 1},
            connect_timeout=5,
            read_timeout=30,
            s3={"addressing_style": "path"},
        )
        return self._session.client(service, endpoint_url=self._url, config=settings)


@pytest.fixture(scope="module")
def iam(api: Api):
    return api.site.client("iam")


@pytest.fixture(scope="module")
def account(api: Api):
    return api.site.client("sts").get_caller_identity()["Account"]


@pytest.fixture
def user(api, iam, request):
    """Make a user with a key and, as parameters say, policies; give its name and its clients."""
    name = request.node.name[:60].translate(str.maketrans("[]", "__"))
    iam.create_user(UserName=name, Path="/people/")
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return name, Caller(api, key), key


def test_a_users_key_signs_and_says_who_it_is(iam, user, account):
    name, caller, _ = user
    found = caller.client("sts").get_caller_identity()
    assert found["Arn"] == f"arn:aws:iam::{account}:user/people/{name}"
    assert found["UserId"] == iam.get_user(UserName=name)["User"]["UserId"]
    assert found["Account"] == account


def test_a_key_that_is_not_active_or_is_gone_signs_nothing(iam, user):
    name, caller, key = user
    sts = caller.client("sts")
    which = {"UserName": name, "AccessKeyId": key["AccessKeyId"]}
    iam.update_access_key(**which, Status="Inactive")
    assert code_of(sts.get_caller_identity) == "InvalidClientTokenId"
    iam.update_access_key(**which, Status="Active")
    assert code_of(sts.get_caller_identity) == "ok"
    iam.delete_access_key(**which)
    assert code_of(sts.get_caller_identity) == "InvalidClientTokenId"
    assert code_of(caller.client("ec2").describe_vpcs) == "AuthFailure"


def test_a_user_may_do_what_its_policies_say_and_nothing_else(api, iam, user, account):
    name, caller, _ = user
    ec2, sqs = caller.client("ec2"), caller.client("sqs")
    assert code_of(ec2.describe_vpcs) == "UnauthorizedOperation"
    assert code_of(sqs.create_queue, QueueName="a") in ("AccessDenied", "AccessDeniedException")
    iam.put_user_policy(
        UserName=name,
        PolicyName="p",
        PolicyDocument=document(allow("ec2:Describe*"), allow("sqs:*", "arn:aws:sqs:*:*:mine-*")),
    )
    assert code_of(ec2.describe_vpcs) == "ok"
    assert code_of(ec2.create_vpc, CidrBlock="10.0.0.0/16") == "UnauthorizedOperation"
    with pytest.raises(ClientError) as unauthorized:
        ec2.create_vpc(CidrBlock="10.0.0.0/16")
    encoded = unauthorized.value.response["Error"]["Message"].rpartition(": ")[2]
    assert code_of(caller.client("sts").decode_authorization_message, EncodedMessage=encoded) == (
        "AccessDenied"
    )
    told = api.site.client("sts").decode_authorization_message(EncodedMessage=encoded)
    context = json.loads(told["DecodedMessage"])["context"]
    assert (context["action"], context["principal"]["id"]) == ("ec2:CreateVpc", name)
    assert code_of(sqs.create_queue, QueueName="mine-1") == "ok"
    with pytest.raises(ClientError) as denied:
        sqs.create_queue(QueueName="other")
    assert denied.value.response["Error"]["Message"] == (
        f"User: arn:aws:iam::{account}:user/people/{name} is not authorized to perform: "
        f"sqs:CreateQueue on resource: arn:aws:sqs:{REGION}:{account}:other because no "
        "identity-based policy allows the sqs:CreateQueue action"
    )


def test_a_user_makes_endpoints_of_the_services_that_its_policy_names(api, iam, user):
    name, caller, _ = user
    ec2 = caller.client("ec2")
    vpc = api.site.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    named = {"StringEquals": {"ec2:VpceServiceName": f"com.amazonaws.{REGION}.sqs"}}
    iam.put_user_policy(
        UserName=name,
        PolicyName="p",
        PolicyDocument=document(
            allow("ec2:CreateVpcEndpoint", "arn:aws:ec2:*:*:vpc/*"),
            allow("ec2:CreateVpcEndpoint", Condition=named),
        ),
    )
    asked = {"VpcId": vpc, "VpcEndpointType": "Interface", "PrivateDnsEnabled": False}

    def made(service: str, **more: str) -> str:
        of = {"ServiceName": f"com.amazonaws.{REGION}.{service}"}
        return code_of(ec2.create_vpc_endpoint, **asked, **of, **more)

    assert made("sqs") == "ok"
    assert made("sns") == "UnauthorizedOperation"
    assert made("sqs", ServiceRegion="us-west-2") == "UnauthorizedOperation"
    iam.put_user_policy(
        UserName=name, PolicyName="q", PolicyDocument=document(allow("vpce:AllowMultiRegion"))
    )
    assert made("sqs", ServiceRegion="us-west-2") not in ("ok", "UnauthorizedOperation")


def test_groups_and_managed_policies_count_and_a_denial_wins(iam, user):
    name, caller, _ = user
    ec2 = caller.client("ec2")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName=name)
    arn = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
    iam.attach_group_policy(GroupName="readers", PolicyArn=arn)
    assert code_of(ec2.describe_vpcs) == "ok"
    denial = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}
    iam.put_user_policy(UserName=name, PolicyName="d", PolicyDocument=document(denial))
    with pytest.raises(ClientError, match="explicit deny in an identity-based policy"):
        ec2.describe_vpcs()


def trust(**principal):
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})


def test_a_role_is_assumed_by_whom_it_trusts_and_may_what_its_policies_say(api, iam, user, account):
    name, caller, _ = user
    arn = f"arn:aws:iam::{account}:user/people/{name}"
    role = iam.create_role(
        RoleName="reader", Path="/some/", AssumeRolePolicyDocument=trust(AWS=arn)
    )["Role"]
    policy = document(allow("ec2:DescribeVpcs"))
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=policy)
    asked = {"RoleArn": role["Arn"], "RoleSessionName": "me"}
    given = caller.client("sts").assume_role(**asked)
    session = Caller(api, given["Credentials"])
    who = session.client("sts").get_caller_identity()["Arn"]
    assert who == f"arn:aws:sts::{account}:assumed-role/reader/me"
    assert code_of(session.client("ec2").describe_vpcs) == "ok"
    assert code_of(session.client("ec2").describe_subnets) == "UnauthorizedOperation"
    assert code_of(session.client("s3").list_buckets) == "AccessDenied"
    with pytest.raises(ClientError, match="no role trust policy allows"):
        api.site.client("sts").assume_role(**asked)
    iam.update_assume_role_policy(RoleName="reader", PolicyDocument=trust(AWS=account))
    assert code_of(api.site.client("sts").assume_role, **asked) == "ok"
    with pytest.raises(ClientError, match="no identity-based policy allows"):
        caller.client("sts").assume_role(**asked)


def test_a_role_that_is_not_there_is_nobodys_where_there_are_roles(api, iam, account):
    iam.create_role(RoleName="some", AssumeRolePolicyDocument=trust(AWS=account))
    asked = {"RoleArn": f"arn:aws:iam::{account}:role/none", "RoleSessionName": "me"}
    assert code_of(api.site.client("sts").assume_role, **asked) == "AccessDenied"


def test_a_buckets_policy_binds_its_owner_and_lets_others_in(api, user, account):
    name, caller, _ = user
    mine, theirs = api.site.client("s3"), caller.client("s3")
    mine.create_bucket(Bucket="guarded", CreateBucketConfiguration=WHERE)
    mine.put_object(Bucket="guarded", Key="k", Body=b"x")
    assert code_of(theirs.get_object, Bucket="guarded", Key="k") == "AccessDenied"
    arn = f"arn:aws:iam::{account}:user/people/{name}"
    statements = [
        allow("s3:GetObject", "arn:aws:s3:::guarded/*", Principal={"AWS": arn}),
        {
            **allow("s3:*", ["arn:aws:s3:::guarded", "arn:aws:s3:::guarded/*"], Principal="*"),
            "Effect": "Deny",
            "Condition": {"StringLike": {"aws:UserAgent": "*md/forbidden*"}},
        },
    ]
    mine.put_bucket_policy(Bucket="guarded", Policy=document(*statements))
    assert code_of(theirs.get_object, Bucket="guarded", Key="k") == "ok"
    assert code_of(theirs.put_object, Bucket="guarded", Key="k") == "AccessDenied"
    assert code_of(mine.put_object, Bucket="guarded", Key="k", Body=b"y") == "ok"
    statements[1]["Condition"] = {"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
    mine.put_bucket_policy(Bucket="guarded", Policy=document(*statements))
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        mine.get_object(Bucket="guarded", Key="k")
    assert code_of(mine.delete_bucket_policy, Bucket="guarded") == "ok"
    assert code_of(mine.get_object, Bucket="guarded", Key="k") == "ok"


def test_a_public_bucket_answers_those_who_do_not_sign(api):
    mine = api.site.client("s3")
    mine.create_bucket(Bucket="open", CreateBucketConfiguration=WHERE)
    mine.put_object(Bucket="open", Key="k", Body=b"for all")
    request = f"GET /open/k HTTP/1.1\r\nHost: {api.netloc}\r\n\r\n".encode()
    assert api.send(request).status == 403
    public = allow("s3:GetObject", "arn:aws:s3:::open/*", Principal="*")
    mine.put_bucket_policy(Bucket="open", Policy=document(public))
    answer = api.send(request)
    assert (answer.status, answer.body) == (200, b"for all")
    listing = f"GET /open HTTP/1.1\r\nHost: {api.netloc}\r\n\r\n".encode()
    assert api.send(listing).status == 403


def test_another_accounts_bucket_is_closed_until_its_policy_opens_it(api):
    mine = api.site.client("s3")
    mine.create_bucket(Bucket="across", CreateBucketConfiguration=WHERE)
    lines = api.site.genkan("account", "add", "neighbour").stdout.splitlines()
    exported = dict(line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
    other = Caller(
        api,
        {
            "AccessKeyId": exported["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": exported["AWS_SECRET_ACCESS_KEY"].strip("'"),
        },
    ).client("s3")
    assert code_of(other.put_object, Bucket="across", Key="k", Body=b"x") == "AccessDenied"
    opened = allow("s3:PutObject", "arn:aws:s3:::across/*", Principal="*")
    mine.put_bucket_policy(Bucket="across", Policy=document(opened))
    assert code_of(other.put_object, Bucket="across", Key="k", Body=b"x") == "ok"


def test_what_no_client_may_say_is_not_heard(api, user):
    request = api.signed(service="s3", method="GET", headers={"x-genkan-ask": "key"})
    answer = api.send(
        f"GET / HTTP/1.1\r\nHost: {api.netloc}\r\n".encode()
        + b"".join(f"{name}: {value}\r\n".encode() for name, value in request.headers.items())
        + b"\r\n"
    )
    assert b"secret" not in answer.body


def test_a_federated_user_may_what_its_issuer_and_its_session_policies_both_allow(
    api, iam, user, account
):
    name, caller, _ = user
    iam.put_user_policy(
        UserName=name,
        PolicyName="p",
        PolicyDocument=document(allow(["ec2:Describe*", "s3:*", "sts:GetFederationToken"])),
    )
    sts = caller.client("sts")
    bound = sts.get_federation_token(
        Name="guest", Policy=document(allow(["ec2:DescribeVpcs", "sqs:*"]))
    )
    guest = Caller(api, bound["Credentials"])
    arn = f"arn:aws:sts::{account}:federated-user/guest"
    who = guest.client("sts").get_caller_identity()
    assert (who["Arn"], who["UserId"]) == (arn, f"{account}:guest")
    ec2 = guest.client("ec2")
    assert code_of(ec2.describe_vpcs) == "ok"
    with pytest.raises(ClientError, match=r"no session policy allows the ec2:DescribeSubnets"):
        ec2.describe_subnets()
    with pytest.raises(ClientError, match="no identity-based policy allows"):
        guest.client("sqs").list_queues()
    assert code_of(guest.client("iam").list_users) == "InvalidClientTokenId"
    assert code_of(guest.client("sts").get_session_token) == "AccessDenied"
    nothing = Caller(api, sts.get_federation_token(Name="guest")["Credentials"])
    assert code_of(nothing.client("ec2").describe_vpcs) == "UnauthorizedOperation"
    managed = [{"arn": "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"}]
    by_arn = sts.get_federation_token(Name="guest", PolicyArns=managed)["Credentials"]
    assert code_of(Caller(api, by_arn).client("ec2").describe_subnets) == "ok"
    assert code_of(Caller(api, by_arn).client("s3").list_buckets) == "AccessDenied"
    tag = [{"Key": "team", "Value": "web"}]
    with pytest.raises(ClientError, match="sts:TagSession"):
        sts.get_federation_token(Name="guest", Tags=tag)


def test_a_buckets_policy_that_names_a_session_is_not_bound_by_session_policies(
    api, iam, user, account
):
    name, caller, _ = user
    iam.put_user_policy(
        UserName=name, PolicyName="p", PolicyDocument=document(allow("sts:GetFederationToken"))
    )
    mine = api.site.client("s3")
    mine.create_bucket(Bucket="federated", CreateBucketConfiguration=WHERE)
    mine.put_object(Bucket="federated", Key="k", Body=b"x")
    given = caller.client("sts").get_federation_token(Name="guest")["Credentials"]
    theirs = Caller(api, given).client("s3")
    users = f"arn:aws:iam::{account}:user/people/{name}"
    guests = f"arn:aws:sts::{account}:federated-user/guest"
    for named, code in ((users, "AccessDenied"), (guests, "ok")):
        granted = allow("s3:GetObject", "arn:aws:s3:::federated/*", Principal={"AWS": named})
        mine.put_bucket_policy(Bucket="federated", Policy=document(granted))
        assert code_of(theirs.get_object, Bucket="federated", Key="k") == code


def test_a_role_may_what_its_permissions_boundary_allows_too(api, iam, account):
    """A resource that names the role grants within the boundary, one that names the session
    beyond it."""
    bound = iam.create_policy(
        PolicyName="bound", PolicyDocument=document(allow("ec2:DescribeVpcs"), allow("sts:*"))
    )["Policy"]["Arn"]
    trusted = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    role = iam.create_role(
        RoleName="bounded", AssumeRolePolicyDocument=document(trusted), PermissionsBoundary=bound
    )["Role"]["Arn"]
    iam.put_role_policy(
        RoleName="bounded", PolicyName="p", PolicyDocument=document(allow("ec2:Describe*"))
    )
    given = api.site.client("sts").assume_role(RoleArn=role, RoleSessionName="me")
    session = Caller(api, given["Credentials"])
    assert code_of(session.client("ec2").describe_vpcs) == "ok"
    with pytest.raises(ClientError, match=r"no permissions boundary allows the ec2:DescribeSub"):
        session.client("ec2").describe_subnets()
    mine, theirs = api.site.client("s3"), session.client("s3")
    mine.create_bucket(Bucket="bounded", CreateBucketConfiguration=WHERE)
    mine.put_object(Bucket="bounded", Key="k", Body=b"x")
    for named, code in ((role, "AccessDenied"), (given["AssumedRoleUser"]["Arn"], "ok")):
        granted = allow("s3:GetObject", "arn:aws:s3:::bounded/*", Principal={"AWS": named})
        mine.put_bucket_policy(Bucket="bounded", Policy=document(granted))
        assert code_of(theirs.get_object, Bucket="bounded", Key="k") == code
    iam.delete_role_permissions_boundary(RoleName="bounded")
    assert code_of(session.client("ec2").describe_subnets) == "ok"


def test_an_assumed_role_is_bound_by_session_policies_and_known_by_session_tags(api, iam, account):
    trusted = {"Effect": "Allow", "Principal": {"AWS": account}}
    both = document({**trusted, "Action": ["sts:AssumeRole", "sts:TagSession"]})
    role = iam.create_role(RoleName="tagged", AssumeRolePolicyDocument=both)["Role"]["Arn"]
    condition = {"StringEquals": {"aws:PrincipalTag/team": "web"}}
    policies = (allow("ec2:DescribeSubnets", Condition=condition), allow("ec2:DescribeVpcs"))
    iam.put_role_policy(RoleName="tagged", PolicyName="p", PolicyDocument=document(*policies))
    asked = {"RoleArn": role, "RoleSessionName": "me"}
    tag = {"Tags": [{"Key": "team", "Value": "web"}]}
    sts = api.site.client("sts")
    plain = Caller(api, sts.assume_role(**asked)["Credentials"]).client("ec2")
    assert code_of(plain.describe_subnets) == "UnauthorizedOperation"
    tagged = Caller(api, sts.assume_role(**asked, **tag)["Credentials"]).client("ec2")
    assert code_of(tagged.describe_subnets) == "ok"
    policy = document(allow("ec2:DescribeSubnets"))
    bound = Caller(api, sts.assume_role(**asked, **tag, Policy=policy)["Credentials"])
    assert code_of(bound.client("ec2").describe_subnets) == "ok"
    assert code_of(bound.client("ec2").describe_vpcs) == "UnauthorizedOperation"
    iam.update_assume_role_policy(
        RoleName="tagged", PolicyDocument=document({**trusted, "Action": "sts:AssumeRole"})
    )
    with pytest.raises(ClientError, match=r"no role trust policy allows the sts:TagSession"):
        sts.assume_role(**asked, **tag)

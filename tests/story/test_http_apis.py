"""HTTP APIs of API Gateway on real packets: routes, mappings, CORS, functions, tokens, VPC links.

One site for all; tests/story/test_apis.py has the network.
"""

import json
import sys

import pytest

from tests.story.conftest import REGION, running_site, until
from tests.story.test_apis import Network

pytestmark = [pytest.mark.site, pytest.mark.kernel]


class HttpApis(Network):
    """An account's HTTP APIs."""

    def __init__(self, site):
        super().__init__(site)
        self.second = site.client("apigatewayv2")

    def http_api(self, routes, *, stage="$default", **more):
        """Make an API: route → integration, with `route` in it what the route has more."""
        made = self.second.create_api(Name="h", ProtocolType="HTTP", **more)["ApiId"]
        for key, integration in routes.items():
            route = integration.pop("route", {})
            given = {"PayloadFormatVersion": "2.0", **integration}
            name = self.second.create_integration(ApiId=made, **given)["IntegrationId"]
            self.second.create_route(
                ApiId=made, RouteKey=key, Target=f"integrations/{name}", **route
            )
        variables = {"where": f"{self.public_address()}:8080"}
        self.second.create_stage(
            ApiId=made, StageName=stage, AutoDeploy=True, StageVariables=variables
        )
        self.let_in(made)
        return made

    def to_function(self, **more):
        return {"IntegrationType": "AWS_PROXY", "IntegrationUri": self.function, **more}

    def to_echo(self, path="/", **more):
        return {
            "IntegrationType": "HTTP_PROXY",
            "IntegrationMethod": "ANY",
            "IntegrationUri": "http://${stageVariables.where}" + path,
            "PayloadFormatVersion": "1.0",
            **more,
        }


@pytest.fixture(scope="module")
def network():
    with running_site(False) as site:
        made = HttpApis(site)
        ask = ("curl", "-s", "-m", "1", f"http://{made.public_address()}:8080/")
        until(lambda: site.inside("internet", *ask).stdout, lambda said: "GET" in said)
        yield made


def test_the_most_exact_route_is_meant_and_the_default_one_last(network):
    def named(name):
        said = {"overwrite:header.x-route": f"'{name}'".strip("'")}
        return network.to_echo(ResponseParameters={"200": said})

    name = network.http_api(
        {
            "GET /a/{id}": named("id"),
            "GET /a/first": named("first"),
            "ANY /a/{proxy+}": named("greedy"),
            "$default": named("default"),
        }
    )
    for verb, path, route in (
        ("GET", "/a/first", "first"),
        ("GET", "/a/7", "id"),
        ("GET", "/a/7/x", "greedy"),
        ("PUT", "/a/7", "greedy"),
        ("GET", "/b", "default"),
    ):
        status, headers, _ = network.call(name, path, "-X", verb)
        assert (status, headers["x-route"], path) == (200, route, path)


def test_a_named_stage_is_in_the_path_and_what_no_route_takes_is_not_found(network):
    name = network.http_api({"GET /a": network.to_echo()}, stage="prod")
    assert network.call(name, "/prod/a")[0] == 200
    for path in ("/a", "/prod/b", "/prod"):
        status, _, body = network.call(name, path)
        assert (status, json.loads(body)) == (404, {"message": "Not Found"})


def test_mappings_change_what_is_asked_and_what_is_answered(network):
    integration = network.to_echo(
        "/in/{id}",
        RequestParameters={
            "append:header.x-where": "$request.path.id at $context.stage",
            "overwrite:querystring.q": "${request.header.x-q}",
            "remove:querystring.gone": "''",
        },
        ResponseParameters={
            "200": {"overwrite:statuscode": "203", "append:header.x-said": "$response.body.method"}
        },
    )
    name = network.http_api({"ANY /a/{id}": integration})
    status, headers, body = network.call(name, "/a/7?gone=1&kept=2", "-H", "X-Q: new")
    assert (status, headers["x-said"]) == (203, "get")
    said = json.loads(body)
    assert said["path"] == "/in/7?kept=2&q=new"
    assert said["headers"]["x-where"] == "7 at $default"
    assert f"for={'198.51.100.10'}" in said["headers"]["Forwarded"]


def test_a_function_is_told_in_the_format_that_its_integration_names(network):
    name = network.http_api(
        {
            "POST /two": network.to_function(),
            "POST /one": network.to_function(PayloadFormatVersion="1.0"),
            "GET /x/fails": network.to_function(),
        }
    )
    sent = ("-d", "tea", "-H", "Cookie: a=1; b=2", "-H", "Content-Type: text/plain")
    status, headers, body = network.call(name, "/two?q=1&q=2", *sent)
    assert (status, headers["x-made"]) == (201, "yes")
    event = json.loads(body)
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "POST /two", "/two")
    assert (event["cookies"], event["body"]) == (["a=1", "b=2"], "tea")
    assert event["queryStringParameters"] == {"q": "1,2"}
    assert event["requestContext"]["http"]["sourceIp"] == "198.51.100.10"
    event = json.loads(network.call(name, "/one?q=1", *sent)[2])
    assert (event["version"], event["httpMethod"], event["resource"]) == ("1.0", "POST", "/one")
    status, _, body = network.call(name, "/x/fails")
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})


def test_origins_that_the_api_allows_are_told_so(network):
    cors = {
        "AllowOrigins": ["https://shop.example"],
        "AllowMethods": ["GET"],
        "AllowHeaders": ["x-mine"],
        "MaxAge": 9,
    }
    name = network.http_api({"GET /a": network.to_echo()}, CorsConfiguration=cors)
    origin = ("-H", "Origin: https://shop.example")
    status, headers, _ = network.call(name, "/a", "-X", "OPTIONS", *origin)
    assert (status, headers["access-control-allow-methods"]) == (204, "get")
    assert headers["access-control-max-age"] == "9"
    headers = network.call(name, "/a", *origin)[1]
    assert headers["access-control-allow-origin"] == "https://shop.example"
    other = network.call(name, "/a", "-H", "Origin: https://other.example")[1]
    assert "access-control-allow-origin" not in other


def test_a_link_to_a_listener_reaches_its_targets(network):
    elb = network.site.client("elbv2")
    (balancer,) = elb.create_load_balancer(
        Name="inner", Type="network", Scheme="internal", Subnets=[network.subnet]
    )["LoadBalancers"]
    (group,) = elb.create_target_group(
        Name="apps", Protocol="TCP", Port=8080, VpcId=network.vpc, TargetType="instance"
    )["TargetGroups"]
    elb.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": network.app}])
    (listener,) = elb.create_listener(
        LoadBalancerArn=balancer["LoadBalancerArn"],
        Protocol="TCP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )["Listeners"]
    link = network.second.create_vpc_link(Name="l", SubnetIds=[network.subnet])["VpcLinkId"]
    integration = network.to_echo(
        IntegrationUri=listener["ListenerArn"], ConnectionType="VPC_LINK", ConnectionId=link
    )
    integration["IntegrationUri"] = listener["ListenerArn"]
    name = network.http_api({"ANY /{proxy+}": integration})
    shown = until(lambda: network.call(name, "/x?y=z"), lambda said: said[0] == 200)
    assert json.loads(shown[2])["path"] == "/x?y=z"


def test_a_token_of_the_issuer_lets_in(network):
    cognito = network.site.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="p")["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=flows)[
        "UserPoolClient"
    ]["ClientId"]
    cognito.admin_create_user(UserPoolId=pool, Username="me", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="me", Password="Tea-4-two", Permanent=True
    )
    token = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=app,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "me", "PASSWORD": "Tea-4-two"},
    )["AuthenticationResult"]["IdToken"]
    name = network.http_api({"$default": network.to_echo()})
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"
    authorizer = network.second.create_authorizer(
        ApiId=name,
        Name="by-token",
        AuthorizerType="JWT",
        IdentitySource=["$request.header.Authorization"],
        JwtConfiguration={"Issuer": issuer, "Audience": [app]},
    )["AuthorizerId"]
    integration = network.second.create_integration(
        ApiId=name, **network.to_function(PayloadFormatVersion="2.0")
    )["IntegrationId"]
    network.second.create_route(
        ApiId=name,
        RouteKey="GET /mine",
        Target=f"integrations/{integration}",
        AuthorizationType="JWT",
        AuthorizerId=authorizer,
    )
    for header in ((), ("-H", "Authorization: Bearer x.y.z")):
        status, _, body = network.call(name, "/mine", *header)
        assert (status, json.loads(body)) == (401, {"message": "Unauthorized"})
    status, _, body = network.call(name, "/mine", "-H", f"Authorization: Bearer {token}")
    assert status == 201
    claims = json.loads(body)["requestContext"]["authorizer"]["jwt"]["claims"]
    assert claims["iss"] == issuer


TALK = """
import aiohttp, asyncio, sys
async def talk():
    async with aiohttp.ClientSession() as session, session.ws_connect(sys.argv[1]) as socket:
        await socket.send_str("tea")
        print(await socket.receive_str(timeout=20))
asyncio.run(talk())
"""


def test_a_function_answers_a_websocket_by_its_connection(network):
    made = network.second.create_api(
        Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
    )["ApiId"]
    integration = network.second.create_integration(
        ApiId=made, IntegrationType="AWS_PROXY", IntegrationUri=network.function_uri
    )["IntegrationId"]
    network.second.create_route(
        ApiId=made, RouteKey="$default", Target=f"integrations/{integration}"
    )
    network.second.create_stage(ApiId=made, StageName="prod")
    network.let_in(made)
    url = f"wss://{made}.execute-api.{REGION}.amazonaws.com/prod"
    said = network.site.inside("internet", sys.executable, "-c", TALK, url)
    assert said.stdout == "heard tea\n", said.stderr


def test_a_function_may_say_yes_or_no_alone(network):
    name = network.http_api({"$default": network.to_echo()})
    authorizer = network.second.create_authorizer(
        ApiId=name,
        Name="simple",
        AuthorizerType="REQUEST",
        AuthorizerUri=network.function_uri,
        AuthorizerPayloadFormatVersion="2.0",
        EnableSimpleResponses=True,
        IdentitySource=["$request.header.x-who"],
    )["AuthorizerId"]
    integration = network.second.create_integration(
        ApiId=name, **network.to_function(PayloadFormatVersion="2.0")
    )["IntegrationId"]
    network.second.create_route(
        ApiId=name,
        RouteKey="GET /mine",
        Target=f"integrations/{integration}",
        AuthorizationType="CUSTOM",
        AuthorizerId=authorizer,
    )
    assert network.call(name, "/mine")[0] == 401
    assert network.call(name, "/mine", "-H", "X-Who: you")[0] == 403
    assert network.call(name, "/mine", "-H", "X-Who: me")[0] == 201

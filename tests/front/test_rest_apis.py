"""REST APIs of the embedded API Gateway: mappings, templates, validators, keys, gateway responses.

What needs no network; tests/story has integrations that leave the site's services.
"""

import json

import pytest

from tests.front.conftest import Api, Reply
from tests.story.conftest import REGION

JSON = "application/json"


class Orders:
    """An API whose root answers by a MOCK integration that a test describes."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.client = api.site.client("apigateway")

    def make(self, template="", *, path="{id}", asks='{"statusCode": 200}', **more):
        """Make an API with one method; give its name."""
        made = self.client.create_rest_api(
            name="orders", binaryMediaTypes=more.get("binary", []), **more.get("api", {})
        )
        name, resource = made["id"], made["rootResourceId"]
        for part in path.split("/"):
            resource = self.client.create_resource(
                restApiId=name, parentId=resource, pathPart=part
            )["id"]
        where = {"restApiId": name, "resourceId": resource, "httpMethod": "ANY"}
        self.client.put_method(**where, authorizationType="NONE", **more.get("method", {}))
        self.client.put_integration(
            **where, type="MOCK", requestTemplates={JSON: asks}, **more.get("integration", {})
        )
        for status, pattern, response, parameters in (
            ("200", "", template, more.get("parameters", {})),
            ("404", "4..", '{"not": "there"}', {}),
        ):
            self.client.put_method_response(**where, statusCode=status)
            self.client.put_integration_response(
                **where,
                statusCode=status,
                selectionPattern=pattern,
                responseTemplates={JSON: response},
                responseParameters=parameters,
                **more.get("response", {}),
            )
        self.client.create_deployment(
            restApiId=name, stageName="prod", variables={"greeting": "hello"}
        )
        self.where = where
        return name

    def call(self, name, path, *, verb="GET", body=b"", headers=()) -> Reply:
        given = [("Host", f"{name}.execute-api.{REGION}.amazonaws.com"), *headers]
        lines = "".join(f"{one}: {value}\r\n" for one, value in given)
        head = f"{verb} {path} HTTP/1.1\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
        return self.api.send(head.encode() + body)


@pytest.fixture(scope="module")
def orders(api: Api):
    return Orders(api)


def test_a_mock_answers_by_its_templates_and_the_stages_variables(orders):
    name = orders.make(
        '{"id": "$context.resourcePath", "says": "$stageVariables.greeting"}',
        asks='{"statusCode": #if($input.params("id") == "0")404#{else}200#end}',
        parameters={
            "method.response.header.X-Stage": "context.stage",
            "method.response.header.X-Said": "stageVariables.greeting",
            "method.response.header.Content-Type": "'text/x-any'",
        },
    )
    reply = orders.call(name, "/prod/7?a=b")
    assert (reply.status, json.loads(reply.body)) == (200, {"id": "/{id}", "says": "hello"})
    told = ("x-stage", "x-said", "content-type")
    assert [reply.headers[one] for one in told] == ["prod", "hello", "text/x-any"]
    missing = orders.call(name, "/prod/0")
    assert (missing.status, missing.body) == (404, b'{"not": "there"}')


def test_a_template_overrides_what_the_answer_would_be(orders):
    name = orders.make(
        "#set($context.responseOverride.status = 418)"
        "#set($context.responseOverride.header.X-Tea = 'green')short"
    )
    reply = orders.call(name, "/prod/1")
    assert (reply.status, reply.headers["x-tea"], reply.body) == (418, "green", b"short")


def test_a_body_of_another_type_is_not_taken_where_templates_alone_are(orders):
    name = orders.make("{}", integration={"passthroughBehavior": "NEVER"})
    sent = {"verb": "POST", "body": b"{}"}
    assert orders.call(name, "/prod/1", **sent, headers=[("Content-Type", JSON)]).status == 200
    refused = orders.call(name, "/prod/1", **sent, headers=[("Content-Type", "text/x-any")])
    assert (refused.status, json.loads(refused.body)) == (
        415,
        {"message": "Unsupported Media Type"},
    )


def test_bytes_are_written_as_base64_and_read_from_it(orders):
    name = orders.make("aGVsbG8=", response={"contentHandling": "CONVERT_TO_BINARY"})
    assert orders.call(name, "/prod/1").body == b"hello"


def test_binary_types_are_kept_as_they_are_made_and_patched(orders):
    client = orders.client
    name = client.create_rest_api(name="b", binaryMediaTypes=["image/png"])["id"]
    add = {"op": "add", "path": "/binaryMediaTypes/text~1x-any"}
    client.update_rest_api(restApiId=name, patchOperations=[add])
    assert client.get_rest_api(restApiId=name)["binaryMediaTypes"] == ["image/png", "text/x-any"]


def test_a_wrong_template_is_a_configuration_error_and_the_log_says_why(orders):
    name = orders.make("$input.path('$[')")
    reply = orders.call(name, "/prod/1")
    assert (reply.status, json.loads(reply.body)) == (500, {"message": "Internal server error"})
    log = (orders.api.site.home / "log" / "embedded.log").read_text()
    assert f"of {name}: API_CONFIGURATION_ERROR: Unable to transform" in log


def test_a_stage_that_logs_errors_keeps_an_execution_log(orders):
    name = orders.make("$input.path('$[')")
    path = "/*/*/logging/loglevel"
    patch = [{"op": "replace", "path": path, "value": "ERROR"}]
    orders.client.update_stage(restApiId=name, stageName="prod", patchOperations=patch)
    orders.call(name, "/prod/1")
    logs = orders.api.site.client("logs")
    group = f"API-Gateway-Execution-Logs_{name}/prod"
    (stream,) = logs.describe_log_streams(logGroupName=group)["logStreams"]
    read = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])
    assert "Execution failed due to configuration error" in read["events"][0]["message"]


def test_what_leaves_a_site_without_a_network_finds_nobody(orders):
    name = orders.make("{}")
    orders.client.put_integration(
        **orders.where, type="HTTP_PROXY", integrationHttpMethod="GET", uri="http://example.com/"
    )
    reply = orders.call(name, "/prod/1")
    assert (reply.status, json.loads(reply.body)) == (
        504,
        {"message": "Network error communicating with endpoint"},
    )
    log = (orders.api.site.home / "log" / "embedded.log").read_text()
    assert "This site has no network" in log


def test_a_validator_asks_for_parameters_and_for_what_a_model_describes(orders):
    name = orders.make(
        "{}",
        method={
            "requestParameters": {
                "method.request.querystring.q": True,
                "method.request.header.X-Who": True,
                "method.request.path.id": True,
            },
        },
    )
    schema = {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}}
    orders.client.create_model(
        restApiId=name, name="Order", contentType=JSON, schema=json.dumps(schema)
    )
    made = orders.client.create_request_validator(
        restApiId=name, name="v", validateRequestBody=True, validateRequestParameters=True
    )
    orders.client.put_method(
        **(orders.where | {"httpMethod": "POST"}),
        authorizationType="NONE",
        requestValidatorId=made["id"],
        requestModels={JSON: "Order"},
        requestParameters={"method.request.querystring.q": True},
    )
    orders.client.put_integration(
        **(orders.where | {"httpMethod": "POST"}),
        type="MOCK",
        requestTemplates={JSON: '{"statusCode": 200}'},
    )
    lacks = orders.call(name, "/prod/1", verb="POST", body=b'{"size": 1}')
    assert (lacks.status, json.loads(lacks.body)["message"]) == (
        400,
        "Missing required request parameters: [q]",
    )
    wrong = orders.call(name, "/prod/1?q=1", verb="POST", body=b'{"size": "x"}')
    assert (wrong.status, json.loads(wrong.body)["message"]) == (400, "Invalid request body")


def test_a_method_that_asks_for_a_key_takes_those_of_the_stages_plans(orders):
    name = orders.make("{}", method={"apiKeyRequired": True})
    key = orders.client.create_api_key(name="k", value="a" * 24, enabled=True)
    stages = [{"apiId": name, "stage": "prod"}]
    plan = orders.client.create_usage_plan(name="p", apiStages=stages)["id"]
    header = [("x-api-key", "a" * 24)]
    assert orders.call(name, "/prod/1", headers=header).status == 403
    orders.client.create_usage_plan_key(usagePlanId=plan, keyId=key["id"], keyType="API_KEY")
    assert orders.call(name, "/prod/1", headers=header).status == 200
    assert orders.call(name, "/prod/1").status == 403
    assert orders.call(name, "/prod/1", headers=[("x-api-key", "b" * 24)]).status == 403


def test_a_pool_of_cognito_signs_who_is_let_in(orders):
    cognito = orders.api.site.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="p")["UserPool"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    app = cognito.create_user_pool_client(
        UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=flows
    )["UserPoolClient"]["ClientId"]
    me = {"UserPoolId": pool["Id"], "Username": "me"}
    cognito.admin_create_user(**me, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**me, Password="Tea-4-two", Permanent=True)
    tokens = cognito.admin_initiate_auth(
        UserPoolId=pool["Id"],
        ClientId=app,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "me", "PASSWORD": "Tea-4-two"},
    )["AuthenticationResult"]
    name = orders.make()
    authorizer = orders.client.create_authorizer(
        restApiId=name,
        name="pool",
        type="COGNITO_USER_POOLS",
        providerARNs=[pool["Arn"]],
        identitySource="method.request.header.Authorization",
    )["id"]
    where = orders.where | {"httpMethod": "GET"}
    orders.client.put_method(
        **where, authorizationType="COGNITO_USER_POOLS", authorizerId=authorizer
    )
    orders.client.put_integration(
        **where, type="MOCK", requestTemplates={JSON: '{"statusCode": 200}'}
    )
    orders.client.put_method_response(**where, statusCode="200")
    template = {JSON: "$context.authorizer.claims.get('cognito:username')"}
    orders.client.put_integration_response(**where, statusCode="200", responseTemplates=template)
    let_in = orders.call(
        name, "/prod/1", headers=[("Authorization", f"Bearer {tokens['IdToken']}")]
    )
    assert (let_in.status, let_in.body) == (200, b"me")
    for token in (tokens["AccessToken"], tokens["IdToken"][:-9] + "AAAAAAAAA", ""):
        refused = orders.call(name, "/prod/1", headers=[("Authorization", token)])
        assert (refused.status, json.loads(refused.body)) == (401, {"message": "Unauthorized"})


def test_an_api_words_its_own_refusals(orders):
    name = orders.make("$input.path('$[')")
    orders.client.put_gateway_response(
        restApiId=name,
        responseType="DEFAULT_5XX",
        statusCode="503",
        responseParameters={"gatewayresponse.header.Retry-After": "'9'"},
        responseTemplates={JSON: '{"sorry": $context.error.messageString}'},
    )
    reply = orders.call(name, "/prod/1")
    assert (reply.status, reply.headers["retry-after"]) == (503, "9")
    assert json.loads(reply.body) == {"sorry": "Internal server error"}

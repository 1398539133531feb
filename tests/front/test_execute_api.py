"""REST APIs of the embedded API Gateway, called by name: what answers, and who is let in."""

import json

import pytest

from tests.front.conftest import Api, raw
from tests.story.conftest import REGION

ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke"}


class Gateway:
    """An account's API Gateway, and calls of its APIs."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.client = api.site.client("apigateway")

    def make(self, *, kind: str = "REGIONAL", policy: object = None) -> str:
        more = {"policy": json.dumps(policy)} if policy else {}
        made = self.client.create_rest_api(
            name="orders", endpointConfiguration={"types": [kind]}, **more
        )
        name, root = made["id"], made["rootResourceId"]
        self.method(name, root, "GET", '{"orders": []}')
        orders = self.resource(name, root, "orders")
        one = self.resource(name, orders, "{id}")
        self.method(name, one, "GET", '{"order": 1}', authorization="AWS_IAM")
        self.method(name, self.resource(name, one, "{proxy+}"), "ANY", '{"any": 1}')
        self.method(name, self.resource(name, orders, "first"), "GET", '{"first": 1}')
        self.client.create_deployment(restApiId=name, stageName="prod")
        return name

    def resource(self, name: str, parent: str, part: str) -> str:
        return self.client.create_resource(restApiId=name, parentId=parent, pathPart=part)["id"]

    def method(
        self, name: str, resource: str, verb: str, says: str, *, authorization: str = "NONE"
    ) -> None:
        where = {"restApiId": name, "resourceId": resource, "httpMethod": verb}
        self.client.put_method(**where, authorizationType=authorization)
        self.client.put_integration(
            **where, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        self.client.put_method_response(**where, statusCode="200")
        self.client.put_integration_response(
            **where,
            statusCode="200",
            responseTemplates={"application/json": says},
            responseParameters={"method.response.header.X-From": "'mock'"},
        )

    def call(self, name: str, path: str, *, signed: bool = False, verb: str = "GET"):
        host = f"{name}.execute-api.{REGION}.amazonaws.com"
        if signed:
            headers = {"Host": host}
            request = self.api.signed(
                method=verb, path=path, service="execute-api", headers=headers
            )
            reply = self.api.send(raw(request))
        else:
            head = f"{verb} {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n"
            reply = self.api.send(head.encode())
        return reply.status, json.loads(reply.body)

    def settle(self, name: str, *statements: object) -> None:
        """Give an API a policy."""
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        patch = [{"op": "replace", "path": "/policy", "value": policy}]
        self.client.update_rest_api(restApiId=name, patchOperations=patch)


@pytest.fixture(scope="module")
def gateway(api: Api) -> Gateway:
    return Gateway(api)


@pytest.fixture(scope="module")
def name(gateway: Gateway) -> str:
    return gateway.make()


@pytest.mark.parametrize(
    ("path", "verb", "signed", "status", "says"),
    [
        ("/prod", "GET", False, 200, {"orders": []}),
        ("/prod/", "GET", False, 200, {"orders": []}),
        ("/prod/orders/first", "GET", False, 200, {"first": 1}),
        ("/prod/orders/7", "GET", True, 200, {"order": 1}),
        ("/prod/orders/7", "GET", False, 403, {"message": "Missing Authentication Token"}),
        ("/prod/orders/7/lines/2", "DELETE", False, 200, {"any": 1}),
        ("/prod/nothing", "GET", False, 403, {"message": "Missing Authentication Token"}),
        ("/prod", "POST", False, 403, {"message": "Missing Authentication Token"}),
        ("/test", "GET", False, 403, {"message": "Forbidden"}),
    ],
)
def test_a_call_meets_the_method_that_its_path_means(
    gateway, name, path, verb, signed, status, says
):
    assert gateway.call(name, path, verb=verb, signed=signed) == (status, says)


def test_an_api_that_there_is_not_is_forbidden(gateway):
    assert gateway.call("nothing123", "/prod") == (403, {"message": "Forbidden"})


def test_a_private_api_is_called_through_an_endpoint_alone(gateway):
    policy = {"Version": "2012-10-17", "Statement": [{**ANYBODY, "Resource": "*"}]}
    made = gateway.make(kind="PRIVATE", policy=policy)
    assert gateway.call(made, "/prod") == (403, {"message": "Forbidden"})


def test_a_resource_policy_decides_who_calls(gateway, name):
    everything = {**ANYBODY, "Resource": "execute-api:/*"}
    gateway.settle(
        name,
        everything,
        {**everything, "Effect": "Deny", "Resource": "execute-api:/prod/GET/orders/*"},
    )
    assert gateway.call(name, "/prod")[0] == 200
    status, says = gateway.call(name, "/prod/orders/first")
    assert status == 403
    assert "explicit deny" in says["message"]
    gateway.settle(
        name, {**everything, "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}
    )
    status, says = gateway.call(name, "/prod")
    assert (status, says["message"].partition(" on ")[0]) == (
        403,
        "User: anonymous is not authorized to perform: execute-api:Invoke",
    )
    assert gateway.call(name, "/prod/orders/7", signed=True)[0] == 200  # its owner's root user

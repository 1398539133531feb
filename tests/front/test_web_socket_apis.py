"""WebSocket APIs: who is let in, which route a message selects, who manages connections."""

import asyncio
import json
import socket

import aiohttp
import pytest

from tests.front.conftest import Api, raw
from tests.story.conftest import REGION, until

PATIENCE = 15
CONNECTS = '{"statusCode": #if($input.params("no") == "1")401#{else}200#end}'
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
UPGRADES = "Upgrade: websocket\r\nConnection: Upgrade\r\n"


class Chat:
    """An API whose routes answer by MOCK integrations."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.client = api.site.client("apigatewayv2")
        self.name = self.client.create_api(
            Name="chat", ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.action"
        )["ApiId"]
        self.host = f"{self.name}.execute-api.{REGION}.amazonaws.com"
        self.client.create_stage(
            ApiId=self.name, StageName="prod", StageVariables={"greeting": "hello"}
        )

    def route(self, key, template=None, *, asks='{"statusCode": 200}', **more):
        made = self.client.create_integration(
            ApiId=self.name,
            IntegrationType="MOCK",
            RequestTemplates={"$default": asks},
            TemplateSelectionExpression="\\$default",
        )["IntegrationId"]
        if template is not None:
            self.client.create_integration_response(
                ApiId=self.name,
                IntegrationId=made,
                IntegrationResponseKey="$default",
                ResponseTemplates={"$default": template},
            )
            more["RouteResponseSelectionExpression"] = "$default"
        route = self.client.create_route(
            ApiId=self.name, RouteKey=key, Target=f"integrations/{made}", **more
        )["RouteId"]
        if template is not None:
            self.client.create_route_response(
                ApiId=self.name, RouteId=route, RouteResponseKey="$default"
            )
        return route

    def talk(self, of, path="/prod", **headers):
        """Have `of(socket)` talk as a client; give what it gives."""

        async def talk():
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.ws_connect(
                    f"{self.api.url}{path}", headers={"Host": self.host, **headers}
                ) as connected,
            ):
                return await of(connected)

        return asyncio.run(talk())

    def manage(self, verb, name, body=b"", *, signed=True, host=""):
        headers = {"Host": host or self.host}
        path = f"/prod/@connections/{name.replace('=', '%3D')}"
        if not signed:
            head = f"{verb} {path} HTTP/1.1\r\nHost: {headers['Host']}\r\nContent-Length: 0\r\n\r\n"
            return self.api.send(head.encode())
        request = self.api.signed(
            body, method=verb, path=path, service="execute-api", headers=headers
        )
        return self.api.send(raw(request))


@pytest.fixture(scope="module")
def chat(api: Api):
    made = Chat(api)
    made.route("$connect", asks=CONNECTS)
    made.route("hello", '{"says": "$stageVariables.greeting", "id": "$context.connectionId"}')
    made.route("quiet")
    return made


async def ask(connected, said):
    await connected.send_str(said)
    return json.loads(await connected.receive_str(timeout=PATIENCE))


def test_a_message_is_answered_by_the_route_that_it_selects(chat):
    async def talk(connected):
        await connected.send_str('{"action": "quiet"}')  # no answer, and none is waited for
        return await ask(connected, '{"action": "hello"}')

    said = chat.talk(talk)
    assert said["says"] == "hello"
    assert len(said["id"]) > 8


@pytest.mark.parametrize("message", ['{"action": "other"}', "no JSON", "{}"])
def test_a_message_that_selects_no_route_is_forbidden(chat, message):
    said = chat.talk(lambda connected: ask(connected, message))
    assert said["message"] == "Forbidden"
    assert set(said) == {"message", "connectionId", "requestId"}


def test_the_default_route_takes_what_no_other_does(api):
    chat = Chat(api)
    chat.route("$default", "$context.routeKey $context.eventType")

    async def talk(connected):
        await connected.send_str("no JSON")
        return await connected.receive_str(timeout=PATIENCE)

    assert chat.talk(talk) == "$default MESSAGE"


def test_a_client_that_the_connect_route_refuses_is_not_let_in(chat):
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        chat.talk(lambda connected: None, "/prod?no=1")
    assert refused.value.status == 401
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        chat.talk(lambda connected: None, "/other")
    assert refused.value.status == 403


def test_who_connects_may_have_to_sign(api):
    chat = Chat(api)
    chat.route("$connect", AuthorizationType="AWS_IAM")
    chat.route("$default", "in")
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        chat.talk(lambda connected: None)
    assert refused.value.status == 403
    signed = api.signed(
        method="GET", path="/prod", service="execute-api", headers={"Host": chat.host}
    )
    headers = {name: value for name, value in signed.headers.items() if name != "Host"}

    async def talk(connected):
        await connected.send_str("x")
        return await connected.receive_str(timeout=PATIENCE)

    assert chat.talk(talk, **headers) == "in"


def test_a_connection_is_shown_told_and_ended_by_who_may(chat):
    async def talk(connected):
        name = (await ask(connected, '{"action": "hello"}'))["id"]
        loop = asyncio.get_running_loop()

        async def manage(*given, **how):
            return await loop.run_in_executor(None, lambda: chat.manage(*given, **how))

        shown = await manage("GET", name)
        assert (shown.status, set(json.loads(shown.body))) == (
            200,
            {"connectedAt", "identity", "lastActiveAt"},
        )
        assert (await manage("POST", name, b"from outside")).status == 200
        assert await connected.receive_str(timeout=PATIENCE) == "from outside"
        assert (await manage("POST", name, b"\x80\xff")).status == 200
        assert await connected.receive_bytes(timeout=PATIENCE) == b"\x80\xff"
        assert (await manage("GET", name, signed=False)).status == 403
        assert (await manage("DELETE", name)).status == 204
        ended = await connected.receive(timeout=PATIENCE)
        assert ended.type is aiohttp.WSMsgType.CLOSE
        return name

    name = chat.talk(talk)
    gone = until(lambda: chat.manage("GET", name), lambda reply: reply.status == 410)
    assert gone.code == "GoneException"


def test_a_message_that_is_too_large_ends_the_connection(chat):
    async def talk(connected):
        await connected.send_str("x" * (129 << 10))
        return (await connected.receive(timeout=PATIENCE)).data

    assert chat.talk(talk) == 1009


def test_what_is_no_websocket_is_refused_and_bytes_that_are_none_end_it(chat):
    head = f"GET /prod HTTP/1.1\r\nHost: {chat.host}\r\n{UPGRADES}"
    assert chat.api.send(f"{head}\r\n".encode()).status == 400
    with chat.api.connect() as connection:
        connection.sendall(f"{head}{KEY}\r\n".encode())
        answer = connection.recv(4096)
        assert answer.startswith(b"HTTP/1.1 101 ")
        assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer  # RFC 6455, section 1.3
        connection.sendall(b"\xff" * 64)
        closed = connection.recv(4096)
        assert closed[:1] == b"\x88"
        assert connection.recv(4096) == b""


def test_frames_that_come_with_the_request_are_heard(chat):
    head = f"GET /prod HTTP/1.1\r\nHost: {chat.host}\r\n{UPGRADES}"
    said = b'{"action": "hello"}'
    frame = bytes([0x81, 0x80 | len(said), 0, 0, 0, 0]) + said
    with chat.api.connect() as connection:
        connection.sendall(f"{head}{KEY}\r\n".encode() + frame)
        heard = b""
        while b'"says": "hello"' not in heard:
            part = connection.recv(4096)
            assert part, heard
            heard += part
        connection.shutdown(socket.SHUT_WR)


def test_an_api_of_http_speaks_no_websocket(api):
    chat = Chat(api)
    made = chat.client.create_api(Name="h", ProtocolType="HTTP")["ApiId"]
    chat.client.create_stage(ApiId=made, StageName="$default")
    chat.host = f"{made}.execute-api.{REGION}.amazonaws.com"
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        chat.talk(lambda connected: None, "/")
    assert refused.value.status == 404

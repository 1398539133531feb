"""Calls of the API: from what the front hands over to an operation's answer.

A call that only reads is answered at once, from the snapshot; any other when the writer has done it
and its effect is in force.
"""

import functools
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from genkan import wire
from genkan.api import endpoint
from genkan.api.call import Answer, Call
from genkan.control import Control
from genkan.control.batch import Asked
from genkan.control.ways import find_way, supposing
from genkan.control.writer import Writer
from genkan.site.handover import Reply


class Calls:
    """Belongs to the event loop."""

    def __init__(
        self,
        control: Control,
        writer: Writer,
        *,
        console_output: Callable[[str], bytes],
        has_certificate: Callable[[str], bool],
        written: Callable[[], None] = lambda: None,
    ) -> None:
        """`written` is called after each call that may have changed something."""
        self._control = control
        self._writer = writer
        self._console_output = console_output
        self._has_certificate = has_certificate
        self._written = written

    def take(self, request: wire.HttpRequest, reply: Reply) -> None:
        """Have a request answered: at once when it only reads, else when the writer has done it."""
        service = request.header("x-genkan-service") or ""
        request_id = request.header("x-genkan-request-id") or str(uuid.uuid4())
        protocol = None
        try:
            question = endpoint.parse(service, request, request_id)
            protocol = question.parsed.protocol
            call = self._call(request, request_id)
            asked = Asked(question.service, question.operation, question.parsed.parameters)
            if self._control.reads(wire.snake_case(question.operation)):
                reply(_answered(question, self._control.read(call, asked)))
            else:
                self._writer.submit(
                    (call, asked), lambda outcome: self._tell(reply, _answered(question, outcome))
                )
        except Exception as error:
            reply(endpoint.refuse(service, protocol, error, request_id))

    def _tell(self, reply: Reply, answer: wire.HttpAnswer) -> None:
        reply(answer)
        self._written()

    def _call(self, request: wire.HttpRequest, request_id: str) -> Call:
        said = dict(request.header_items())
        return self.call_as(
            said["x-genkan-account"],
            said["x-genkan-region"],
            principal=said["x-genkan-principal"],
            user_id=said.get("x-genkan-user-id", ""),
            access_key=said.get("x-genkan-access-key", ""),
            request_id=request_id,
        )

    def call_as(
        self,
        account: str,
        region: str,
        principal: str | None = None,
        user_id: str = "",
        access_key: str = "",
        request_id: str | None = None,
    ) -> Call:
        """Give a call, of an account's own where nobody else is named."""
        return Call(
            network=self._control.network,
            account=account,
            region=region,
            principal=principal or f"arn:aws:iam::{account}:root",
            user_id=user_id,
            access_key=access_key,
            now=now(),
            request_id=request_id or str(uuid.uuid4()),
            token=token,
            console_output=self._console_output,
            new_key_pair=_new_key_pair,
            find_way=lambda network, supposed, flow: find_way(
                supposing(self._control.compilation, network, supposed), flow
            ),
            has_certificate=self._has_certificate,
        )


def _answered(question: endpoint.Question, outcome: Answer | Exception) -> wire.HttpAnswer:
    try:
        if isinstance(outcome, Exception):
            raise outcome
        return endpoint.serialize(question, outcome)
    except Exception as error:
        protocol = question.parsed.protocol
        return endpoint.refuse(question.service, protocol, error, question.request_id)


def now() -> datetime:
    return datetime.now(UTC)


def token(length: int, alphabet: str) -> str:
    """Give random characters, each as likely as the others."""
    characters, odd = _characters(alphabet)
    found = b""
    while len(found) < length:
        found += secrets.token_bytes(2 * length).translate(characters, odd)
    return found[:length].decode()


@functools.cache
def _characters(alphabet: str) -> tuple[bytes, bytes]:
    """Give a character for each of the 256 bytes, and the bytes that would favour some of them."""
    size = len(alphabet)
    fair = 256 - 256 % size
    return bytes(ord(alphabet[byte % size]) for byte in range(256)), bytes(range(fair, 256))


def _new_key_pair(kind: str) -> tuple[str, str, str]:
    from genkan.control.key_pairs import new_key_pair  # 8 MB that most sites never need

    return new_key_pair(kind)

"""`Exchange`: one request and its answer.

A request is read (streamed where the service's model streams), its signature and what policies say
of it checked, handed on, recorded and answered, in that order.
"""

import asyncio
import contextlib
import dataclasses
import hashlib
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from genkan import wire
from genkan.front.body import read_parts, read_whole, unpacked
from genkan.front.conversation import Conversations, Told
from genkan.front.directory import Directory
from genkan.front.events import EventLog
from genkan.front.gateway_calls import EXECUTE_API, call_header
from genkan.front.head import host_of, is_signed, named_by_head
from genkan.front.iam.admission import Admission
from genkan.front.iam.identities import Identities
from genkan.front.iam.question import Question, denied, question_of, read_denial, read_refusal
from genkan.front.iam.registry_actions import is_registry, takes_blobs
from genkan.front.lookup import look_up
from genkan.front.records import Seen, record
from genkan.front.relay import HOP_BY_HOP, Relay
from genkan.front.request import Headers, Request, Response, response_of
from genkan.front.s3_names import bucket_asked, public_host
from genkan.front.session import check_session, check_use, foreign_token
from genkan.front.upstream import UpstreamAnswer, UpstreamDown, is_no_answer
from genkan.program.service import Credential, Listener, Service, Upstream
from genkan.wire.claim import Claim

LOG = logging.getLogger(__name__)
OURS = ("x-genkan-", "x-moto-")  # headers that no client may send past us
MANAGED = "x-genkan-managed"  # of which API somebody may manage connections
DENIED, REFUSED = "x-genkan-denied", "x-genkan-refused"  # what the embedded services' gate says
LOOKUP = ("cloudtrail", "LookupEvents")  # of the embedded service's operations, the one of ours
SOURCES = {"s3-control": "s3"}  # by which records know a service that has another prefix
CHUNK = 256 << 10
NOT_PASSED_BACK = HOP_BY_HOP | {"content-length", "server", "date"}
ERROR = 400
UNREADABLE = ("Malformed", "InvalidValue", "TooLarge")  # kinds of what no service could read
NAMELESS = ("UnknownOperation", "MissingOperation")


@dataclasses.dataclass(frozen=True, slots=True)
class Means:
    """What every exchange goes by: who is who, the way on, who may, the record."""

    directory: Directory
    relay: Relay
    admission: Admission
    identities: Identities
    conversations: Conversations
    events: EventLog
    clock: Callable[[], datetime]


class Exchange:
    """One request, until its answer is on its way."""

    def __init__(
        self,
        means: Means,
        service: Service,
        listener: Listener | None,
        request: Request,
        claim: Claim | None,
    ) -> None:
        """`claim` is what the request says of its signature, if it does and can be read."""
        self._means = means
        self._service = service
        self._request = request
        self._head = head = request.head
        self._claim = claim
        self._host = host_of(head)
        self._bucket = bucket_asked(service, self._host)
        self._is_registry = is_registry(service, head)
        # What says itself who has to sign, and may answer anything.
        self._is_open = self._is_registry or service.code == EXECUTE_API
        model = None if self._is_registry else service.model
        self._model = wire.service_model(model) if model else None
        self._protocol = "rest-json"
        self._whole = head
        self._unread: wire.WireError | None = None  # why nothing could read it
        self._broken: wire.WireError | None = None  # why a body was not passed on to its end
        if self._model:
            try:
                self._protocol = wire.protocol_of(self._model, head)
            except wire.WireError as error:
                self._protocol, self._unread = self._model.metadata["protocol"], error
        self._signature: wire.sigv4.Signature | None = None
        self._user: tuple[Credential, str] | None = None  # who is IAM's and not the program's
        self._question: Question | None = None
        prefix = self._model.endpoint_prefix if self._model else service.code
        self._seen = Seen(
            service=service,
            source=request.peer,
            event_source=f"{SOURCES.get(prefix, prefix)}.amazonaws.com",
            operation="",
            parameters={},
            user_agent=head.header("user-agent") or "",
            request_id=str(uuid.uuid4()),
            listener=listener,
        )

    async def answer(self) -> Response:
        try:
            body = await self._read()
            self._require_identity()
            await self._ask_policies()
            if self._looks_up():
                return await self._look_up()
            if self._service.code == EXECUTE_API and self._head.header("upgrade"):
                return await self._converse()
            return await self._pass_on(body)
        except wire.WireError as error:
            return self._refuse(self._broken or error)
        except UpstreamDown as error:
            if self._broken:
                return self._refuse(self._broken)
            LOG.error("%s", error)
            return self._refuse(
                wire.WireError(
                    "ServiceUnavailable",
                    f"What stands behind {self._service.code} does not answer now: {error}. It is "
                    "started again; whether this request was carried out is not known. Look, or "
                    "try again.",
                    503,
                )
            )

    async def _pass_on(self, body: bytes | AsyncIterator[bytes]) -> Response:
        if self._service.upstream is Upstream.CONTROL and isinstance(body, bytes):
            return await self._hand_over(body)
        host, target = self._target()
        answer = await self._means.relay.send(
            self._service.upstream, self._head.method, host, target, self._headers(), body
        )
        kept = False
        try:
            self._raise_denial(answer)
            if (of := answer.header(MANAGED)) and isinstance(body, bytes):
                self._record()
                return self._means.conversations.manage(self._head, of, body)
            headers = tuple(  # as S3 writes them; what reads metadata minds their case
                (lowered, value)
                for name, value in answer.headers
                if (lowered := name.lower()) not in NOT_PASSED_BACK
            )
            length = answer.header("content-length")
            size = int(length) if length is not None else None
            if answer.status >= ERROR or (size is not None and size <= CHUNK):
                return await self._answer_whole(answer, headers, size)
            self._record()
            kept = True  # its body is passed on by whoever sends the response
            return Response(answer.status, headers, answer, size)
        finally:
            if not kept:
                await answer.aclose()

    async def _ask_policies(self) -> None:
        """Raise WireError for what a policy denies. Of what control answers nothing is asked where
        no policy is there: an account's own user, not through an endpoint with one."""
        seen, admission, identities = self._seen, self._means.admission, self._means.identities
        ours = self._looks_up() or self._service.upstream is Upstream.CONTROL
        if ours and not admission.asks(seen) and not identities.asks(seen):
            return
        self._question = question_of(seen, self._head, self._means.clock())
        await admission.admit(seen, self._question)
        if ours:
            await identities.check(seen, self._question)

    def _looks_up(self) -> bool:
        return (self._service.model, self._seen.operation) == LOOKUP

    async def _look_up(self) -> Response:
        """Answer CloudTrail's question from the record; the question itself comes after."""
        assert self._model is not None  # noqa: S101 - LOOKUP names it
        assert self._seen.credential is not None  # noqa: S101 - _require_identity
        parsed = wire.parse_request(self._model, self._whole)
        output = await asyncio.get_running_loop().run_in_executor(
            None,
            look_up,
            self._means.events.path,
            self._seen.credential.account,
            self._service.region,
            parsed.parameters,
        )
        self._record()
        operation, request_id = self._seen.operation, self._seen.request_id
        answer = wire.serialize_answer(self._model, operation, self._protocol, output, request_id)
        return response_of(answer)

    async def _hand_over(self, body: bytes) -> Response:
        head = self._head
        request = wire.HttpRequest(
            head.method, head.path, head.query, self._headers_for_control(), body
        )
        answer = await self._means.relay.control.send(request)
        if answer.status >= ERROR:
            error = wire.error_code_of(self._protocol, answer.status, answer.headers, answer.body)
            self._seen.error = error or (str(answer.status), "")
        self._record()
        return response_of(answer)

    async def _answer_whole(
        self, answer: UpstreamAnswer, headers: Headers, length: int | None
    ) -> Response:
        content = await answer.read()
        if answer.status >= ERROR:
            error = wire.error_code_of(self._protocol, answer.status, dict(headers), content)
            if error is None and not self._is_open and is_no_answer(answer, content):
                return self._refuse(self._why_not())
            self._seen.error = error or (str(answer.status), "")
        self._record()
        announced = length if self._head.method == "HEAD" else None
        return Response(answer.status, headers, content, announced)

    async def _read(self) -> bytes | AsyncIterator[bytes]:
        """Check the signature and read what is asked; give the body, or what streams it."""
        signed = is_signed(self._head, by_us_alone=not self._is_open)
        if self._is_registry:
            token = self._head.header("authorization") or ""
            self._seen.credential = await self._means.identities.of_token(token)
        if signed:
            await self._find_user()
        there = self._request.has_body  # a body without bytes has no end to hold back
        if there and self._streams() and (not signed or wire.sigv4.declares_body(self._head)):
            if signed:
                self._signature = wire.sigv4.verify_head(
                    self._head,
                    now=self._means.clock(),
                    secret_of=self._secret_of,
                    claim=self._claim,
                )
            self._parse(b"")
            if self._unread is not None:
                raise self._unread
            return self._stream()
        body = await read_whole(self._request)
        self._parse(body)
        if signed:
            self._signature = wire.sigv4.verify(
                self._head.with_body(body),
                now=self._means.clock(),
                secret_of=self._secret_of,
                claim=self._claim,
            )
        if self._unread is not None:
            raise self._unread
        return body

    async def _find_user(self) -> None:
        claim = self._claim
        if claim is not None and self._means.directory.secret_of(claim.access_key) is None:
            self._user = await self._means.identities.find(claim.access_key)

    def _secret_of(self, access_key: str) -> str | None:
        if self._user is not None:
            return self._user[0].secret
        return self._means.directory.secret_of(access_key)

    def _require_identity(self) -> None:
        if self._signature is not None:
            directory = self._means.directory
            token, now = self._signature.session_token, self._means.clock()
            user = self._user[0] if self._user else None
            self._seen.credential = credential = user or directory.credential_of(self._signature)
            if credential is None:
                raise foreign_token(self._signature.access_key)
            check_session(credential, token, now)
            check_use(credential, self._service.model, self._seen.operation)
            directory.check_scope(self._service, self._signature)
        elif not self._is_open and not wire.may_be_unsigned(self._model, self._seen.operation):
            raise wire.WireError(
                "MissingAuthenticationToken",
                "Request is missing Authentication Token. Sign it: `genkan env` prints the keys.",
                403,
                kind="MissingAuthenticationToken",
            )

    async def _converse(self) -> Response:
        """Let a client of a WebSocket API in, and tell the API what it says."""
        assert self._question is not None  # noqa: S101 - it was asked
        of = "/".join(self._question.asked[0].resource.split(":", 5)[5].split("/")[:2])
        conversations = self._means.conversations
        response = await conversations.begin(self._request, of, self._seen.source, self._tell)
        if response.status >= ERROR:
            self._seen.error = (str(response.status), "")
        self._record()
        return response

    async def _tell(self, said: dict[str, Any], body: bytes) -> Told:
        """Tell a WebSocket API of an event. Raises WireError, UpstreamDown."""
        host, target = self._target()
        answer = await self._means.relay.send(
            self._service.upstream, "POST", host, target, self._headers(said), body
        )
        try:
            self._raise_denial(answer)
            kept = tuple(one for one in answer.headers if one[0].lower() not in NOT_PASSED_BACK)
            return answer.status, kept, await answer.read()
        finally:
            await answer.aclose()

    def _raise_denial(self, answer: UpstreamAnswer) -> None:
        """Raise what the services' gate says instead of an answer. Raises WireError."""
        if denial := answer.header(DENIED):
            assert self._question is not None  # noqa: S101 - it was sent
            raise denied(self._seen, read_denial(denial, self._question))
        if refusal := answer.header(REFUSED):
            raise read_refusal(refusal)

    def _streams(self) -> bool:
        if self._is_registry:
            return takes_blobs(self._head)
        if self._model is None or not self._protocol.startswith("rest-"):
            return False
        try:
            operation = wire.operation_of(self._model, self._head, bucket_from_host=self._bucket)
        except wire.WireError:
            return False
        return wire.has_streaming_body(self._model, operation)

    def _parse(self, body: bytes) -> None:
        """Read the operation and its parameters for the record; what cannot be read is passed
        on."""
        if self._model is None:
            self._seen.operation = named_by_head(self._head, body)
            return
        try:
            self._whole = whole = self._head.with_body(unpacked(self._head, body))
            parsed = wire.parse_request(
                self._model, whole, strict=False, bucket_from_host=self._bucket
            )
            self._seen.operation, self._seen.parameters = parsed.operation, parsed.parameters
        except wire.WireError as error:
            self._seen.operation = self._named(body)
            LOG.info("not read as %s: %s", self._service.model, error)
            if self._service.upstream is not Upstream.CONTROL and self._is_hopeless(error):
                self._unread = error

    def _named(self, body: bytes) -> str:
        """Give the operation of a request that could not be read."""
        if self._model is not None:
            with contextlib.suppress(wire.WireError):
                return wire.operation_of(self._model, self._whole, bucket_from_host=self._bucket)
        return named_by_head(self._head, body)

    def _why_not(self) -> wire.WireError:
        """Say why no answer came: what the service would refuse, or that nothing is there."""
        if self._model is not None:
            try:
                wire.parse_request(self._model, self._whole, bucket_from_host=self._bucket)
            except wire.WireError as error:
                return error
        return wire.WireError(
            "NotImplemented",
            f"What stands behind this service could not answer {self._seen.operation}: it does not "
            "have it, or it failed at it. log/embedded.log says more.",
            501,
        )

    def _is_hopeless(self, error: wire.WireError) -> bool:
        """Tell whether no service could read it. REST has paths that models do not know of."""
        return error.kind in UNREADABLE or (
            error.kind in NAMELESS and not self._protocol.startswith("rest-")
        )

    async def _stream(self) -> AsyncIterator[bytes]:
        """Pass the body on; a body that is not what was signed breaks off, and is never whole."""
        signature = self._signature
        proves = signature is not None and signature.body_sha256 is not None
        digest = hashlib.sha256()
        held = b""  # the last part stays here until the whole is known to be what was signed
        try:
            async for part in read_parts(self._request):
                if proves:
                    digest.update(part)
                if held:
                    yield held
                held = part
            if signature is not None and proves:
                wire.sigv4.check_body(signature, digest.hexdigest())
            if held:
                yield held
        except wire.WireError as error:
            self._broken = error  # what passes it on has errors of its own for it
            raise

    def _target(self) -> tuple[str, str]:
        """Give the host and the target of a request for the embedded services."""
        host = self._head.header("host") or ""
        if self._means.directory.by_host(self._host) is not self._service:
            plain = (name for name in self._service.hosts if not name.startswith("*"))
            whole = next(plain, f"{self._service.code}.{self._service.region}.amazonaws.com")
            host = public_host(self._host, self._service.region) or whole
        query = f"?{self._head.query}" if self._head.query else ""
        return host, f"{self._head.path}{query}"

    def _headers(self, socket: dict[str, Any] | None = None) -> list[tuple[str, str]]:
        """Give the headers for the embedded services, named as they came; `socket` is what happened
        on a WebSocket."""
        kept = [
            one
            for one, (name, _) in zip(self._request.headers, self._head.header_items(), strict=True)
            if name not in HOP_BY_HOP and not name.startswith(OURS)
        ]
        if self._question is not None:
            kept.append(("x-genkan-question", self._question.header()))
            if self._service.code == EXECUTE_API:
                kept.append(call_header(self._seen, self._request, socket))
        credential = self._seen.credential
        return [*kept, ("x-moto-account-id", credential.account)] if credential else kept

    def _headers_for_control(self) -> tuple[tuple[str, str], ...]:
        credential = self._seen.credential
        assert credential is not None  # noqa: S101 - _require_identity
        kept = (
            (name, value)
            for name, value in self._head.header_items()
            if name not in HOP_BY_HOP and not name.startswith(OURS)
        )
        return (
            *kept,
            ("x-genkan-service", self._service.model or ""),
            ("x-genkan-region", self._service.region),
            ("x-genkan-account", credential.account),
            ("x-genkan-principal", credential.principal),
            ("x-genkan-access-key", credential.id),
            ("x-genkan-user-id", self._user[1] if self._user else ""),
            ("x-genkan-request-id", self._seen.request_id),
        )

    def _refuse(self, error: wire.WireError) -> Response:
        self._seen.error = (error.code, str(error))
        self._record()
        written = wire.serialize_wire_error(
            self._model, self._protocol, error, self._seen.request_id
        )
        return response_of(written)

    def _record(self) -> None:
        self._means.events.append(record(self._seen, self._means.clock()))

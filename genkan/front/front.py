"""`Front`: from an accepted connection to the service that is asked.

Where a connection arrived says which listener it met; the endpoint, the name asked for or the
signature says which service.
"""

import functools
import logging
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from genkan import wire
from genkan.certificates.authority import Authority
from genkan.front.conversation import Conversations
from genkan.front.directory import Directory
from genkan.front.events import EventLog
from genkan.front.exchange import Exchange, Means
from genkan.front.head import host_of
from genkan.front.iam.admission import Admission
from genkan.front.iam.identities import Identities
from genkan.front.listening import Listening, listen
from genkan.front.relay import Relay
from genkan.front.request import Request, Response, text
from genkan.front.role_credentials import RoleCredentials
from genkan.front.s3_names import narrowed
from genkan.program import Delta
from genkan.program.service import Credential, EndpointPolicy, Listener, Service, Upstream
from genkan.wire.claim import Claim

LOG = logging.getLogger(__name__)
SECTIONS = frozenset(kind.section for kind in (Listener, Service, Credential, EndpointPolicy))
FAMILIES = {  # family, level, IP_TRANSPARENT or IPV6_TRANSPARENT, every address of a place
    4: (socket.AF_INET, socket.SOL_IP, 19, "0.0.0.0"),  # noqa: S104 - in a network of its own
    6: (socket.AF_INET6, socket.IPPROTO_IPV6, 75, "::"),
}
DEFAULT_REGION = "us-east-1"
OpenSocket = Callable[[str, int, int], socket.socket]


class Front:
    """Answers for every service of the program."""

    def __init__(
        self,
        *,
        open_socket: OpenSocket,
        authority: Authority,
        upstreams: Mapping[Upstream, str],
        start_upstream: Callable[[Upstream], Awaitable[None]],
        events: EventLog,
        clock: Callable[[], datetime],
        of_roles: RoleCredentials,
    ) -> None:
        self._open_socket = open_socket
        self._authority = authority
        self._relay = Relay(upstreams, start_upstream)
        self._directory = Directory(of_roles)
        identities = Identities(self._relay)
        self._admission = Admission(identities)
        self._means = Means(
            directory=self._directory,
            relay=self._relay,
            admission=self._admission,
            identities=identities,
            conversations=Conversations(),
            events=events,
            clock=clock,
        )
        self._servers: dict[tuple[str, int, int], Listening] = {}
        self._tls = self._make_tls()

    async def apply(self, delta: Delta) -> None:
        """Answer by the program as it is after `delta`. Raises OSError where it cannot listen."""
        self._directory.apply(delta)
        self._admission.apply(delta)
        wanted = self._directory.listening()
        for where in set(self._servers) - wanted:
            self._servers.pop(where).close()
        for where in wanted - set(self._servers):
            self._servers[where] = await self._listen(*where)

    async def serve_api(self, listener: socket.socket) -> None:
        """Answer plain HTTP at a socket that the host opened."""
        await listen(listener, functools.partial(self._answer, None), None)

    async def close(self) -> None:
        for server in self._servers.values():
            server.close()
        await self._relay.close()

    async def _listen(self, place: str, port: int, version: int) -> Listening:
        family, level, transparent, everywhere = FAMILIES[version]
        listener = self._open_socket(place, family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # others answer beside it
        try:
            # Without it the kernel sends nothing from addresses that are not assigned.
            listener.setsockopt(level, transparent, 1)
        except PermissionError:
            LOG.warning("no transparent listener at %s: not allowed", place)
        if version == 6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((everywhere, port))
        return await listen(listener, functools.partial(self._answer, place), self._tls)

    def _make_tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)

        def choose(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
            if name is None or not self._directory.answers_to(name):
                return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
            connection.context = self._authority.context(name.lower())
            return None

        context.sni_callback = choose
        return context

    async def _answer(self, place: str | None, request: Request) -> Response:
        try:
            return await self._take(place, request)
        except ConnectionError as error:
            LOG.info("a client left before its answer: %s", error)
            return Response(400)  # to nobody

    async def _take(self, place: str | None, request: Request) -> Response:
        head = request.head
        if not head.path.startswith("/"):
            return text(400, "A request's target is a path, from / on.\n")
        listener = self._listener(place, request)
        claim = wire.sigv4.claim_of(head)
        service = self._service(place, listener, head, claim)
        if service is None:
            host = head.header("host") or "no name"
            return text(
                404,
                f"No service here answers to {host}. This address stands for AWS services; "
                "ask for one by its name.\n",
            )
        meant = narrowed(service, host_of(head))
        return await Exchange(self._means, meant, listener, request, claim).answer()

    def _listener(self, place: str | None, request: Request) -> Listener | None:
        return None if place is None else self._directory.listener(place, request.near)

    def _service(
        self,
        place: str | None,
        listener: Listener | None,
        head: wire.HttpRequest,
        claim: Claim | None,
    ) -> Service | None:
        if listener and listener.service:
            return self._directory.services.get(listener.service)
        found = self._directory.by_host(host_of(head))
        if found or place is not None:
            return found
        if claim is None:  # unsigned: the bucket of everybody's requests is S3's
            return self._directory.by_scope("s3", DEFAULT_REGION)
        return self._directory.by_scope(claim.service, claim.region)

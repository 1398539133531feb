"""A client of HTTP/2 over TLS, with nothing of ours in it."""

import socket
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import h2.config
import h2.connection
import h2.events

PATIENCE = 20.0


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False
    reset: int | None = None


class Client:
    """One connection. Raises EOFError where the server ends it."""

    def __init__(self, address: tuple[str, int], name: str, trusted: str, **config: Any) -> None:
        context = ssl.create_default_context(cadata=trusted)
        context.set_alpn_protocols(["h2"])
        opened = socket.create_connection(address, PATIENCE)
        self.socket = context.wrap_socket(opened, server_hostname=name)
        assert self.socket.selected_alpn_protocol() == "h2"
        self.name = name
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(header_encoding="utf-8", **config)
        )
        self.h2.initiate_connection()
        self.answers: dict[int, Answer] = {}
        self.goaway: int | None = None
        self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def ask(
        self,
        path: str,
        body: bytes | Iterable[bytes] = b"",
        *,
        method: str = "GET",
        headers: Iterable[tuple[str, str]] = (),
    ) -> int:
        """Send a request; give its stream."""
        number = self.h2.get_next_available_stream_id()
        self.answers[number] = Answer()
        head = [(":method", method), (":scheme", "https"), (":authority", self.name)]
        self.h2.send_headers(number, [*head, (":path", path), *headers], end_stream=body == b"")
        self.flush()
        if body != b"":
            for part in [body] if isinstance(body, bytes) else body:
                self.send(number, part)
            if self.answers[number].reset is None:
                self.h2.end_stream(number)
                self.flush()
        return number

    def send(self, number: int, part: bytes) -> None:
        """Send a part of a body as the server's window opens."""
        rest = memoryview(part)
        while rest and not self.answers[number].ended:
            size = min(self.h2.local_flow_control_window(number), len(rest), 16_384)
            if size == 0:
                self.take()
                continue
            self.h2.send_data(number, bytes(rest[:size]))
            self.flush()
            rest = rest[size:]

    def read(self, number: int) -> Answer:
        """Give a stream's answer when it has ended."""
        while not self.answers[number].ended:
            self.take()
        return self.answers[number]

    def get(self, path: str, *given: Any, **more: Any) -> Answer:
        return self.read(self.ask(path, *given, **more))

    def take(self) -> None:
        """Take in what comes."""
        data = self.socket.recv(1 << 16)
        if not data:
            raise EOFError(self.goaway)
        for event in self.h2.receive_data(data):
            self._note(event)
        self.flush()

    def _note(self, event: Any) -> None:
        match event:
            case h2.events.ResponseReceived():
                answer = self.answers[event.stream_id]
                answer.headers = dict(event.headers)
                answer.status = int(answer.headers[":status"])
            case h2.events.DataReceived():
                self.answers[event.stream_id].body += event.data
                if event.flow_controlled_length:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                self.answers[event.stream_id].ended = True
            case h2.events.StreamReset():
                self.answers[event.stream_id].ended = True
                self.answers[event.stream_id].reset = event.error_code
            case h2.events.ConnectionTerminated():
                self.goaway = event.error_code

    def take_all(self) -> None:
        """Take in what comes, until the server ends the connection. Raises EOFError."""
        while True:
            self.take()

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def parts(size: int, of: int = 1 << 16) -> Iterator[bytes]:
    """Give bytes in parts."""
    for at in range(0, size, of):
        yield bytes([at // of % 251]) * min(of, size - at)

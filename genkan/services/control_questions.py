"""Questions to control, by HTTP over its socket; answers are JSON."""

import http.client
import json
import socket
from typing import Any

PATIENCE = 30.0


def ask_control(path: str, target: str) -> Any:  # noqa: ANN401 - JSON
    """Ask for a target ("/network?…"). Raises OSError where control does not answer."""
    connection = _UnixConnection(path)
    try:
        connection.request("GET", target)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("control", timeout=PATIENCE)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self._path)

"""A database outside, reached from inside a site: through the broker, by a listener on loopback.

The URL keeps the server's name, so that its certificate is checked against it; `hostaddr` sends the
bytes to the listener. "Database Connection Control Functions" in the PostgreSQL documentation.
"""

import json
import socket

from sqlalchemy import make_url

from genkan.site.home import Home
from genkan.site.sockets import connect

PORT = 5432
PATIENCE = 5.0  # seconds for the broker
SOCKETS = "/var/run/postgresql"  # where Debian's server listens when no host is named
_held: list[socket.socket] = []  # the broker serves a listener while its connection is open


def through_broker(home: Home, url: str) -> str:
    """Give the URL by which a process inside reaches the database of `url`. Raises OSError."""
    asked = make_url(url)
    host = asked.host or str(asked.query.get("host") or SOCKETS)
    port = asked.port or PORT
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        meant = f"{host}/.s.PGSQL.{port}" if host.startswith("/") else host
        question = json.dumps({"connect": [meant, port]}).encode()
        connection = connect(str(home.broker_socket), PATIENCE)
        socket.send_fds(connection, [question], [listener.fileno()])
        _held.append(connection)
        inside = listener.getsockname()[1]
    name = "localhost" if host.startswith("/") else host
    query = {**asked.query, "host": name, "hostaddr": "127.0.0.1"}
    whole = asked.set(host=None, port=None).update_query_dict({**query, "port": str(inside)})
    return whole.render_as_string(hide_password=False)

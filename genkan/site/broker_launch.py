"""Starting the broker: in the host's network, to end when the site does.

A site that needs it from the start has it by `launch`. One that runs already gets it by

    python -m genkan.site.broker_launch HOME

which returns when the broker takes listeners, and has the next start bring it along. Exit code 5:
no site is up.
"""

import json
import os
import socket
import sys
import time
from pathlib import Path

from genkan.site import sockets
from genkan.site.home import Home

PATIENCE = 10.0  # seconds until it takes listeners
WAIT = 0.02
ANCHOR_PATIENCE = 5.0
MOST_DESCRIPTORS = 16


def is_wanted(home: Home) -> bool:
    """Tell whether a start has to bring the broker along."""
    return bool(home.database_url or home.settings.get("broker"))


def start_broker(home: Home, end: int) -> None:
    """Leave a process in the host's network that ends when the descriptor `end` can be read."""
    log = os.open(home.log("broker"), os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-P", "-m", "genkan.site.broker", str(home.path), str(end)],
        dict(os.environ),
        file_actions=[
            (os.POSIX_SPAWN_DUP2, null, 0),
            (os.POSIX_SPAWN_DUP2, null, 1),
            (os.POSIX_SPAWN_DUP2, log, 2),
            (os.POSIX_SPAWN_DUP2, end, end),
        ],
        setsid=True,
    )
    os.close(log)
    os.close(null)


def _anchor(home: Home) -> int:
    """Give a pidfd of the anchor: it can be read when the anchor has ended. Raises OSError."""
    with sockets.connect(str(home.site_socket), ANCHOR_PATIENCE) as connection:
        connection.sendall(b'{"do": "processes"}\n')
        line, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, MOST_DESCRIPTORS)
    names = [one["name"] for one in json.loads(line)["processes"]]
    anchor = descriptors[names.index("anchor")]
    for one in descriptors:
        if one != anchor:
            os.close(one)
    return anchor


def main() -> None:
    """Start the broker unless it is there."""
    home = Home(Path(sys.argv[1]))
    try:
        anchor = _anchor(home)
    except OSError:
        sys.exit(5)
    home.remember(broker=True)
    if sockets.accepts(str(home.broker_socket)):
        return
    start_broker(home, anchor)
    deadline = time.monotonic() + PATIENCE
    while not sockets.accepts(str(home.broker_socket)):
        if time.monotonic() > deadline:
            sys.exit(f"the broker does not answer: see {home.log('broker')}")
        time.sleep(WAIT)


if __name__ == "__main__":
    main()

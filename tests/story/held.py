"""Connections that are held open while something is changed."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.story.conftest import RunningSite

PATIENCE = 60
HOLD = """
import http.client, itertools, ssl, sys
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
host, port = sys.argv[1], int(sys.argv[2])
if port == 443:
    held = http.client.HTTPSConnection(host, port, timeout=30, context=context)
else:
    held = http.client.HTTPConnection(host, port, timeout=30)
held.connect()
held.auto_open = 0
for line in itertools.chain(["first"], sys.stdin):
    try:
        held.request("GET", "/")
        held.getresponse().read()
        print("goes on", flush=True)
        held.sock.settimeout(6)
    except (OSError, http.client.HTTPException):
        print("broken", flush=True)
        break
"""


class Held:
    """A connection of an instance's, with requests one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def again(self) -> str:
        """Ask once more on the same connection; tell what became of it."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return self.answer()


@contextmanager
def held_open(site: RunningSite, target: str, to: str, port: int = 443) -> Iterator[Held]:
    """Hold a connection open: HTTPS at port 443, HTTP at any other."""
    command = [*site.prefix, "timeout", str(PATIENCE)]
    command += ["genkan", "exec", target, "--", "python3", "-c", HOLD, to, str(port)]
    with subprocess.Popen(
        command, env=site.environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        try:
            held = Held(process)
            assert held.answer() == "goes on"
            yield held
        finally:
            process.terminate()

"""What it costs to go through appliances, beside the same way without them.

python benchmarks/inspection.py

Starts a site of its own. One TCP stream and round trips of a byte between two instances of one VPC,
first by the router alone, then through an endpoint of a gateway load balancer and back through it,
with two appliances that are Python programs and share the machine; then a storm of datagrams, each
of another flow, and round trips meanwhile.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.story.conftest import RunningSite, running_site
from tests.story.test_inspection import build, lead_through, open_endpoint

PAIRS = 3
SERVER = """
import socket, threading
def sink(c):
    while c.recv(1 << 20): pass
def echo(c):
    c.setsockopt(6, 1, 1)
    while data := c.recv(100): c.sendall(data)
def serve(port, work):
    listener = socket.create_server(("", port))
    while True: threading.Thread(target=work, args=(listener.accept()[0],), daemon=True).start()
threading.Thread(target=serve, args=(90, sink), daemon=True).start()
serve(91, echo)
"""
STREAM = """
import socket, time
c = socket.create_connection(("10.0.3.10", 90), 20)
data, start, sent = bytes(1 << 20), time.monotonic(), 0
while time.monotonic() < start + 3: sent += c.send(data)
print(sent * 8 / (time.monotonic() - start) / 1e9)
"""
ROUND_TRIP = """
import socket, time
c = socket.create_connection(("10.0.3.10", 91), 20)
c.setsockopt(6, 1, 1)
taken = []
for _ in range(2000):
    start = time.perf_counter(); c.sendall(b"x"); c.recv(1)
    taken.append(time.perf_counter() - start)
print(sorted(taken)[1000] * 1e6)
"""
STORM = """
import socket, time
c, number, end = socket.socket(2, 2), 0, time.monotonic() + 5
while time.monotonic() < end:
    c.sendto(bytes(100), ("10.0.3.10", 1000 + number % 60000)); number += 1
print(number / 5)
"""


def measured(site: RunningSite, program: str) -> float:
    return float(site.inside("client", sys.executable, "-c", program).stdout)


def medians(site: RunningSite) -> tuple[float, float]:
    """Give Gbit/s of a stream and microseconds of a round trip."""
    streams = [measured(site, STREAM) for _ in range(PAIRS)]
    trips = [measured(site, ROUND_TRIP) for _ in range(PAIRS)]
    return statistics.median(streams), statistics.median(trips)


def memory(site: RunningSite) -> int:
    """Give the inspection's resident memory in MB."""
    lines = Path(f"/proc/{site.processes()['inspection']}/status").read_text().splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith("VmRSS")) // 1024


def main() -> None:
    with running_site(False) as site:
        network = build(site)
        command = ["genkan", "exec", "server", "--", sys.executable, "-c", SERVER]
        server = subprocess.Popen(command, env=site.environment)
        try:
            time.sleep(1)
            direct = medians(site)
            open_endpoint(network)
            lead_through(network)
            through = medians(site)
            before = memory(site)
            storm = ["genkan", "exec", "client", "--", sys.executable, "-c", STORM]
            storming = subprocess.Popen(storm, env=site.environment, stdout=subprocess.PIPE)
            time.sleep(1)
            meanwhile = measured(site, ROUND_TRIP)
            flows = float(storming.communicate()[0])
            print(f"stream       {direct[0]:.2f} Gbit/s direct, {through[0]:.2f} inspected")
            print(f"round trip   {direct[1]:.0f} us direct, {through[1]:.0f} us inspected")
            print(f"storm        {flows:.0f} datagrams/s sent, round trip {meanwhile:.0f} us")
            print(f"memory       {before} MB, {memory(site)} MB after the storm")
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main()

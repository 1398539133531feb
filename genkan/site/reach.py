"""`SiteReach`: how the embedded services reach the site, from the host outside every VPC.

A name is asked of the internet's resolver; a connection is a socket of a place; a program is run as
`genkan exec internet` runs it, in a process namespace of its own, so that all it starts ends with
it. Nothing goes to the machine's own network.
"""

import json
import os
import random
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlencode

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from genkan.engine.linux.namespace import socket_in
from genkan.front.role_credentials import RoleCredentials
from genkan.program.place import OUTSIDE
from genkan.services.control_questions import ask_control
from genkan.services.reach import Ended, Unreachable
from genkan.site.home import RUN, Home

RESOLVER = "192.0.2.53"  # the internet's, as genkan.compile.site has it
NAME_PATIENCE = 5.0
ANCHOR_PATIENCE = 10.0
MOST_CHAINED = 8  # CNAMEs
TRANSPARENT = {4: (socket.SOL_IP, 19), 6: (socket.IPPROTO_IPV6, 75)}  # no device has the address
FAMILIES = {4: socket.AF_INET, 6: socket.AF_INET6}


class SiteReach:
    """See genkan.services.reach.Reach."""

    def __init__(self, home: Home) -> None:
        self._control = str(home.control_socket)
        self._of_roles = RoleCredentials(home.authority_key.read_bytes())

    def connect(self, host: str, port: int, patience: float) -> socket.socket:
        failed: OSError | None = None
        for address in _resolved(host):
            try:
                return _connected(OUTSIDE, "", address, port, patience)
            except TimeoutError:
                raise
            except OSError as error:
                failed = error
        raise Unreachable(f"{host} port {port}: {failed or 'the name has no address'}")

    def connect_by_balancer(self, arn: str, port: int | None, patience: float) -> socket.socket:
        asked = urlencode({"arn": arn, **({"port": port} if port else {})})
        ways = ask_control(self._control, f"/balancer?{asked}")
        if not ways:
            raise Unreachable(
                f"{arn} hands nothing on{f' at port {port}' if port else ''}: there is no such "
                "network load balancer, or it has no listener there or no target"
            )
        (way,) = random.choices(ways, [one["weight"] for one in ways])  # noqa: S311 - a share
        try:
            return _connected(way["place"], way["source"], way["address"], way["port"], patience)
        except TimeoutError:
            raise
        except OSError as error:
            raise Unreachable(f"{way['address']} port {way['port']}: {error}") from error

    def run(
        self,
        command: Sequence[str],
        given: bytes,
        environment: Mapping[str, str],
        folder: str,
        patience: float,
        memory: int,
    ) -> Ended:
        theirs, pidfd = _entrance()
        guest = [sys.executable, "-m", "genkan.site.guest", str(pidfd), folder, str(memory)]
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        try:
            process = subprocess.Popen(
                [*guest, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**kept, **theirs, **environment},
                pass_fds=(pidfd,),
            )
        except OSError as error:
            raise Unreachable(str(error)) from error
        finally:
            os.close(pidfd)
        with process:
            try:
                output, errors = process.communicate(given, patience)
            except subprocess.TimeoutExpired:
                process.kill()
                output, errors = process.communicate()
                return Ended(None, output, errors)
        return Ended(process.returncode, output, errors)

    def role_environment(self, role: str, session: str) -> Mapping[str, str]:
        account, name = role.split(":")[4], role.rpartition("/")[2]
        arn = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
        issued = self._of_roles.issue(account, arn, datetime.now(UTC)).credential
        return {
            "AWS_ACCESS_KEY_ID": issued.id,
            "AWS_SECRET_ACCESS_KEY": issued.secret,
            "AWS_SESSION_TOKEN": issued.session_token or "",
        }


def _connected(place: str, source: str, address: str, port: int, patience: float) -> socket.socket:
    version = ip_address(address).version
    try:
        opened = socket_in(place, FAMILIES[version], socket.SOCK_STREAM)
    except FileNotFoundError as error:
        raise OSError(f"{place} is gone") from error
    try:
        opened.settimeout(patience)
        if source and source != address:
            opened.setsockopt(*TRANSPARENT[version], 1)
            opened.bind((source, 0))
        opened.connect((address, port))
    except OSError:
        opened.close()
        raise
    return opened


def _resolved(host: str) -> list[str]:
    """Give the addresses of a name, as the internet has them. Raises Unreachable."""
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    name = host
    for _ in range(MOST_CHAINED):
        records = _answers(name)
        found = [str(one) for one in records.get(dns.rdatatype.A, ())]
        if found:
            random.shuffle(found)
            return found
        if dns.rdatatype.CNAME not in records:
            break
        name = str(records[dns.rdatatype.CNAME][0])
    raise Unreachable(f"{host} has no address on the internet of this site")


def _answers(name: str) -> dict[dns.rdatatype.RdataType, list[object]]:
    try:
        question = dns.message.make_query(name, dns.rdatatype.A)
        with socket_in(OUTSIDE, socket.AF_INET, socket.SOCK_DGRAM) as opened:
            opened.setblocking(False)
            answer = dns.query.udp(question, RESOLVER, NAME_PATIENCE, sock=opened)
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise Unreachable(f"{name} is not resolved: {error}") from error
    found: dict[dns.rdatatype.RdataType, list[object]] = {}
    for records in answer.answer:
        found.setdefault(records.rdtype, []).extend(records)
    return found


def _entrance() -> tuple[dict[str, str], int]:
    """Give what programs on the host outside are given, and a pidfd of its first process."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANCHOR_PATIENCE)
            connection.connect(f"{RUN}/anchor.sock")
            connection.sendall(json.dumps({"do": "enter", "target": OUTSIDE}).encode() + b"\n")
            line, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, 1)
            while not line.endswith(b"\n"):
                part = connection.recv(1 << 16)
                if not part:
                    break
                line += part
    except OSError as error:
        raise Unreachable(f"the host outside every VPC cannot be entered: {error}") from error
    told = json.loads(line or b"{}")
    if not descriptors:
        raise Unreachable(f"the host outside every VPC does not run: {told}")
    return told["environment"], descriptors[0]

"""`Call`, what an operation is given, and `Answer`, what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from genkan.api.way import Access, FindAccess, FindWay, Flow, Way
from genkan.model.errors import Fault
from genkan.model.network import Change, Network
from genkan.model.resource import Resource

R = TypeVar("R", bound=Resource)
NOTHING = Change()


def _no_key_pairs(kind: str) -> tuple[str, str, str]:
    raise Fault(f"A {kind} key pair was asked for where none can be made.")


def _no_ways(network: Network, supposed: Change, flow: Flow) -> Way:
    raise Fault(f"The way of {flow} was asked for where no program is known.")


def _no_access(network: Network, content: str) -> Access:
    raise Fault("What an access scope finds was asked for where no program is known.")


def _no_certificates(arn: str) -> bool:
    raise Fault(f"{arn} was asked for where no certificates are known.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who asks for what, where and when, and the snapshot to answer from.

    `token(n, alphabet)` gives n random characters; `console_output(instance_id)` what an instance's
    first boot printed; `new_key_pair(type)` a private key, its public one and its fingerprint;
    `find_way(network, supposed, flow)` how a packet would go through a network if what is supposed
    were there too; `find_access(network, content)` what an access scope finds, whose MatchPaths and
    ExcludePaths are JSON text; `has_certificate(arn)` whether there is a certificate that a
    listener can show.
    """

    network: Network
    account: str
    region: str
    principal: str  # ARN
    now: datetime
    request_id: str
    token: Callable[[int, str], str]
    user_id: str = ""  # of an IAM user; empty for everybody else
    access_key: str = ""  # the id of the key that signed
    console_output: Callable[[str], bytes] = lambda instance_id: b""
    new_key_pair: Callable[[str], tuple[str, str, str]] = _no_key_pairs
    find_way: FindWay = _no_ways
    find_access: FindAccess = _no_access
    has_certificate: Callable[[str], bool] = _no_certificates

    def new_id(self, prefix: str) -> str:
        """Make an id as EC2 does: the prefix, a dash, 17 hexadecimal digits."""
        return f"{prefix}-{self.token(17, '0123456789abcdef')}"

    def mine(self, of: type[R]) -> list[R]:
        """Give the caller's resources of a kind in the Region of the call, in a stable order."""
        return [
            row for row in self.network.where(of, account=self.account) if row.region == self.region
        ]

    def find(self, of: type[R], name: str) -> R | None:
        """Give the caller's resource with this id in this Region, or None."""
        row = self.network.get(of, name)
        if row is None or row.account != self.account or row.region != self.region:
            return None
        return row


@dataclass(frozen=True, slots=True)
class Answer:
    """An operation's output under the API's member names, and what changes."""

    output: dict[str, Any] = field(default_factory=dict)
    change: Change = NOTHING

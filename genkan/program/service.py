"""What answers at delivered addresses: listeners, services, and who may sign requests to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from genkan.program.address import Block
from genkan.program.entry import Entry, Key


class Answerer(Enum):
    DNS = "dns"
    FRONT = "front"
    HOST = "host"  # a program that is Published there
    METADATA = "metadata"  # InstanceMetadata of who asks


class Upstream(Enum):
    """What stands behind a service name."""

    CONTROL = "control"  # Genkan's own API
    EMBEDDED = "embedded"  # the embedded service emulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener(Entry):
    """At `place`, packets delivered for these addresses and this port reach `answerer`.

    Everything else that is delivered there is dropped without a word. `guarded`: the guard of the
    address at the ENDPOINT stage is asked first. For an endpoint, `endpoint`, `vpc` and `service`
    say which it is and what it stands for; a public address leaves them None, and the name asked
    for decides.
    """

    section: ClassVar[str] = "listener"

    place: str
    addresses: Block
    protocol: int
    port: int
    answerer: Answerer
    guarded: bool = False
    endpoint: str | None = None
    vpc: str | None = None
    service: str | None = None  # a Service's id

    @property
    def key(self) -> Key:
        return (self.section, self.place, str(self.addresses), str(self.protocol), str(self.port))


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Entry):
    """An AWS service in one Region. `id` is "Region/code".

    `hosts` are the names it answers to; one that starts with "*." stands for every name below.
    `model` is botocore's name of it (None: botocore has no model, requests are passed on unread).
    """

    section: ClassVar[str] = "service"

    id: str
    region: str
    code: str
    hosts: tuple[str, ...]
    signing_name: str | None
    model: str | None
    upstream: Upstream

    @property
    def key(self) -> Key:
        return (self.section, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointPolicy(Entry):
    """The policy of an endpoint that has another than the default: every request through it has to
    be allowed by it. `accounts_mean_root`: an account in a Principal is its root user alone.
    """

    section: ClassVar[str] = "endpoint-policy"

    endpoint: str
    document: str
    accounts_mean_root: bool = False

    @property
    def key(self) -> Key:
        return (self.section, self.endpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(Entry):
    """An access key that signs requests: whose it is. `id` is the access key id.

    With a `session_token`, it signs together with that alone, and until it `expires`; without one,
    never with one. What it may is bound by `session_policies`, if there are any: documents, and
    ARNs of managed policies. A federated user's is bound by them in every case, and by what its
    `issuer` may.
    """

    section: ClassVar[str] = "credential"

    id: str
    secret: str
    account: str
    principal: str
    session_token: str | None = None
    expires: datetime | None = None
    issuer: str | None = None
    session_policies: tuple[str, ...] = ()
    session_tags: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> Key:
        return (self.section, self.id)

"""A call in IAM's words: what policies are asked of it, here and where IAM's state is."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from genkan import wire
from genkan.front.iam.actions import Asked, asked_of
from genkan.front.iam.context import Keys, context_of
from genkan.front.iam.denial import Denial
from genkan.front.iam.endpoint_keys import endpoint_keys
from genkan.front.iam.principal import ASSUMED, session_policies
from genkan.front.records import Seen

_text = json.JSONEncoder().encode
ANONYMOUS = "anonymous"
OF_USERS = ("aws:userid", "aws:principaltag/")
OF_SESSIONS = (*OF_USERS, "aws:principalarn")  # a role's path is in no session's name
OF_BUCKETS = ("aws:resourceaccount", "s3:resourceaccount")
TRUSTED_FOR = "AssumeRole"  # whoever asks, the role has to trust them
# how an id begins → what is in the names of parameters that hold such
NAMED_IN = {
    "subnet-": ("subnetid", "subnets", "subnetmapping"),
    "sg-": ("securitygroup",),
    "vpc-": ("vpcid",),
}
PREFIXES = tuple(NAMED_IN)


@dataclass(frozen=True, slots=True)
class Question:
    """`principal` and `account` are empty where nobody signed.

    `issuer` is who made a federated user, `session_policies` what binds a session; None: nothing.
    """

    asked: list[Asked]
    principal: str
    account: str
    context: Keys
    ids: list[str]  # of the network, that it names
    issuer: str | None = None
    session_policies: tuple[str, ...] | None = None

    @property
    def caller(self) -> str:
        return self.principal or ANONYMOUS

    @property
    def is_free(self) -> bool:
        """Whether no policy but a resource's binds the caller: an account's root user."""
        return self.principal.endswith(":root")

    @property
    def unknown(self) -> frozenset[str]:
        """The condition keys that are known where IAM's state is, and not here."""
        keys: list[str] = []
        if self.principal and not self.is_free:
            keys += OF_SESSIONS if ASSUMED in self.principal else OF_USERS
        if any(one.action.startswith("s3:") for one in self.asked):
            keys += OF_BUCKETS
        return frozenset(keys)

    def completed(self, found: Mapping[str, Any]) -> "Question":
        """Give the question with what else was found of it: whole names and more keys."""
        asked = [
            replace(one, resource=whole)
            for one, whole in zip(self.asked, found["resources"], strict=True)
        ]
        keys = {name: tuple(values) for name, values in found["context"].items()}
        return replace(self, asked=asked, context={**self.context, **keys})

    def shown(self) -> dict[str, object]:
        """Give it as JSON has it."""
        return {
            "asked": [(one.action, one.resource) for one in self.asked],
            "principal": self.principal or None,
            "account": self.account,
            "context": self.context,
            "ids": self.ids,
            "issuer": self.issuer,
            "session_policies": self.session_policies,
        }

    def header(self) -> str:
        """Give it as a header carries it."""
        return _text(self.shown())  # JSON in ASCII has nothing that ends a header


def question_of(seen: Seen, head: wire.HttpRequest, now: datetime) -> Question:
    """Put a call whose signer is known in IAM's words."""
    credential = seen.credential
    principal = credential.principal if credential else ""
    account = credential.account if credential else ""
    asked = asked_of(seen.service, seen.operation, seen.parameters, head, account, principal)
    context = context_of(
        service=seen.service,
        head=head,
        parameters=seen.parameters,
        source=seen.source,
        listener=seen.listener,
        credential=credential,
        now=now,
    )
    if seen.service.model == "ec2":
        context |= endpoint_keys(seen.operation, seen.parameters, seen.service.region)
    return Question(
        asked,
        principal,
        account,
        context,
        list(network_ids(seen.parameters)),
        issuer=credential.issuer if credential else None,
        session_policies=session_policies(credential),
    )


def network_ids(parameters: object, name: str = "") -> Iterator[str]:
    """Give the subnets, groups and VPCs that parameters name, however deep they stand."""
    if isinstance(parameters, dict):
        for key, value in parameters.items():
            yield from network_ids(value, str(key).lower())
    elif isinstance(parameters, list | tuple):
        for value in parameters:
            yield from network_ids(value, name)
    elif isinstance(parameters, str) and parameters.startswith(PREFIXES):
        for prefix, words in NAMED_IN.items():
            if parameters.startswith(prefix) and any(word in name for word in words):
                yield parameters


def denied(seen: Seen, denial: Denial) -> wire.WireError:
    """Note a denial with its call, and give the refusal that the caller hears."""
    seen.denial = denial
    return denial.error()


def read_denial(header: str, question: Question) -> Denial:
    """Read a denial from the header that tells it."""
    return Denial.told(json.loads(base64.b64decode(header)), question.caller)


def read_refusal(header: str) -> wire.WireError:
    """Read what cannot be done in the site's network from the header that tells it."""
    found = json.loads(base64.b64decode(header))
    return wire.WireError(found["code"], found["message"])

"""A call in IAM's words: what policies are asked of it, here and where IAM's state is."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime

from genkan import wire
from genkan.front.iam.actions import Asked, asked_of
from genkan.front.iam.context import Keys, context_of
from genkan.front.iam.denial import Denial
from genkan.front.records import Seen

ANONYMOUS = "anonymous"
TRUSTED_FOR = "AssumeRole"  # whoever asks, the role has to trust them


@dataclass(frozen=True, slots=True)
class Question:
    """`principal` and `account` are empty where nobody signed."""

    asked: list[Asked]
    principal: str
    account: str
    context: Keys

    @property
    def caller(self) -> str:
        return self.principal or ANONYMOUS

    @property
    def is_free(self) -> bool:
        """Whether no policy but a resource's binds the caller: an account's root user."""
        return self.principal.endswith(":root")

    def shown(self) -> dict[str, object]:
        """Give it as JSON has it."""
        return {
            "asked": [(one.action, one.resource) for one in self.asked],
            "principal": self.principal or None,
            "account": self.account,
            "context": self.context,
        }

    def header(self) -> str:
        """Give it as a header carries it."""
        return base64.b64encode(json.dumps(self.shown()).encode()).decode()


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
    return Question(asked, principal, account, context)


def denied(seen: Seen, denial: Denial) -> wire.WireError:
    """Note a denial with its call, and give the refusal that the caller hears."""
    seen.denial = denial
    return denial.error()


def read_denial(header: str, question: Question) -> Denial:
    """Read a denial from the header that tells it."""
    return Denial.told(json.loads(base64.b64decode(header)), question.caller)

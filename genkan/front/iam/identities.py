"""Keys and decisions that are not the program's: asked where IAM's state is.

While the embedded services do not run there is no IAM: no key of a user, no role, no policy.
"""

from genkan.front.iam.denial import Denial
from genkan.front.iam.question import TRUSTED_FOR, Question, denied
from genkan.front.records import Seen
from genkan.front.relay import Relay
from genkan.program import Because
from genkan.program.service import Credential


class Identities:
    """Asks the embedded IAM."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    async def find(self, access_key: str) -> tuple[Credential, str] | None:
        """Give a user's active key, and the user's id. Raises UpstreamDown."""
        found = await self._relay.ask("key", {"id": access_key})
        if found is None:
            return None
        credential = Credential(
            because=Because("access-key", access_key),
            id=access_key,
            secret=found["secret"],
            account=found["account"],
            principal=found["principal"],
        )
        return credential, found["user_id"]

    async def of_token(self, authorization: str) -> Credential | None:
        """Give whom a registry's token is of; None for none of ECR's. Raises UpstreamDown."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "basic":
            return None
        found = await self._relay.ask("registry-token", {"token": token.strip()})
        if found is None:
            return None
        return Credential(
            because=Because("fixed", "an authorization token of ECR"),
            id="",
            secret="",
            account=found["account"],
            principal=found["principal"],
            issuer=found["issuer"],
            session_policies=tuple(found["session_policies"] or ()),
        )

    async def complete(self, question: Question) -> Question:
        """Give a question with all that can be known of it. Raises UpstreamDown."""
        found = await self._relay.ask("whole", question.shown())
        return question if found is None else question.completed(found)

    def asks(self, seen: Seen) -> bool:
        """Tell whether a call's caller is bound by policies, or the role that is to be assumed."""
        root = seen.credential is not None and seen.credential.principal.endswith(":root")
        return not root or seen.operation == TRUSTED_FOR

    async def check(self, seen: Seen, question: Question) -> None:
        """Raise WireError for a call to Genkan's own API that policies deny; UpstreamDown."""
        if not self.asks(seen):
            return
        found = await self._relay.ask("decision", question.shown())
        if found is not None:
            raise denied(seen, Denial.told(found, question.caller))

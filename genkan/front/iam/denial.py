"""A denial: what was denied to whom, whose policy said so, and how AWS words it."""

from dataclasses import dataclass

from genkan import wire
from genkan.front.iam.actions import Asked
from genkan.policy import Decision, Source

EC2 = "You are not authorized to perform this operation. "


@dataclass(frozen=True, slots=True)
class Denial:
    """What was denied to whom, by whose policy and by what of it."""

    asked: Asked
    caller: str
    source: Source
    decision: Decision

    def sentence(self, *, quoted: bool) -> str:
        """Say it as AWS does."""
        resource = f'"{self.asked.resource}"' if quoted else self.asked.resource
        who = f"User: {self.caller} is not authorized to perform: {self.asked.action}"
        article = "an" if self.source is Source.IDENTITY else "a"
        if self.decision.explicit:
            why = f"with an explicit deny in {article} {self.source.value}"
        else:
            why = f"because no {self.source.value} allows the {self.asked.action} action"
        return f"{who} on resource: {resource} {why}"

    def shown(self) -> dict[str, str]:
        """Give what the record of the call says of it."""
        found = {
            "policy": self.source.value,
            "action": self.asked.action,
            "resource": self.asked.resource,
            "reason": str(self.decision),
        }
        if self.decision.statement is not None:
            found["statement"] = str(self.decision.statement)
        if self.decision.element is not None:
            found["element"] = self.decision.element
        return found

    def error(self) -> wire.WireError:
        """Give the refusal that the caller hears."""
        prefix = self.asked.action.partition(":")[0]
        said = self.sentence(quoted=prefix == "s3")
        return wire.WireError(
            "AccessDenied", (EC2 if prefix == "ec2" else "") + said, 403, kind="AccessDenied"
        )

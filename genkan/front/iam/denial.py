"""A denial: what was denied to whom, whose policy said so, and how AWS words it."""

from dataclasses import dataclass
from typing import Any

from genkan import wire
from genkan.front.iam.actions import Asked
from genkan.policy import Decision, Source

EC2 = "You are not authorized to perform this operation. "
ENCODED = "Encoded authorization failure message: "


@dataclass(frozen=True, slots=True)
class Denial:
    """What was denied to whom, by whose policy and by what of it."""

    asked: Asked
    caller: str
    policy: str  # "VPC endpoint policy"
    explicit: bool
    reason: str
    statement: str | None
    element: str | None

    @classmethod
    def by_endpoint(cls, asked: Asked, caller: str, decision: Decision) -> "Denial":
        return cls(
            asked=asked,
            caller=caller,
            policy=Source.ENDPOINT.value,
            explicit=decision.explicit,
            reason=str(decision),
            statement=str(decision.statement) if decision.statement else None,
            element=decision.element,
        )

    @classmethod
    def told(cls, found: dict[str, Any], caller: str) -> "Denial":
        """Read a denial as what stands behind the services tells it."""
        given = dict(found)
        return cls(asked=Asked(given.pop("action"), given.pop("resource")), caller=caller, **given)

    def sentence(self, *, quoted: bool) -> str:
        """Say it as AWS does."""
        resource = f'"{self.asked.resource}"' if quoted else self.asked.resource
        who = f"User: {self.caller} is not authorized to perform: {self.asked.action}"
        if self.explicit:
            article = "an" if self.policy.startswith("identity") else "a"
            why = f"with an explicit deny in {article} {self.policy}"
        else:
            why = f"because no {self.policy} allows the {self.asked.action} action"
        return f"{who} on resource: {resource} {why}"

    def shown(self) -> dict[str, str]:
        """Give what the record of the call says of it."""
        found = {
            "policy": self.policy,
            "action": self.asked.action,
            "resource": self.asked.resource,
            "reason": self.reason,
        }
        if self.statement is not None:
            found["statement"] = self.statement
        if self.element is not None:
            found["element"] = self.element
        return found

    def error(self) -> wire.WireError:
        """Give the refusal that the caller hears."""
        prefix = self.asked.action.partition(":")[0]
        said = self.sentence(quoted=prefix == "s3")
        if prefix == "ec2":
            said = f"{EC2}{said}. {ENCODED}{wire.encode_message(self.details())}"
        return wire.WireError("AccessDenied", said, 403, kind="AccessDenied")

    def details(self) -> dict[str, Any]:
        """Give what DecodeAuthorizationMessage tells of it, as AWS's JSON has it."""
        effect = {"statementId": self.statement or "", "effect": "DENY"}
        return {
            "allowed": False,
            "explicitDeny": self.explicit,
            "matchedStatements": {"items": [effect] if self.explicit else []},
            "failures": {"items": []},
            "context": {
                "principal": {"id": self.caller.rpartition("/")[2], "arn": self.caller},
                "action": self.asked.action,
                "resource": self.asked.resource,
                "conditions": {"items": []},
            },
        }

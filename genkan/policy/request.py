"""A request as policies see it: who does what to which resource, and what else is known of it.

A context key is there with its values, is not there, or is not known. Names of keys are compared
without regard to case; an unknown name that ends with "/" stands for every key below it, and "*"
for every key that is not given: one that is given without values is known not to be there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

RESOURCE = "resource"  # what a decision says it depends on when the resource is not known


class Unknown:
    """The values of a key of which nobody knows yet whether it is there."""


UNKNOWN = Unknown()
Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who signed: `arns` are the names it goes by, the session's before its role's.

    A service has the name that policies have for it ("sns.amazonaws.com") and no account.
    """

    account: str
    arns: tuple[str, ...]
    service: str | None = None

    @property
    def is_root(self) -> bool:
        return any(arn.endswith(":root") for arn in self.arns)


@dataclass(frozen=True, slots=True)
class Request:
    """`resource` None: not known. `principal` None: an anonymous request."""

    action: str  # "s3:GetObject"
    resource: str | None
    principal: Principal | None
    context: Mapping[str, Values] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        action: str,
        resource: str | None,
        principal: Principal | None = None,
        context: Mapping[str, str | Iterable[str]] | None = None,
        unknown: Iterable[str] = (),
    ) -> "Request":
        """Make a request from keys in any case, whose values are one text or several."""
        given = (context or {}).items()
        return cls(
            action,
            resource,
            principal,
            {
                name.lower(): (value,) if isinstance(value, str) else tuple(value)
                for name, value in given
            },
            frozenset(name.lower() for name in unknown),
        )

    def values(self, key: str) -> Values | Unknown | None:
        """Give a key's values, UNKNOWN, or None for a key that is not there."""
        name = key.lower()
        found = self.context.get(name)
        if found is not None:
            return found
        family, slash, _ = name.partition("/")
        if self.unknown & {name, "*", family + slash}:
            return UNKNOWN
        return None

"""Kinds of findings of a network as it stands, and what one is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from genkan.impact.state import State


class Code(Enum):
    """The kinds of findings; `warning` for what does not do what it is there for."""

    ROUTE_BLACKHOLE = "ROUTE_BLACKHOLE"
    ENDPOINT_UNREACHABLE = "ENDPOINT_UNREACHABLE"
    ENDPOINT_BYPASSED = "ENDPOINT_BYPASSED"
    ENDPOINT_SINGLE_ZONE = "ENDPOINT_SINGLE_ZONE"
    ENDPOINT_WITHOUT_ROUTE = "ENDPOINT_WITHOUT_ROUTE"
    POLICY_ALLOWS_NOTHING = "POLICY_ALLOWS_NOTHING"
    DEFAULT_GROUP_ADMITS_NOBODY = "DEFAULT_GROUP_ADMITS_NOBODY"
    PRIVATE_DNS_SWALLOWS = "PRIVATE_DNS_SWALLOWS"
    ENDPOINT_NOT_AVAILABLE = "ENDPOINT_NOT_AVAILABLE"
    ENDPOINT_LACKS_NEED = "ENDPOINT_LACKS_NEED"
    SERVICE_WITHOUT_TARGETS = "SERVICE_WITHOUT_TARGETS"
    GROUP_UNUSED = "GROUP_UNUSED"
    RULE_SHADOWED = "RULE_SHADOWED"
    RULE_MATCHES_NOBODY = "RULE_MATCHES_NOBODY"
    ACL_ENTRY_SHADOWED = "ACL_ENTRY_SHADOWED"


WARNINGS = (
    Code.ROUTE_BLACKHOLE,
    Code.ENDPOINT_UNREACHABLE,
    Code.ENDPOINT_BYPASSED,
    Code.ENDPOINT_WITHOUT_ROUTE,
    Code.POLICY_ALLOWS_NOTHING,
    Code.DEFAULT_GROUP_ADMITS_NOBODY,
    Code.ENDPOINT_NOT_AVAILABLE,
    Code.ENDPOINT_LACKS_NEED,
    Code.SERVICE_WITHOUT_TARGETS,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """`about` is an id, `rule` a rule of it; `said` why, `todo` what to do."""

    code: Code
    about: str
    said: str
    todo: str
    rule: str | None = None

    @property
    def severity(self) -> str:
        return "warning" if self.code in WARNINGS else "note"


Look = Callable[[State], Iterator[Standing]]

"""The firewall of a view: which questions are answered as usual, and what others hear instead.

Rules are asked in order, first about the name of a question, then about each name that its CNAMEs
lead to; the first that takes a name decides about it. `BLOCK` ends the question. A rule that does
not `follow` decides about the question's own name alone, and by it about all behind it.
"""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from genkan.program.entry import Because, Entry, Key


class FirewallAction(Enum):
    ALLOW = "ALLOW"
    ALERT = "ALERT"  # let pass, and told in the name server's log
    BLOCK = "BLOCK"


class BlockResponse(Enum):
    NODATA = "NODATA"
    NXDOMAIN = "NXDOMAIN"
    OVERRIDE = "OVERRIDE"  # a CNAME to another name, and what that name has


@dataclass(frozen=True, slots=True, kw_only=True)
class FirewallRule:
    """`domains` is the id of a DomainList; `type` a record type's name, None: every type."""

    because: Because
    domains: str
    action: FirewallAction
    response: BlockResponse | None = None
    override: str = ""
    ttl: int = 0  # seconds, of the override
    type: str | None = None
    follows: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Firewall(Entry):
    """The rules for questions that see `view`, directly or beyond another one."""

    section: ClassVar[str] = "firewall"

    view: str
    rules: tuple[FirewallRule, ...]

    @property
    def key(self) -> Key:
        return (self.section, self.view)


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainList(Entry):
    """Domains that rules name together: "example.com." is that name, "*.example.com." every name
    below it, "*" every name."""

    section: ClassVar[str] = "domain-list"

    id: str
    domains: tuple[str, ...]

    @property
    def key(self) -> Key:
        return (self.section, self.id)

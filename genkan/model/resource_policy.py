"""Policies that resources of services have, as far as they are known: a bucket's, a queue's, a
topic's, a key's, a secret's.

They are no rows of a network: the services hold them, and nothing of a network depends on them.
"""

from dataclasses import dataclass

from genkan.model.role_policies import RolePolicies

KEYS = "kms"


@dataclass(frozen=True, slots=True)
class ResourcePolicy:
    """`document` None: the resource has no policy. `region` None: it is not known."""

    arn: str
    account: str
    document: str | None = None
    region: str | None = None

    @property
    def service(self) -> str:
        """The prefix of the actions that it can be about."""
        return self.arn.split(":")[2]

    @property
    def has_to_allow(self) -> bool:
        """Whether nobody may without a word of this policy, whatever their own policies say."""
        return self.service == KEYS


@dataclass(frozen=True, slots=True)
class ResourcePolicies:
    """`services` are those of which every resource is in `held`, by the prefix of their actions.
    `roles` are the callers', as far as they are known."""

    held: tuple[ResourcePolicy, ...] = ()
    services: frozenset[str] = frozenset()
    roles: tuple[RolePolicies, ...] = ()

"""Roles behind instance profiles, and what their own policies say, as far as they are known.

They are no rows of a network, as policies of resources are none.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RolePolicies:
    """`profiles` are the names of the instance profiles that have the role, and its own.

    `documents` are its inline policies and the managed ones that it has; `boundary` is that of its
    permissions, None where it has none. A document that is not known is None.
    """

    arn: str
    account: str
    profiles: tuple[str, ...] = ()
    documents: tuple[str | None, ...] = ()
    boundary: tuple[str | None, ...] | None = None

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]

    @property
    def is_known(self) -> bool:
        """Whether every policy of it is known."""
        return None not in (*self.documents, *(self.boundary or ()))

"""Accounts and their access keys."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from genkan.model.resource import Resource

FIRST = "default"  # the name of the account that every site starts with


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Resource):
    """`id` is the twelve digits; `account` repeats it; an account is in no Region
    ("aws-global")."""

    kind: ClassVar[str] = "account"

    account_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessKey(Resource):
    """`id` is the access key id; `principal` the ARN that signs with it.

    A temporary key signs together with its session token, until it expires. `issuer` is the ARN of
    whoever made a federated user's key: what that one may not, this one may not. Session policies
    are documents, and ARNs of managed policies.
    """

    kind: ClassVar[str] = "access-key"

    secret: str
    principal: str
    session_token: str | None = None
    expires_at: datetime | None = None
    issuer: str | None = None
    session_policies: tuple[str, ...] = ()
    session_tags: tuple[tuple[str, str], ...] = ()
    transitive_tags: tuple[str, ...] = ()  # keys of those that a next role's session takes over


def standing_keys(keys: Iterable[AccessKey]) -> list[AccessKey]:
    """Give those keys that do not expire, by id."""
    return sorted((key for key in keys if key.expires_at is None), key=lambda key: key.id)


def first_account(accounts: Iterable[Account]) -> Account | None:
    """Give the account that the site started with: FIRST, or else the one with the least id."""
    return min(accounts, key=lambda one: (one.account_name != FIRST, one.id), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair(Resource):
    """An SSH key pair: data alone, kept because clients ask for it."""

    kind: ClassVar[str] = "key-pair"

    key_name: str
    key_type: str
    fingerprint: str
    public_key: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdempotentCall(Resource):
    """A call that carried a ClientToken: the same token and parameters answer with the same
    resources.

    `id` is "account/Region/operation/token"; `fingerprint` a hash of the other parameters.
    """

    kind: ClassVar[str] = "idempotent-call"

    fingerprint: str
    made: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceMetadataDefaults(Resource):
    """What instances are launched with in a Region: JSON text, by the API's names.

    `id` is "account/Region".
    """

    kind: ClassVar[str] = "instance-metadata-defaults"

    options: str

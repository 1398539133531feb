"""Who is asking, and temporary keys: a role's, a federated user's, or the caller's own for a while.

"AssumeRole", "GetFederationToken" and "GetSessionToken" in the AWS STS API reference. Which
roles there are and whom they trust is the embedded IAM's to know, which is asked before a call
comes here.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from genkan import wire
from genkan.api.call import Answer, Call
from genkan.api.session_bounds import Bounds, read_bounds
from genkan.model.account import AccessKey, Account
from genkan.model.errors import Refused, ValidationError
from genkan.model.hosted_zone import GLOBAL
from genkan.model.network import put

ROLE = re.compile(r"arn:aws:iam::(\d{12}):role/(?:[!-~]+/)*([\w+=,.@-]{1,64})", re.ASCII)
SESSION_NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
ASSUMED, FEDERATED = ":assumed-role/", ":federated-user/"
KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"  # noqa: S105
TOKEN_LENGTH = 320
HOUR, SESSION = 3600, 43_200  # seconds


class InvalidAuthorizationMessage(Refused):
    code = "InvalidAuthorizationMessageException"


class AccessDenied(Refused):
    code = "AccessDenied"
    status = 403


def get_caller_identity(call: Call) -> Answer:
    return Answer({"UserId": _user_id(call), "Account": call.account, "Arn": call.principal})


def get_access_key_info(call: Call, *, access_key_id: str) -> Answer:
    key = call.network.get(AccessKey, access_key_id)
    if key is None:
        raise ValidationError(f"{access_key_id[:128]} is no access key id that is known here.")
    return Answer({"Account": key.account})


def assume_role(
    call: Call,
    *,
    role_arn: str,
    role_session_name: str,
    duration_seconds: int = HOUR,
    external_id: str | None = None,
    policy: str | None = None,
    policy_arns: Sequence[dict[str, Any]] = (),
    tags: Sequence[dict[str, Any]] = (),
    transitive_tag_keys: Sequence[str] = (),
) -> Answer:
    role = ROLE.fullmatch(role_arn)
    if role is None:
        raise ValidationError(
            f"{role_arn[:200]} is invalid: the ARN of a role is arn:aws:iam::ACCOUNT:role/NAME."
        )
    if not SESSION_NAME.fullmatch(role_session_name):
        raise ValidationError(
            f"'{role_session_name}' cannot be a roleSessionName. Give letters, digits or any of "
            "+=,.@-_"
        )
    if ASSUMED in call.principal and duration_seconds > HOUR:
        raise ValidationError(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
            "role chaining."
        )
    account, name = role.groups()
    if call.network.get(Account, account) is None:
        raise AccessDenied(
            f"User: {call.principal} is not authorized to perform: sts:AssumeRole on resource: "
            f"{role_arn}. There is no account {account} here; `genkan account list` shows them."
        )
    chained = call.network.get(AccessKey, call.access_key) if ASSUMED in call.principal else None
    bounds = read_bounds(account, policy, policy_arns, tags, transitive_tag_keys, chained)
    arn = f"arn:aws:sts::{account}{ASSUMED}{name}/{role_session_name}"
    key = _bound(_temporary_key(call, account, arn, duration_seconds), bounds)
    user = {"AssumedRoleId": f"{_role_id(account, name)}:{role_session_name}", "Arn": arn}
    output = {"Credentials": _shown(key), "AssumedRoleUser": user, **_packed(bounds)}
    return Answer(output, put(key))


def get_federation_token(
    call: Call,
    *,
    name: str,
    duration_seconds: int = SESSION,
    policy: str | None = None,
    policy_arns: Sequence[dict[str, Any]] = (),
    tags: Sequence[dict[str, Any]] = (),
) -> Answer:
    _check_lasting(call, "GetFederationToken")
    if not SESSION_NAME.fullmatch(name):
        raise ValidationError(
            f"'{name}' cannot be the name of a federated user. Give letters, digits or any of "
            "+=,.@-_"
        )
    bounds = read_bounds(call.account, policy, policy_arns, tags)
    arn = f"arn:aws:sts::{call.account}{FEDERATED}{name}"
    key = _temporary_key(call, call.account, arn, _held_for(call, duration_seconds))
    key = replace(_bound(key, bounds), issuer=call.principal)
    user = {"FederatedUserId": f"{call.account}:{name}", "Arn": arn}
    output = {"Credentials": _shown(key), "FederatedUser": user, **_packed(bounds)}
    return Answer(output, put(key))


def get_session_token(call: Call, *, duration_seconds: int = SESSION) -> Answer:
    _check_lasting(call, "GetSessionToken")
    seconds = _held_for(call, duration_seconds)
    key = _temporary_key(call, call.account, call.principal, seconds)
    return Answer({"Credentials": _shown(key)}, put(key))


def decode_authorization_message(call: Call, *, encoded_message: str) -> Answer:
    """Tell what stands behind an UnauthorizedOperation, to whoever may ask."""
    try:
        return Answer({"DecodedMessage": wire.decode_message(encoded_message)})
    except ValueError:
        raise InvalidAuthorizationMessage(
            f"'{encoded_message[:64]}' is no encoded authorization failure message. Give what "
            "follows those words in an UnauthorizedOperation, whole."
        ) from None


def _check_lasting(call: Call, operation: str) -> None:
    """Raise AccessDenied for a caller whose own key is temporary."""
    key = call.network.get(AccessKey, call.access_key)
    if ASSUMED in call.principal or (key is not None and key.session_token is not None):
        raise AccessDenied(
            f"Cannot call {operation} with session credentials. Sign with a user's lasting key."
        )


def _held_for(call: Call, seconds: int) -> int:
    """Give how long a key holds: a root user's an hour at most."""
    return min(seconds, HOUR) if call.principal.endswith(":root") else seconds


def _bound(key: AccessKey, bounds: Bounds) -> AccessKey:
    return replace(
        key,
        session_policies=bounds.policies,
        session_tags=bounds.tags,
        transitive_tags=bounds.transitive,
    )


def _packed(bounds: Bounds) -> dict[str, int]:
    return {} if bounds.packed is None else {"PackedPolicySize": bounds.packed}


def _temporary_key(call: Call, account: str, principal: str, seconds: int) -> AccessKey:
    return AccessKey(
        id=f"ASIA{call.token(16, KEY_ALPHABET)}",
        account=account,
        region=GLOBAL,
        secret=call.token(40, SECRET_ALPHABET),
        principal=principal,
        session_token=call.token(TOKEN_LENGTH, SECRET_ALPHABET),
        expires_at=(call.now + timedelta(seconds=seconds)).replace(microsecond=0),
    )


def _shown(key: AccessKey) -> dict[str, Any]:
    return {
        "AccessKeyId": key.id,
        "SecretAccessKey": key.secret,
        "SessionToken": key.session_token,
        "Expiration": key.expires_at,
    }


def _user_id(call: Call) -> str:
    if call.principal.endswith(":root"):
        return call.account
    if ASSUMED in call.principal:
        _, name, session = call.principal.split("/")
        return f"{_role_id(call.account, name)}:{session}"
    if FEDERATED in call.principal:
        return f"{call.account}:{call.principal.partition(FEDERATED)[2]}"
    return call.user_id or call.principal.rpartition("/")[2]


def _role_id(account: str, name: str) -> str:
    """Derive a role's unique id, for a role is known by its name alone here."""
    digest = hashlib.sha256(f"{account}/{name}".encode()).digest()
    return "AROA" + base64.b32encode(digest)[:17].decode()

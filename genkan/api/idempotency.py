"""Idempotent calls: a ClientToken seen before answers with what it made then.

"Ensuring idempotency in Amazon EC2 API requests": a token counts per account, Region and operation;
the same token with other parameters is refused. A token is remembered as long as its site.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from genkan.api.call import Call
from genkan.model.account import IdempotentCall
from genkan.model.errors import IdempotentParameterMismatch, InvalidParameterValue

LONGEST_TOKEN = 64


def replayed(
    call: Call, operation: str, token: str | None, parameters: Mapping[str, Any]
) -> tuple[str, ...] | None:
    """Give the ids that an earlier call with this token made, None when there was none.

    `parameters` are the call's own without the token. Raises IdempotentParameterMismatch when they
    differ from the earlier ones.
    """
    if not token:
        return None
    if len(token) > LONGEST_TOKEN:
        raise InvalidParameterValue(
            f"The client token has {len(token)} characters; {LONGEST_TOKEN} is the limit. "
            "Give a shorter one."
        )
    earlier = call.network.get(IdempotentCall, _name(call, operation, token))
    if earlier is None:
        return None
    if earlier.fingerprint != _fingerprint(parameters):
        raise IdempotentParameterMismatch(
            f"The client token {token} was used before with other parameters. "
            "Repeat the earlier call as it was, or give another token."
        )
    return earlier.made


def remembered(
    call: Call, operation: str, token: str, parameters: Mapping[str, Any], made: tuple[str, ...]
) -> IdempotentCall:
    """Give the record to put with what the call made, so that `replayed` finds it."""
    return IdempotentCall(
        id=_name(call, operation, token),
        account=call.account,
        region=call.region,
        fingerprint=_fingerprint(parameters),
        made=made,
    )


def _name(call: Call, operation: str, token: str) -> str:
    return f"{call.account}/{call.region}/{operation}/{token}"


def _fingerprint(parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value is not None}
    text = json.dumps(given, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()

"""Idempotent calls: a ClientToken seen before answers with what it made then.

"Ensuring idempotency in Amazon EC2 API requests": a token counts per account, Region and operation;
the same token with other parameters is refused. A token is remembered as long as its site.
`idempotent` gives an operation the parameter; `replayed` and `remembered` are for those that make
something else of it.
"""

import functools
import hashlib
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.model.account import IdempotentCall
from genkan.model.errors import IdempotentParameterMismatch, Refused
from genkan.model.network import put
from genkan.model.resource import Resource

R = TypeVar("R", bound=Resource)
Operation = Callable[..., Answer]
LONGEST_TOKEN = 64
TOKEN = inspect.Parameter(
    "client_token", inspect.Parameter.KEYWORD_ONLY, default=None, annotation="str | None"
)


class InvalidClientToken(Refused):
    code = "InvalidClientToken"


def idempotent(
    of: type[R], again: Callable[[Call, list[R]], dict[str, Any]], *, echoed: bool = True
) -> Callable[[Operation], Operation]:
    """Have an operation take a ClientToken, and answer with it where its output has it (`echoed`).

    `again` gives the output of a repeated call from the `of`s that the first one made.
    """

    def give(operation: Operation) -> Operation:
        name = _camel(operation.__name__)
        echo = _with_token if echoed else _without

        @functools.wraps(operation)
        def run(call: Call, *, client_token: str | None = None, **given: object) -> Answer:
            made = replayed(call, name, client_token, given)
            if made is not None:
                rows = [need(call, of, one) for one in made]
                return echo(Answer(again(call, rows)), client_token)
            answer = operation(call, **given)
            if client_token:
                names = tuple(row.id for row in answer.change.puts if isinstance(row, of))
                record = remembered(call, name, client_token, given, names)
                answer = replace(answer, change=answer.change + put(record))
            return echo(answer, client_token)

        signature = inspect.signature(operation)
        parameters = [*signature.parameters.values(), TOKEN]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        return run

    return give


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
        raise InvalidClientToken(
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


def _with_token(answer: Answer, token: str | None) -> Answer:
    return replace(answer, output={**answer.output, "ClientToken": token}) if token else answer


def _without(answer: Answer, token: str | None) -> Answer:
    return answer


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _name(call: Call, operation: str, token: str) -> str:
    return f"{call.account}/{call.region}/{operation}/{token}"


def _fingerprint(parameters: Mapping[str, Any]) -> str:
    given = {name: value for name, value in parameters.items() if value is not None}
    text = json.dumps(given, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()

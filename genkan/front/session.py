"""Session tokens: does the token that a request carries go with its key, does it still hold, and
is its call one for such keys?

"Using temporary credentials with AWS resources" in the IAM user guide: a temporary key signs with
its token in `x-amz-security-token`, a lasting one without any. "Compare AWS STS credentials" there:
a user's session and a federated user call nothing of IAM, and little of STS.
"""

import hmac
from datetime import datetime

from genkan import wire
from genkan.front.iam.principal import ASSUMED, FEDERATED
from genkan.program.service import Credential

OF_FEDERATED = frozenset({"GetCallerIdentity"})  # what of STS a federated user may call
OF_SESSIONS = OF_FEDERATED | {"AssumeRole"}  # and a user's session


def check_session(credential: Credential, token: str | None, now: datetime) -> None:
    """Raise WireError when a token is not the key's own, or the key has expired."""
    if credential.expires is not None and now >= credential.expires:
        raise wire.WireError(
            "ExpiredToken",
            f"The security token included in the request is expired: it held until "
            f"{credential.expires:%Y-%m-%dT%H:%M:%SZ}. Ask STS for another.",
            403,
            kind="ExpiredToken",
        )
    wanted, given = credential.session_token or "", token or ""
    if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "surrogatepass")):
        if wanted:
            raise foreign_token(credential.id)
        raise _invalid(f"{credential.id} is no temporary key and signs without a session token")


def check_use(credential: Credential, model: str | None, operation: str) -> None:
    """Raise WireError for a call that keys of a user's session or a federated user cannot make."""
    if credential.session_token is None or ASSUMED in credential.principal:
        return
    if model == "iam":
        raise _invalid(
            f"{credential.id} is a session's, and IAM takes a user's lasting key or a role's"
        )
    federated = FEDERATED in credential.principal
    if model == "sts" and operation not in (OF_FEDERATED if federated else OF_SESSIONS):
        raise wire.WireError(
            "AccessDenied",
            f"Cannot call {operation} with session credentials. Sign with a user's lasting key.",
            403,
            kind="AccessDenied",
        )


def foreign_token(access_key: str) -> wire.WireError:
    """Give the refusal of a temporary key that came without its own token."""
    return _invalid(f"{access_key} is temporary and signs with the session token it came with")


def _invalid(why: str) -> wire.WireError:
    return wire.WireError(
        "InvalidClientTokenId",
        f"The security token included in the request is invalid: {why}.",
        403,
        kind="InvalidToken",
    )

"""Temporary credentials of instances' roles, which nobody has to keep.

The key, its secret and its token follow from a secret of the site's; the token says whose they are
and until when, sealed by it. So a front that starts anew knows what one before it issued, and
credentials outlive the instance that got them, until they expire ("Retrieve security credentials
from instance metadata" in the Amazon EC2 user guide). Within one hour the answers are the same.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from genkan.program import Because
from genkan.program.service import Credential

PERIOD = timedelta(hours=1)  # how often there are new ones
LIFE = timedelta(hours=6)
PREFIX = "ASIA"  # of temporary keys
HALF = 5  # bytes of a key id that say which it is; as many say that we made it
SEAL = 16
LONGEST_TOKEN = 4096


@dataclass(frozen=True, slots=True)
class Issued:
    credential: Credential
    at: datetime


class RoleCredentials:
    """Issues credentials, and knows them again."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.blake2b(secret, digest_size=32, person=b"genkan-imds-keys").digest()

    def issue(self, account: str, session: str, now: datetime) -> Issued:
        """Give the credentials of a role's session, an ARN, that hold now."""
        at = datetime.fromtimestamp(now.timestamp() // PERIOD.seconds * PERIOD.seconds, UTC)
        said: dict[str, str | int] = {
            "account": account,
            "session": session,
            "until": int((at + LIFE).timestamp()),
        }
        payload = json.dumps(said, separators=(",", ":")).encode()
        token = base64.b64encode(payload + self._mac(b"token", payload)[:SEAL]).decode()
        return Issued(self._credential(said, token), at)

    def secret_of(self, access_key: str) -> str | None:
        """Give the secret of a key that was issued here; None for any other."""
        try:
            found = base64.b32decode(access_key.removeprefix(PREFIX))
        except ValueError:
            return None
        which, proof = found[:HALF], found[HALF:]
        if not access_key.startswith(PREFIX) or len(proof) != HALF:
            return None
        if not hmac.compare_digest(proof, self._mac(b"key", which)[:HALF]):
            return None
        return base64.b64encode(self._mac(b"secret", access_key.encode())[:30]).decode()

    def credential(self, access_key: str, token: str | None) -> Credential | None:
        """Give the credential of a key and its token; None where either is not of ours."""
        if token is None or len(token) > LONGEST_TOKEN:
            return None
        try:
            sealed = base64.b64decode(token, validate=True)
        except ValueError:
            return None
        payload, seal = sealed[:-SEAL], sealed[-SEAL:]
        if not hmac.compare_digest(seal, self._mac(b"token", payload)[:SEAL]):
            return None
        found = self._credential(json.loads(payload), token)
        return found if found.id == access_key else None

    def _credential(self, said: dict[str, str | int], token: str) -> Credential:
        which = self._mac(b"which", token.encode())[:HALF]
        name = PREFIX + base64.b32encode(which + self._mac(b"key", which)[:HALF]).decode()
        return Credential(
            because=Because("instance", str(said["session"]).rpartition("/")[2]),
            id=name,
            secret=self.secret_of(name) or "",
            account=str(said["account"]),
            principal=str(said["session"]),
            session_token=token,
            expires=datetime.fromtimestamp(int(said["until"]), UTC),
        )

    def _mac(self, use: bytes, message: bytes) -> bytes:
        return hashlib.blake2b(message, key=self._secret, person=use.ljust(16, b"\0")).digest()

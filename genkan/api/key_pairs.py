"""SSH key pairs, kept as data: nobody logs in here by SSH, and clients ask for them."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.quotas import KEY_PAIRS, KeyPairLimitExceeded, check_quota
from genkan.api.selection import Values, matching
from genkan.api.tagging import from_specifications, shown
from genkan.model.account import KeyPair
from genkan.model.errors import InvalidParameterValue, MissingParameter, NotFound, Refused
from genkan.model.network import delete, put

TYPES = {"ssh-rsa": "rsa", "ssh-ed25519": "ed25519"}


class DuplicateKeyPair(Refused):
    code = "InvalidKeyPair.Duplicate"


class InvalidKeyFormat(Refused):
    code = "InvalidKey.Format"


def create_key_pair(
    call: Call,
    *,
    key_name: str,
    key_type: str = "rsa",
    key_format: str = "pem",
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    _check_free(call, key_name)
    if key_type not in TYPES.values() or key_format != "pem":
        raise InvalidParameterValue(
            f"A key of type {key_type} in the format {key_format} cannot be made. Give rsa or "
            "ed25519, and pem."
        )
    private, public, fingerprint = call.new_key_pair(key_type)
    pair = _pair(call, key_name, key_type, public, fingerprint, tag_specifications)
    return Answer({**_named(pair), "KeyMaterial": private}, put(pair))


def import_key_pair(
    call: Call,
    *,
    key_name: str,
    public_key_material: bytes,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    _check_free(call, key_name)
    text = public_key_material.decode("ascii", "replace").strip()
    kind, blob = _read_public_key(text)
    pair = _pair(call, key_name, kind, text, _fingerprint(kind, blob), tag_specifications)
    return Answer(_named(pair), put(pair))


def describe_key_pairs(
    call: Call,
    *,
    key_names: Sequence[str] | None = None,
    key_pair_ids: Sequence[str] | None = None,
    include_public_key: bool = False,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    rows = call.mine(KeyPair)
    if key_names:
        rows = [_need_name(call, name) for name in dict.fromkeys(key_names)]
    if key_pair_ids:
        rows = [_need_id(call, name) for name in dict.fromkeys(key_pair_ids)]
    pairs = [
        present(
            **_named(row),
            KeyType=row.key_type,
            CreateTime=row.created_at,
            PublicKey=row.public_key if include_public_key else None,
        )
        for row in matching(rows, filters, _FILTERS)
    ]
    return Answer({"KeyPairs": pairs})


def delete_key_pair(
    call: Call, *, key_name: str | None = None, key_pair_id: str | None = None
) -> Answer:
    """Delete a key pair; one that is not there is gone already, as AWS has it."""
    if not key_name and not key_pair_id:
        raise MissingParameter("The request must contain the parameter KeyName or KeyPairId.")
    for row in call.mine(KeyPair):
        if row.key_name == key_name or row.id == key_pair_id:
            return Answer({"Return": True, "KeyPairId": row.id}, delete(row))
    return Answer({"Return": True})


def check_key_name(call: Call, name: str | None) -> None:
    """Raise NotFound for a key pair that an instance names and the caller has not."""
    if name:
        _need_name(call, name)


def _check_free(call: Call, name: str) -> None:
    if not 1 <= len(name) <= 255:
        raise InvalidParameterValue("A key pair's name has 1 to 255 characters.")
    if any(row.key_name == name for row in call.mine(KeyPair)):
        raise DuplicateKeyPair(f"The keypair '{name}' already exists. Choose another name.")
    check_quota(call, len(call.mine(KeyPair)) + 1, KEY_PAIRS, KeyPairLimitExceeded, "key pairs")


def _need_name(call: Call, name: str) -> KeyPair:
    for row in call.mine(KeyPair):
        if row.key_name == name:
            return row
    raise NotFound("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


def _need_id(call: Call, name: str) -> KeyPair:
    row = call.find(KeyPair, name)
    if row is None:
        raise NotFound("InvalidKeyPair.NotFound", f"The key pair ID '{name}' does not exist")
    return row


def _pair(
    call: Call,
    name: str,
    kind: str,
    public: str,
    fingerprint: str,
    specifications: Sequence[Mapping[str, Any]] | None,
) -> KeyPair:
    return KeyPair(
        id=call.new_id("key"),
        account=call.account,
        region=call.region,
        tags=from_specifications("key-pair", specifications),
        key_name=name,
        key_type=kind,
        fingerprint=fingerprint,
        public_key=public,
        created_at=call.now,
    )


def _named(pair: KeyPair) -> dict[str, Any]:
    return {
        "KeyName": pair.key_name,
        "KeyPairId": pair.id,
        "KeyFingerprint": pair.fingerprint,
        "Tags": shown(pair.tags),
    }


def _read_public_key(text: str) -> tuple[str, bytes]:
    """Read an OpenSSH public key. RFC 4253, section 6.6."""
    kind, _, rest = text.partition(" ")
    try:
        blob = base64.b64decode(rest.split(" ")[0], validate=True)
    except ValueError:
        blob = b""
    if kind not in TYPES or not blob[4:].startswith(kind.encode()):
        raise InvalidKeyFormat(
            "Key is not in valid OpenSSH public key format. Give a line that begins with "
            "ssh-rsa or ssh-ed25519."
        )
    return TYPES[kind], blob


def _fingerprint(kind: str, blob: bytes) -> str:
    """Give the fingerprint of an imported key: MD5 of RSA's bytes, SHA-256 of ED25519's."""
    if kind == "ed25519":
        return base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=") + "="
    digest = hashlib.md5(blob, usedforsecurity=False).hexdigest()
    return ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))


_FILTERS: Mapping[str, Values[KeyPair]] = {
    "key-pair-id": lambda row: [row.id],
    "fingerprint": lambda row: [row.fingerprint],
    "key-name": lambda row: [row.key_name],
}

"""New SSH key pairs: the one place where key material is drawn."""

import base64
import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

BITS = 2048  # as AWS makes RSA keys


def new_key_pair(kind: str) -> tuple[str, str, str]:
    """Give the private key in PEM, the public one in OpenSSH's form, and the fingerprint.

    "Verify the fingerprint of your key pair": SHA-1 of an RSA private key's PKCS#8 form, SHA-256 of
    an ED25519 public key.
    """
    private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
    if kind == "ed25519":
        private = ed25519.Ed25519PrivateKey.generate()
        form = serialization.PrivateFormat.OpenSSH
    else:
        private = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
        form = serialization.PrivateFormat.TraditionalOpenSSL
    nobody = serialization.NoEncryption()
    pem = private.private_bytes(serialization.Encoding.PEM, form, nobody).decode()
    public = (
        private.public_key()
        .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        .decode()
    )
    if kind == "ed25519":
        blob = base64.b64decode(public.split(" ")[1])
        return pem, public, base64.b64encode(hashlib.sha256(blob).digest()).decode()
    der = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, nobody
    )
    digest = hashlib.sha1(der, usedforsecurity=False).hexdigest()
    return pem, public, ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))

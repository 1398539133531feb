"""The site's certificate authority: made once, it vouches for every name that a service answers to.

Its certificate is in the bundle that instances trust, together with what this machine trusts
anyway. The front's certificates are issued when a name is first asked for, and kept; they share
one key. RFC 5280.
"""

import os
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LIFE = timedelta(days=3650)
LEAF_LIFE = timedelta(days=397)  # what clients accept at most
ROUND = timedelta(hours=24)  # clocks of instances are the machine's; a day covers time zones
SYSTEM_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
MOST_NAMES = 4096
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class Authority:
    """Issues certificates in the name of one site."""

    def __init__(self, certificate: Path, key: Path) -> None:
        """Read the authority back, or make it: `key` is its owner's alone."""
        if not (certificate.exists() and key.exists()):
            _make(certificate, key)
        self._certificate = x509.load_pem_x509_certificate(certificate.read_bytes())
        loaded = serialization.load_pem_private_key(key.read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)  # noqa: S101 - we wrote it
        self._key = loaded
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())

    @property
    def pem(self) -> bytes:
        """The authority's certificate."""
        return self._certificate.public_bytes(serialization.Encoding.PEM)

    def write_bundle(self, path: Path) -> None:
        """Write what instances trust: this machine's authorities and this site's own."""
        system = next((Path(name) for name in SYSTEM_BUNDLES if Path(name).exists()), None)
        new = path.with_suffix(".new")
        new.write_bytes((system.read_bytes() if system else b"") + b"\n" + self.pem)
        new.chmod(0o644)
        new.replace(path)

    @lru_cache(maxsize=MOST_NAMES)  # noqa: B019 - there is one authority in a process
    def context(self, name: str) -> ssl.SSLContext:
        """Give the TLS settings of a server that is called `name`."""
        context = self.server_context(name)
        context.set_alpn_protocols(["h2", "http/1.1"])
        return context

    def server_context(self, name: str) -> ssl.SSLContext:
        """Give new TLS settings of a server that is called `name`, whatever it speaks."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        chain = self._chain(name)
        # The ssl module reads files alone; this one is in memory and has no name.
        memory = os.memfd_create("certificate", os.MFD_CLOEXEC)
        try:
            os.write(memory, chain)
            context.load_cert_chain(f"/proc/self/fd/{memory}")
        finally:
            os.close(memory)
        return context

    def issue(self, names: Sequence[str], key: PublicKey) -> bytes:
        """Give a server's certificate for names, the first of which is its own; PEM."""
        now = datetime.now(UTC)
        authority = ec_identifier(self._key.public_key())
        made = (
            x509.CertificateBuilder()
            .subject_name(
                _named(names[0] if len(names[0]) <= 64 else "endpoint")
            )  # RFC 5280, ub-common-name
            .issuer_name(self._certificate.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - ROUND)
            .not_valid_after(now + LEAF_LIFE)
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(authority, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)

    def _chain(self, name: str) -> bytes:
        return (
            self._leaf_key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + self.issue([name], self._leaf_key.public_key())
            + self.pem
        )


def ec_identifier(key: ec.EllipticCurvePublicKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _make(certificate: Path, key: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    name = _named("Genkan site authority")
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - ROUND)
        .not_valid_after(now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), False)
        .sign(private, hashes.SHA256())
    )
    text = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))


def _signs_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])

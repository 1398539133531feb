"""`Termination`: how a listener ends TLS, with which certificate, versions, ciphers and ALPN.

Certificates are read of their files when they are new there, so a renewed one is what the next
client sees. A name chooses by the names of the certificates: its own, or a wildcard for its first
label (RFC 6125, section 6.4.3). Load balancers do not look at the certificates of targets.
"""

import asyncio
import logging
import ssl
import warnings
from functools import lru_cache
from pathlib import Path

from genkan.certificates.kept import Kept, Stamp
from genkan.program.balancing import TlsEnd

LOG = logging.getLogger(__name__)
VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
OLD = ("TLSv1", "TLSv1.1")
OF_TLS13 = "TLS_"
ANY_STRENGTH = "@SECLEVEL=0"  # versions before 1.2 sign with SHA-1, which OpenSSL refuses otherwise


class NoCertificate(Exception):
    """A listener has no certificate to show."""


class Termination:
    """The TLS settings of a listener, as its certificates are now."""

    def __init__(self, end: TlsEnd, kept: Kept) -> None:
        self._end = end
        self._kept = kept
        self._stamps: tuple[Stamp | None, ...] = ()
        self._contexts: list[ssl.SSLContext] = []
        self._by_name: dict[str, ssl.SSLContext] = {}

    def context(self) -> ssl.SSLContext:
        """Give the settings for the next client. Raises NoCertificate."""
        stamps = tuple(map(self._kept.stamp, self._end.certificates))
        if stamps != self._stamps:
            self._read(stamps)
        if not self._contexts:
            raise NoCertificate(
                f"{self._end.certificates[0]}, the default certificate, is not there. Import it "
                "again, or have the listener show another one."
            )
        return self._contexts[0]

    def named(self, name: str) -> ssl.SSLContext:
        """Give the settings for a client that asks for a name."""
        found = self._by_name.get(name) or self._by_name.get(f"*.{name.partition('.')[2]}")
        return found or self._contexts[0]

    def _read(self, stamps: tuple[Stamp | None, ...]) -> None:
        self._stamps, self._contexts, self._by_name = stamps, [], {}
        for arn, stamp in zip(self._end.certificates, stamps, strict=True):
            path = self._kept.path(arn)
            try:
                if stamp is None:
                    raise FileNotFoundError(path)
                context, names = self._made(path), names_of(path)
            except (OSError, ValueError) as error:
                LOG.warning("%s is not shown: %s", arn, error)
                if not self._contexts:
                    return
                continue
            self._contexts.append(context)
            for name in names:
                self._by_name.setdefault(name, context)

    def _made(self, path: Path) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        versions, ciphers = self._end.versions, self._end.ciphers
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what is asked
            context.minimum_version = VERSIONS[versions[0]]
            context.maximum_version = VERSIONS[versions[-1]]
        before13 = [one for one in ciphers if not one.startswith(OF_TLS13)]
        if before13:
            weak = [ANY_STRENGTH] if versions[0] in OLD else []
            context.set_ciphers(":".join((*before13, *weak)))
        context.options |= ssl.OP_CIPHER_SERVER_PREFERENCE
        context.load_cert_chain(path)
        if self._end.alpn:
            context.set_alpn_protocols(list(self._end.alpn))
        context.sni_callback = self._choose
        return context

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> int | None:
        if name:
            connection.context = self.named(name.lower())
        return None


def names_of(path: Path) -> list[str]:
    """Give the DNS names of the first certificate of a file. Raises OSError, ValueError."""
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    try:
        kind = x509.SubjectAlternativeName
        found = certificate.extensions.get_extension_for_class(kind).value
        names = found.get_values_for_type(x509.DNSName)
    except x509.ExtensionNotFound:
        common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        names = [str(one.value) for one in common]
    return [name.lower() for name in names]


def chosen_protocol(writer: asyncio.StreamWriter) -> str | None:
    """Give what a client was given by ALPN."""
    connection = writer.get_extra_info("ssl_object")
    return connection.selected_alpn_protocol() if connection else None


@lru_cache(maxsize=8)
def to_target(protocol: str | None) -> ssl.SSLContext:
    """Give the TLS settings towards a target, which is offered this protocol alone."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if protocol is not None:
        context.set_alpn_protocols([protocol])
    return context

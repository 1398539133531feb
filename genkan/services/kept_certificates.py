"""Certificates of ACM and IAM, kept in the site's home as long as their services have them, and
brought back when the services start anew.

A requested certificate is the site authority's, and is issued at once: nobody validates. Which
load balancers show one is control's to know; while one does, the certificate is not deleted.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any, Protocol
from urllib.parse import urlencode

from genkan.certificates.authority import Authority
from genkan.certificates.kept import Held, Kept, why_unusable
from genkan.services.control_questions import ask_control

ACM_CHANGES = (
    *("import_certificate", "request_certificate", "delete_certificate"),
    *("add_tags_to_certificate", "remove_tags_from_certificate"),
)
IAM_CHANGES = ("upload_server_certificate", "delete_server_certificate")


class Backend(Protocol):
    """moto's state of a service in an account and Region."""

    account_id: str
    region_name: str


class KeptCertificates:
    """What the embedded ACM and IAM hold, in files. Calls come from many threads."""

    def __init__(self, kept: Kept, authority: Callable[[], Authority], control: str) -> None:
        """`authority` reads the site's, when it is first needed; `control` is control's socket."""
        self._kept = kept
        self._authority = authority
        self._control = control
        self._lock = threading.Lock()

    def install(self) -> None:
        """Bring back what is kept; keep every change from now on."""
        from moto.acm.models import AWSCertificateManagerBackend, CertBundle
        from moto.iam.models import IAMBackend

        acm: Any = AWSCertificateManagerBackend
        for name in ACM_CHANGES:
            setattr(acm, name, self._followed(getattr(acm, name), self._keep_acm))
        iam: Any = IAMBackend
        for name in IAM_CHANGES:
            setattr(iam, name, self._followed(getattr(iam, name), self._keep_iam))
        acm.import_certificate = _checked(acm.import_certificate)
        acm.delete_certificate = self._unless_in_use(acm.delete_certificate)
        acm.get_certificate = self._with_uses(acm.get_certificate)
        bundle: Any = CertBundle
        bundle.generate_cert = classmethod(self._issuing(bundle.generate_cert.__func__))
        self._bring_back()

    def _followed(
        self, change: Callable[..., Any], keep: Callable[[Any], None]
    ) -> Callable[..., Any]:
        def follow(backend: Backend, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - moto's
            answer = change(backend, *given, **named)
            with self._lock:
                keep(backend)
            return answer

        return follow

    def _keep_acm(self, backend: Any) -> None:  # noqa: ANN401 - moto's
        held = (_held_bundle(one) for one in list(backend._certificates.values()))
        self._keep(f"arn:aws:acm:{backend.region_name}:{backend.account_id}:", held)

    def _keep_iam(self, backend: Any) -> None:  # noqa: ANN401 - moto's
        held = (_held_of_iam(key, one) for key, one in list(backend.certificates.items()))
        self._keep(f"arn:aws:iam::{backend.account_id}:", held)

    def _keep(self, prefix: str, held: Iterator[Held]) -> None:
        wanted = {one.arn: one for one in held if why_unusable(one) is None}
        for one in self._kept.all():
            if one.arn.startswith(prefix) and one.arn not in wanted:
                self._kept.drop(one.arn)
        for one in wanted.values():
            self._kept.put(one)

    def _issuing(self, plain: Callable[..., Any]) -> Callable[..., Any]:
        """Give what makes requested certificates; a private authority's stay moto's."""

        def generate(cls: Any, domain_name: str, account_id: str, region: str, **more: Any) -> Any:  # noqa: ANN401
            if more.get("cert_authority_arn") is not None:
                return plain(cls, domain_name, account_id, region, **more)
            names = list(dict.fromkeys([domain_name, *(more.get("sans") or ())]))
            certificate, key, root = _issued(self._authority(), names)
            made = cls(account_id, certificate, key, region=region, cert_type="AMAZON_ISSUED")
            made.chain = root
            return made

        return generate

    def _uses(self, arn: str) -> list[str]:
        found: list[str] = ask_control(self._control, f"/uses?{urlencode({'certificate': arn})}")
        return found

    def _with_uses(self, get: Callable[..., Any]) -> Callable[..., Any]:
        def get_certificate(backend: Backend, arn: str) -> Any:  # noqa: ANN401 - moto's
            found = get(backend, arn)
            found.in_use_by = self._uses(arn)
            return found

        return get_certificate

    def _unless_in_use(self, delete: Callable[..., Any]) -> Callable[..., Any]:
        from moto.core.exceptions import AWSError

        class ResourceInUse(AWSError):
            TYPE = "ResourceInUseException"

        def delete_certificate(backend: Backend, arn: str) -> None:
            if self._uses(arn):
                raise ResourceInUse(
                    f"Certificate {arn} in account {backend.account_id} is in use. Have its "
                    "listeners show another one first: DescribeCertificate names their load "
                    "balancers."
                )
            delete(backend, arn)

        return delete_certificate

    def _bring_back(self) -> None:
        from moto.acm.models import CertBundle, acm_backends
        from moto.iam.models import Certificate, iam_backends

        for held in self._kept.all():
            _, _, service, region, account, *_ = held.arn.split(":")
            if service == "acm":
                bundle: Any = CertBundle(
                    account,
                    held.certificate.encode(),
                    held.key.encode(),
                    chain=held.chain.encode() or None,
                    region=region,
                    arn=held.arn,
                    cert_type=held.about["type"],
                    cert_options=held.about["options"],
                )
                if held.about["type"] != "IMPORTED":
                    bundle.chain = held.chain.encode()
                bundle.tags.update(held.about["tags"])
                acm_backends[account][region]._certificates[held.arn] = bundle
            else:
                name, path = held.about["name"], held.about["path"]
                given = (held.certificate, held.key, held.chain or None, path)
                iam: Any = iam_backends[account]["aws"]
                iam.certificates[held.about["id"]] = Certificate(account, "aws", name, *given)


def _checked(imported: Callable[..., Any]) -> Callable[..., Any]:
    """Have a key refused that is not its certificate's."""
    from moto.acm.exceptions import AWSValidationException

    def import_certificate(
        backend: Backend,
        certificate: bytes,
        private_key: bytes,
        *given: Any,  # noqa: ANN401 - moto's
        **named: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        held = Held("", _text(private_key), _text(certificate))
        why = why_unusable(held)
        if why is not None and "mismatch" in why.lower():
            raise AWSValidationException(
                "The private key does not match the certificate. Import the key that the "
                "certificate was made with."
            )
        return imported(backend, certificate, private_key, *given, **named)

    return import_certificate


def _issued(authority: Authority, names: list[str]) -> tuple[bytes, bytes, bytes]:
    """Give a certificate, its key and the authority's certificate: RSA_2048, as by default."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return authority.issue(names, key.public_key()), text, authority.pem


def _held_bundle(bundle: Any) -> Held:  # noqa: ANN401 - moto's
    from moto.acm.models import AWS_ROOT_CA

    about = {
        "type": bundle.type,
        "options": bundle.cert_options,
        "tags": dict(bundle.tags),
    }
    chain = bundle.chain.replace(AWS_ROOT_CA, b"")  # which moto puts below every chain
    return Held(bundle.arn, _text(bundle.key), _text(bundle.cert), _text(chain), about)


def _held_of_iam(key: str, one: Any) -> Held:  # noqa: ANN401 - moto's
    about = {"id": key, "name": one.cert_name, "path": one.path}
    key, body, chain = (
        _text((part or "").encode()) for part in (one.private_key, one.cert_body, one.cert_chain)
    )
    return Held(one.arn, key, body, chain, about)


def _text(pem: bytes) -> str:
    """Give PEM that ends with a line's end, if there is any."""
    found = pem.decode("ascii", "replace").strip()
    return f"{found}\n" if found else ""

"""TLS as listeners end it: real handshakes, in memory, against every kind of client."""

import ssl
import warnings
from dataclasses import replace
from pathlib import Path

import pytest

from genkan.certificates.kept import Kept
from genkan.front.termination import NoCertificate, Termination
from genkan.model.ssl_policies import DEFAULT_POLICY, SSL_POLICIES
from genkan.program.balancing import TlsEnd
from tests.certificates.paper import made

ONE, TWO, WILD = (f"arn:aws:acm:ap-northeast-1:123456789012:certificate/{n}" for n in range(3))
NAMES = {
    ONE: ("one.example.com",),
    TWO: ("two.example.com", "second.example.com"),
    WILD: ("*.example.com",),
}
OPTION = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    found = Kept(tmp_path_factory.mktemp("certificates"))
    for arn, names in NAMES.items():
        found.put(made(arn, *names, with_rsa=arn == ONE))
    return found


def end(policy: str = DEFAULT_POLICY, **more) -> TlsEnd:
    found = SSL_POLICIES[policy]
    given = {"certificates": (ONE, TWO, WILD), "versions": found.versions}
    return TlsEnd(**{**given, "ciphers": found.ciphers, **more})


def shake(
    termination: Termination,
    *,
    name: str | None = None,
    version: str | None = None,
    cipher: str | None = None,
    alpn: tuple[str, ...] = (),
) -> ssl.SSLObject:
    """Have a client meet a server; give the client's end. Raises ssl.SSLError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = context.maximum_version = OPTION[version]
    if version or cipher:
        context.set_ciphers(f"{cipher or 'ALL'}:@SECLEVEL=0")
    if alpn:
        context.set_alpn_protocols(list(alpn))
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(to_client, to_server, server_hostname=name)
    server = termination.context().wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (client, server):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    client.do_handshake()
    return client


def shown(client: ssl.SSLObject) -> tuple[str, ...]:
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(client.getpeercert(binary_form=True) or b"")
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return tuple(names.get_values_for_type(x509.DNSName))


@pytest.mark.parametrize(
    ("name", "arn"),
    [
        ("one.example.com", ONE),
        ("two.example.com", TWO),
        ("second.example.com", TWO),
        ("SECOND.example.com", TWO),
        ("third.example.com", WILD),
        ("a.third.example.com", ONE),  # a wildcard stands for one label
        ("example.com", ONE),
        ("elsewhere.test", ONE),
        (None, ONE),
    ],
)
def test_a_name_chooses_the_certificate_that_has_it_and_the_default_is_for_the_others(
    kept: Kept, name: str | None, arn: str
) -> None:
    assert shown(shake(Termination(end(), kept), name=name)) == NAMES[arn]


@pytest.mark.parametrize("version", OPTION)
@pytest.mark.parametrize("policy", SSL_POLICIES)
def test_a_policy_takes_its_versions_and_no_others(kept: Kept, policy: str, version: str) -> None:
    termination = Termination(end(policy), kept)
    if version in SSL_POLICIES[policy].versions:
        assert shake(termination, version=version).version() == version
    else:
        with pytest.raises(ssl.SSLError):
            shake(termination, version=version)


@pytest.mark.parametrize(
    ("policy", "cipher", "taken"),
    [
        (DEFAULT_POLICY, "AES256-SHA", True),
        ("ELBSecurityPolicy-TLS-1-2-2017-01", "AES256-SHA", False),
        ("ELBSecurityPolicy-TLS-1-2-2017-01", "AES256-SHA256", True),
        ("ELBSecurityPolicy-FS-2018-06", "AES256-SHA256", False),
        ("ELBSecurityPolicy-FS-2018-06", "ECDHE-RSA-AES256-SHA", True),
        ("ELBSecurityPolicy-FS-1-2-Res-2019-08", "ECDHE-RSA-AES256-SHA", False),
        ("ELBSecurityPolicy-FS-1-2-Res-2019-08", "ECDHE-RSA-AES256-SHA384", True),
        ("ELBSecurityPolicy-FS-1-2-Res-2020-10", "ECDHE-RSA-AES256-SHA384", False),
        ("ELBSecurityPolicy-FS-1-2-Res-2020-10", "ECDHE-RSA-AES256-GCM-SHA384", True),
        (DEFAULT_POLICY, "ECDHE-RSA-CHACHA20-POLY1305", False),
    ],
)
def test_a_policy_takes_its_ciphers_and_no_others(kept, policy: str, cipher: str, taken: bool):
    termination = Termination(end(policy), kept)
    if taken:
        found = shake(termination, version="TLSv1.2", cipher=cipher).cipher()
        assert (found or ("",))[0] == cipher
    else:
        with pytest.raises(ssl.SSLError):
            shake(termination, version="TLSv1.2", cipher=cipher)


@pytest.mark.parametrize(
    ("ours", "offered", "chosen"),
    [
        (("h2", "http/1.1"), ("http/1.1", "h2"), "h2"),
        (("http/1.1", "http/1.0", "h2"), ("h2", "http/1.1"), "http/1.1"),
        (("h2",), ("http/1.1",), None),
        ((), ("h2",), None),
    ],
)
def test_the_listeners_preference_chooses_the_protocol(kept, ours, offered, chosen):
    for name in ("one.example.com", "two.example.com"):
        client = shake(Termination(end(alpn=ours), kept), name=name, alpn=offered)
        assert client.selected_alpn_protocol() == chosen


def test_a_renewed_certificate_is_what_the_next_client_sees(tmp_path: Path):
    kept = Kept(tmp_path)
    kept.put(made(ONE, "old.example.com"))
    termination = Termination(end(certificates=(ONE,)), kept)
    assert shown(shake(termination)) == ("old.example.com",)
    kept.put(made(ONE, "new.example.com"))
    assert shown(shake(termination)) == ("new.example.com",)


def test_without_its_default_certificate_a_listener_shows_none(tmp_path: Path):
    kept = Kept(tmp_path)
    kept.put(made(TWO, "two.example.com"))
    termination = Termination(end(certificates=(ONE, TWO)), kept)
    with pytest.raises(NoCertificate, match=ONE):
        termination.context()
    kept.put(made(ONE, "one.example.com"))
    assert shown(shake(termination, name="two.example.com")) == ("two.example.com",)
    kept.drop(TWO)
    assert shown(shake(termination, name="two.example.com")) == ("one.example.com",)


def test_what_is_no_certificate_is_not_shown(tmp_path: Path):
    kept = Kept(tmp_path)
    kept.put(replace(made(ONE, "one.example.com"), certificate="paper"))
    with pytest.raises(NoCertificate):
        Termination(end(certificates=(ONE,)), kept).context()

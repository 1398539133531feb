"""Certificates as files: kept whole, read back, known again by what changes."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from genkan.certificates.authority import Authority
from genkan.certificates.kept import Kept, why_unusable
from tests.certificates.paper import made

ARN = "arn:aws:acm:ap-northeast-1:123456789012:certificate/1"


@pytest.fixture(scope="module")
def held():
    return made(ARN, "orders.example.com")


def test_what_is_kept_is_read_back_and_is_its_owners_alone(tmp_path: Path, held):
    kept = Kept(tmp_path / "certificates")
    assert not kept.has(ARN)
    other = replace(held, arn=ARN[:-1] + "2", chain=held.certificate)
    kept.put(held)
    kept.put(other)
    assert {one.arn: one for one in kept.all()} == {held.arn: held, other.arn: other}
    assert kept.path(ARN).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "certificates").stat().st_mode & 0o777 == 0o700
    kept.drop(ARN)
    assert [one.arn for one in kept.all()] == [other.arn]


def test_a_server_takes_a_file_as_it_is(tmp_path: Path, held):
    kept = Kept(tmp_path)
    kept.put(held)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(kept.path(ARN))


def test_a_stamp_changes_with_the_certificate_alone(tmp_path: Path, held):
    kept = Kept(tmp_path)
    assert kept.stamp(ARN) is None
    kept.put(held)
    before = kept.stamp(ARN)
    kept.put(held)
    assert kept.stamp(ARN) == before
    kept.put(made(ARN, "orders.example.com"))
    assert kept.stamp(ARN) != before


def test_a_file_that_somebody_broke_is_passed_over(tmp_path: Path, held):
    kept = Kept(tmp_path)
    kept.put(held)
    (tmp_path / "0.pem").write_text("no certificate")
    assert list(kept.all()) == [held]


def test_why_a_certificate_cannot_be_shown(held):
    assert why_unusable(held) is None
    assert "mismatch" in (why_unusable(replace(held, key=made(ARN, "x").key)) or "").lower()
    assert why_unusable(replace(held, key="")) is not None
    locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
    assert why_unusable(replace(held, key=locked)) is not None


def test_the_authority_vouches_for_every_name_it_is_asked_for(tmp_path: Path):
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    authority = Authority(tmp_path / "ca.pem", tmp_path / "ca.key")
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    pem = authority.issue(["a.example.com", "*.b.example.com"], key)
    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["a.example.com", "*.b.example.com"]
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(authority.pem))

"""Certificates of TLS listeners: the default one, and those that names choose beside it.

AddListenerCertificates in the Elastic Load Balancing API reference; "Server certificates" in the
user guide for Network Load Balancers. The list that is described holds the default one too.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.errors import CertificateNotFound, TooManyCertificates
from genkan.api.elbv2.paging import page
from genkan.api.output import present
from genkan.api.quotas import Quota, check_quota
from genkan.model.errors import OperationNotPermitted, ValidationError
from genkan.model.load_balancer import Listener
from genkan.model.network import put

TLS = "TLS"
FORM = (
    "arn:aws:(?:acm:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):certificate|"
    "iam::(?P<owner>[0-9]{12}):server-certificate)/.+"
)
CERTIFICATES = Quota(
    25,
    "elasticloadbalancing",
    "L-137C9D6F",
    "Certificates per Network Load Balancer",
    25,
    True,
)


def check_certificate(call: Call, arn: str) -> str:
    """Give the ARN of a certificate that the caller's listeners can show.

    Raises CertificateNotFound.
    """
    found = re.fullmatch(FORM, arn)
    if found is None:
        raise CertificateNotFound(f"Certificate ARN '{arn}' is not valid")
    account = found["account"] or found["owner"]
    elsewhere = found["region"] not in (None, call.region)
    if account != call.account or elsewhere or not call.has_certificate(arn):
        raise CertificateNotFound(
            f"Certificate '{arn}' not found. ListCertificates of ACM in {call.region}, and "
            f"ListServerCertificates of IAM, show those of account {call.account}."
        )
    return arn


def add_listener_certificates(
    call: Call, *, listener_arn: str, certificates: Sequence[Mapping[str, Any]]
) -> Answer:
    held = _tls_listener(call, listener_arn)
    asked = [check_certificate(call, one) for one in _named(certificates)]
    after = replace(held, certificates=tuple(dict.fromkeys((*held.certificates, *asked))))
    balancer = held.load_balancer
    beside = sum(
        len((after if one.id == held.id else one).certificates[1:])
        for one in call.network.where(Listener, load_balancer=balancer)
    )
    what = f"certificates beside the default ones of '{balancer}'"
    check_quota(call, beside, CERTIFICATES, TooManyCertificates, what)
    added = [{"CertificateArn": one, "IsDefault": one == held.certificates[0]} for one in asked]
    return Answer({"Certificates": added}, put(after))


def remove_listener_certificates(
    call: Call, *, listener_arn: str, certificates: Sequence[Mapping[str, Any]]
) -> Answer:
    held = _tls_listener(call, listener_arn)
    asked = _named(certificates)
    default, *others = held.certificates
    if default in asked:
        raise OperationNotPermitted(
            f"'{default}' is the default certificate of this listener and cannot be removed. "
            "ModifyListener gives it another one."
        )
    kept = tuple(one for one in others if one not in asked)
    return Answer(change=put(replace(held, certificates=(default, *kept))))


def describe_listener_certificates(
    call: Call,
    *,
    listener_arn: str,
    marker: str | None = None,
    page_size: int | None = None,
) -> Answer:
    held = need(call, Listener, listener_arn)
    rows = [
        {"CertificateArn": arn, "IsDefault": at == 0} for at, arn in enumerate(held.certificates)
    ]
    some, following = page(rows, page_size, marker)
    return Answer(present(Certificates=some, NextMarker=following))


def _named(certificates: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give the ARNs that a call names."""
    if not certificates:
        raise ValidationError("At least one certificate must be specified")
    for one in certificates:
        if one.get("IsDefault") is not None:
            raise ValidationError(
                "IsDefault cannot be specified here: ModifyListener chooses the default "
                "certificate. Leave it out."
            )
    return list(dict.fromkeys(one.get("CertificateArn", "") for one in certificates))


def _tls_listener(call: Call, arn: str) -> Listener:
    held = need(call, Listener, arn)
    if held.protocol != TLS:
        raise ValidationError(
            f"A {held.protocol} listener has no certificates. ModifyListener makes it a {TLS} one."
        )
    return held

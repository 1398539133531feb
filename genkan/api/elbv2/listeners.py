"""Listeners: made, shown, changed, deleted.

TCP, UDP, TCP_UDP and TLS at a port of a network load balancer; a gateway load balancer has one
listener, which says neither: it takes every packet. CreateListener in the Elastic Load Balancing
API reference. Certificates are AWS Certificate Manager's and IAM's, of the caller's account; one
that is not there is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import listener_arn, need
from genkan.api.elbv2.certificates import TLS, check_certificate
from genkan.api.elbv2.errors import (
    ALPNPolicyNotFound,
    DuplicateListener,
    InvalidConfigurationRequest,
    TooManyCertificates,
    TooManyListeners,
    UnsupportedProtocol,
)
from genkan.api.elbv2.health_checks import GENEVE
from genkan.api.elbv2.listener_forwards import parse_forwards, shown_action
from genkan.api.elbv2.listener_shape import listener
from genkan.api.elbv2.paging import page
from genkan.api.elbv2.ssl_policies import check_ssl_policy
from genkan.api.elbv2.tagging import with_tags
from genkan.api.elbv2.target_groups import GENEVE_PORT, HIGHEST_PORT
from genkan.api.output import present
from genkan.api.quotas import Quota, check_quota
from genkan.model.errors import ValidationError
from genkan.model.load_balancer import Listener, LoadBalancer, LoadBalancerType
from genkan.model.network import delete, put
from genkan.model.ssl_policies import DEFAULT_POLICY

LISTENERS = Quota(
    50, "elasticloadbalancing", "L-57A373D6", "Listeners per Network Load Balancer", 50, False
)
PROTOCOLS = ("TCP", "UDP", "TCP_UDP", "TLS")
ALPN_POLICIES = ("HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None")


def create_listener(
    call: Call,
    *,
    load_balancer_arn: str,
    default_actions: Sequence[Mapping[str, Any]],
    protocol: str | None = None,
    port: int | None = None,
    ssl_policy: str | None = None,
    certificates: Sequence[Mapping[str, Any]] | None = None,
    alpn_policy: Sequence[str] | None = None,
    tags: Sequence[Mapping[str, str]] | None = None,
) -> Answer:
    balancer = need(call, LoadBalancer, load_balancer_arn)
    spoken, number = _protocol_and_port(balancer, protocol, port)
    wanted = Listener(
        id=listener_arn(call, balancer),
        account=call.account,
        region=call.region,
        tags=with_tags((), tags),
        load_balancer=balancer.id,
        protocol=spoken,
        port=number,
        forwards=parse_forwards(call, balancer, spoken, default_actions),
        **_security(call, spoken, ssl_policy, certificates, alpn_policy),
    )
    others = list(call.network.where(Listener, load_balancer=balancer.id))
    earlier = next((one for one in others if one.port == number), None)
    if earlier:
        if replace(wanted, id=earlier.id, attributes=earlier.attributes) == earlier:
            return Answer({"Listeners": [listener(earlier)]})
        raise _duplicate(number)
    check_quota(call, len(others) + 1, LISTENERS, TooManyListeners, f"listeners of '{balancer.id}'")
    return Answer({"Listeners": [listener(wanted)]}, put(wanted))


def describe_listeners(
    call: Call,
    *,
    load_balancer_arn: str | None = None,
    listener_arns: Sequence[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
) -> Answer:
    if bool(load_balancer_arn) == bool(listener_arns):
        raise ValidationError(
            "You must specify either listener ARNs or a load balancer ARN, and not both."
        )
    if load_balancer_arn:
        balancer = need(call, LoadBalancer, load_balancer_arn)
        rows = list(call.network.where(Listener, load_balancer=balancer.id))
    else:
        rows = [need(call, Listener, arn) for arn in dict.fromkeys(listener_arns or ())]
    some, following = page(rows, page_size, marker)
    return Answer(present(Listeners=[listener(row) for row in some], NextMarker=following))


def modify_listener(
    call: Call,
    *,
    listener_arn: str,
    port: int | None = None,
    protocol: str | None = None,
    ssl_policy: str | None = None,
    certificates: Sequence[Mapping[str, Any]] | None = None,
    default_actions: Sequence[Mapping[str, Any]] | None = None,
    alpn_policy: Sequence[str] | None = None,
) -> Answer:
    held = need(call, Listener, listener_arn)
    balancer = need(call, LoadBalancer, held.load_balancer)
    spoken, number = held.protocol, held.port
    if protocol is not None or port is not None:
        spoken, number = _protocol_and_port(
            balancer, protocol or held.protocol, held.port if port is None else port
        )
    others = call.network.where(Listener, load_balancer=balancer.id)
    if any(one.port == number and one.id != held.id for one in others):
        raise _duplicate(number)
    kept = spoken == TLS
    actions = default_actions or [shown_action(held)]
    security = _security(
        call,
        spoken,
        ssl_policy or (held.ssl_policy if kept else None),
        certificates
        or ([{"CertificateArn": one} for one in held.certificates[:1]] if kept else None),
        alpn_policy or ([held.alpn_policy] if kept and held.alpn_policy else None),
    )
    if kept and held.protocol == TLS:  # another default leaves the others
        default, *_ = security["certificates"]
        others_shown = tuple(one for one in held.certificates[1:] if one != default)
        security["certificates"] = (default, *others_shown)
    after = replace(
        held,
        protocol=spoken,
        port=number,
        forwards=parse_forwards(call, balancer, spoken, actions),
        attributes=held.attributes if spoken == held.protocol else (),
        **security,
    )
    return Answer({"Listeners": [listener(after)]}, put(after))


def delete_listener(call: Call, *, listener_arn: str) -> Answer:
    return Answer(change=delete(need(call, Listener, listener_arn)))


def _protocol_and_port(
    balancer: LoadBalancer, protocol: str | None, port: int | None
) -> tuple[str, int]:
    if balancer.type is LoadBalancerType.GATEWAY:
        if protocol not in (None, GENEVE) or port not in (None, GENEVE_PORT):
            raise ValidationError(
                "A listener of a gateway load balancer takes every packet: protocol and port "
                "cannot be specified. Leave them out."
            )
        return GENEVE, GENEVE_PORT
    if protocol is None or port is None:
        missing = "protocol" if protocol is None else "port"
        raise ValidationError(f"A {missing} must be specified")
    if protocol not in PROTOCOLS:
        raise UnsupportedProtocol(
            f"Listener protocol '{protocol}' must be one of '{', '.join(PROTOCOLS)}' for load "
            "balancers with type 'network'"
        )
    if not 1 <= port <= HIGHEST_PORT:
        raise ValidationError(f"Port '{port}' must be in the range 1-{HIGHEST_PORT} inclusive")
    return protocol, port


def _duplicate(port: int) -> DuplicateListener:
    return DuplicateListener(
        f"A listener already exists on port {port} of this load balancer. Choose another port, or "
        "modify that listener."
    )


def _security(
    call: Call,
    protocol: str,
    ssl_policy: str | None,
    certificates: Sequence[Mapping[str, Any]] | None,
    alpn_policy: Sequence[str] | None,
) -> dict[str, Any]:
    """Give the fields that TLS listeners have and others may not."""
    if protocol != TLS:
        given = {"SslPolicy": ssl_policy, "Certificates": certificates, "AlpnPolicy": alpn_policy}
        for name, value in given.items():
            if value:
                raise InvalidConfigurationRequest(
                    f"{name} is for {TLS} listeners and cannot be specified for a {protocol} one. "
                    "Leave it out."
                )
        return {"certificates": (), "ssl_policy": None, "alpn_policy": None}
    if not certificates:
        raise ValidationError("A certificate must be specified for TLS listeners")
    if len(certificates) > 1:
        raise TooManyCertificates(
            f"A listener is made with its default certificate alone; these are {len(certificates)}."
        )
    arn = check_certificate(call, certificates[0].get("CertificateArn", ""))
    named = list(alpn_policy or ())
    if len(named) > 1 or any(one not in ALPN_POLICIES for one in named):
        raise ALPNPolicyNotFound(
            f"The ALPN policy '{', '.join(named)}' is not one of {', '.join(ALPN_POLICIES)}."
        )
    return {
        "certificates": (arn,),
        "ssl_policy": check_ssl_policy(ssl_policy or DEFAULT_POLICY),
        "alpn_policy": named[0] if named else None,
    }

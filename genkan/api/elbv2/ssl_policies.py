"""Security policies of TLS listeners: which protocols and ciphers each one has.

A choice of AWS's predefined ones; "Security policies for your Network Load Balancer".
"""

from collections.abc import Sequence

from genkan.api.call import Answer, Call
from genkan.api.elbv2.errors import SSLPolicyNotFound
from genkan.api.elbv2.paging import page
from genkan.api.output import present

DEFAULT_POLICY = "ELBSecurityPolicy-2016-08"
_TLS13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
_GCM = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
)
_CBC = (
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
)
_OLD = (
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-ECDSA-AES256-SHA",
    "AES128-GCM-SHA256",
    "AES128-SHA256",
    "AES128-SHA",
    "AES256-GCM-SHA384",
    "AES256-SHA256",
    "AES256-SHA",
)
_POLICIES = {
    DEFAULT_POLICY: (("TLSv1", "TLSv1.1", "TLSv1.2"), (*_GCM, *_CBC, *_OLD)),
    "ELBSecurityPolicy-TLS13-1-2-2021-06": (("TLSv1.2", "TLSv1.3"), (*_TLS13, *_GCM, *_CBC)),
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06": (("TLSv1.2", "TLSv1.3"), (*_TLS13, *_GCM)),
    "ELBSecurityPolicy-TLS13-1-3-2021-06": (("TLSv1.3",), _TLS13),
}


def check_ssl_policy(name: str) -> str:
    """Give the name of a policy that there is. Raises SSLPolicyNotFound."""
    if name not in _POLICIES:
        raise SSLPolicyNotFound(f"SSL policy '{name}' not found. There are {', '.join(_POLICIES)}.")
    return name


def describe_ssl_policies(
    call: Call,
    *,
    names: Sequence[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
    load_balancer_type: str | None = None,
) -> Answer:
    asked = [check_ssl_policy(name) for name in dict.fromkeys(names or _POLICIES)]
    some, following = page(asked, page_size, marker)
    shown = [
        {
            "Name": name,
            "SslProtocols": list(_POLICIES[name][0]),
            "Ciphers": [
                {"Name": cipher, "Priority": at} for at, cipher in enumerate(_POLICIES[name][1], 1)
            ],
            "SupportedLoadBalancerTypes": ["network"],
        }
        for name in some
    ]
    return Answer(present(SslPolicies=shown, NextMarker=following))

"""Security policies of TLS listeners as the API shows them."""

from collections.abc import Sequence

from genkan.api.call import Answer, Call
from genkan.api.elbv2.errors import SSLPolicyNotFound
from genkan.api.elbv2.paging import page
from genkan.api.output import present
from genkan.model.ssl_policies import SSL_POLICIES


def check_ssl_policy(name: str) -> str:
    """Give the name of a policy that there is. Raises SSLPolicyNotFound."""
    if name not in SSL_POLICIES:
        raise SSLPolicyNotFound(
            f"SSL policy '{name}' not found. There are {', '.join(SSL_POLICIES)}."
        )
    return name


def describe_ssl_policies(
    call: Call,
    *,
    names: Sequence[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
    load_balancer_type: str | None = None,
) -> Answer:
    asked = [check_ssl_policy(name) for name in dict.fromkeys(names or SSL_POLICIES)]
    some, following = page(asked, page_size, marker)
    shown = [
        {
            "Name": name,
            "SslProtocols": list(SSL_POLICIES[name].versions),
            "Ciphers": [
                {"Name": cipher, "Priority": at}
                for at, cipher in enumerate(SSL_POLICIES[name].ciphers, 1)
            ],
            "SupportedLoadBalancerTypes": ["network"],
        }
        for name in some
    ]
    return Answer(present(SslPolicies=shown, NextMarker=following))

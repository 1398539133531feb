"""A listener as the API shows it."""

from typing import Any

from genkan.api.elbv2.health_checks import GENEVE
from genkan.api.elbv2.listener_forwards import shown_action
from genkan.api.output import present
from genkan.model.load_balancer import Listener


def listener(row: Listener) -> dict[str, Any]:
    """Give a listener as DescribeListeners does; a gateway's has no protocol and port."""
    gateway = row.protocol == GENEVE
    certificates = [{"CertificateArn": one} for one in row.certificates[:1]]
    return present(
        ListenerArn=row.id,
        LoadBalancerArn=row.load_balancer,
        Port=None if gateway else row.port,
        Protocol=None if gateway else row.protocol,
        Certificates=certificates or None,
        SslPolicy=row.ssl_policy,
        DefaultActions=[shown_action(row)],
        AlpnPolicy=[row.alpn_policy] if row.alpn_policy else None,
    )

"""Attributes of listeners: the idle time-out, of TCP and of gateway load balancers' ones."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.attributes import Attribute, Table, changed, shown
from genkan.api.elbv2.health_checks import GENEVE
from genkan.model.load_balancer import Listener
from genkan.model.network import put

_IDLE: Table = {"tcp.idle_timeout.seconds": Attribute("350", (60, 6000))}


def table_of(listener: Listener) -> Table:
    """Give the attributes that a listener has; that of TLS is fixed and shows none."""
    return _IDLE if listener.protocol in ("TCP", "TCP_UDP", GENEVE) else {}


def describe_listener_attributes(call: Call, *, listener_arn: str) -> Answer:
    listener = need(call, Listener, listener_arn)
    return Answer({"Attributes": shown(listener.attributes, table_of(listener))})


def modify_listener_attributes(
    call: Call, *, listener_arn: str, attributes: Sequence[Mapping[str, str]]
) -> Answer:
    listener = need(call, Listener, listener_arn)
    table = table_of(listener)
    held = changed(listener.attributes, attributes, table, f"{listener.protocol} listeners")
    after = replace(listener, attributes=held)
    return Answer({"Attributes": shown(after.attributes, table)}, put(after))

"""Rules of listeners: each has its default rule alone, which does what the listener does.

Rules with conditions are of application load balancers. "DescribeRules" in the Elastic Load
Balancing API reference.
"""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.elbv2.arns import need
from genkan.api.elbv2.errors import RuleNotFound
from genkan.api.elbv2.listener_forwards import shown_action
from genkan.api.elbv2.paging import page
from genkan.api.output import present
from genkan.model.errors import ValidationError
from genkan.model.load_balancer import Listener

ARN = r"arn:aws:elasticloadbalancing:[a-z0-9-]+:[0-9]{12}:listener-rule/[A-Za-z0-9/-]+"
ID_LENGTH = 16  # hexadecimal digits


def describe_rules(
    call: Call,
    *,
    listener_arn: str | None = None,
    rule_arns: Sequence[str] | None = None,
    marker: str | None = None,
    page_size: int | None = None,
) -> Answer:
    if bool(listener_arn) == bool(rule_arns):
        raise ValidationError("You must specify either listener rule ARNs or a listener ARN")
    if listener_arn:
        rows = [need(call, Listener, listener_arn)]
    else:
        rows = [listener_of_rule(call, arn) for arn in dict.fromkeys(rule_arns or ())]
    some, following = page(rows, page_size, marker)
    return Answer(present(Rules=[_default_rule(row) for row in some], NextMarker=following))


def _default_rule(listener: Listener) -> dict[str, Any]:
    return {
        "RuleArn": _default_rule_arn(listener),
        "Priority": "default",
        "Conditions": [],
        "Actions": [shown_action(listener)],
        "IsDefault": True,
    }


def _default_rule_arn(listener: Listener) -> str:
    """A listener keeps its default rule for life: the rule's id follows from the listener's."""
    rule = sha256(listener.id.encode()).hexdigest()[:ID_LENGTH]
    return f"{listener.id.replace(':listener/', ':listener-rule/', 1)}/{rule}"


def listener_of_rule(call: Call, arn: str) -> Listener:
    """Give the listener whose default rule this is. Raises RuleNotFound, ValidationError."""
    if not re.fullmatch(ARN, arn):
        raise ValidationError(f"'{arn}' is not a valid listener rule ARN")
    name = arn.rpartition("/")[0].replace(":listener-rule/", ":listener/", 1)
    listener = call.find(Listener, name)
    if listener is None or _default_rule_arn(listener) != arn:
        raise RuleNotFound(f"One or more rules not found: '{arn}'")
    return listener

"""VPC links of integrations: which connection an integration of a REST API names, kept for it.

The emulator keeps that there is one and not which; and to which load balancer a link leads.
"""

import re
import threading
from collections.abc import Mapping
from typing import Any

VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")

_now = threading.local()  # the connection that the call of a thread names


def keep_links() -> None:
    """Have the emulator keep and show the connection that an integration names."""
    from moto.apigateway.models import Integration
    from moto.apigateway.responses import APIGatewayResponse

    responses_type: Any = APIGatewayResponse
    integration_type: Any = Integration
    put, shown = responses_type.put_integration, integration_type.to_json

    def put_integration(self: Any) -> Any:  # noqa: ANN401 - moto's
        _now.connection = self._get_param("connectionId")
        try:
            return put(self)
        finally:
            _now.connection = None

    def made(self: Any, *given: Any, **named: Any) -> None:  # noqa: ANN401 - moto's
        begin(self, *given, **named)
        self.connection_id = getattr(_now, "connection", None)

    def to_json(self: Any) -> dict[str, Any]:  # noqa: ANN401 - moto's
        return {**shown(self), "connectionId": self.connection_id}

    begin = integration_type.__init__
    integration_type.__init__ = made
    integration_type.to_json = to_json
    responses_type.put_integration = put_integration


def balancer_of(
    account: str,
    region: str,
    integration: Any,  # noqa: ANN401 - moto's
    variables: Mapping[str, str],
) -> str | None:
    """Give the ARN of the load balancer that a REST API's integration goes by; None where its link
    is not there."""
    from moto.apigateway.models import apigateway_backends

    named = VARIABLE.sub(lambda found: variables.get(found[1], ""), integration.connection_id or "")
    link = apigateway_backends[account][region].vpc_links.get(named)
    return str(link.target_arns[0]) if link and link.target_arns else None

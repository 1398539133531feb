"""`$context`: what API Gateway knows of a call. "Variables for data models, authorizers, mapping
templates, and CloudWatch access logging" in the developer guide."""

from typing import Any

from genkan.services.gateway.calls import Call

CLF = "%d/%b/%Y:%H:%M:%S +0000"


def context_of(call: Call, owner: str, api: str, stage: str) -> dict[str, Any]:
    """Give what holds for every call; routes add what they are."""
    user = call.principal or None
    identity: dict[str, Any] = {
        "accountId": call.account or None,
        "caller": user,
        "user": user,
        "userArn": user,
        "sourceIp": call.source,
        "userAgent": call.header("user-agent"),
        "apiKey": call.header("x-api-key"),
    }
    if call.endpoint:
        identity["vpceId"] = call.endpoint
        identity["vpcId"] = (call.context.get("aws:SourceVpc") or (None,))[0]
    return {
        "accountId": owner,
        "apiId": api,
        "domainName": call.host,
        "domainPrefix": call.host.partition(".")[0],
        "extendedRequestId": call.request_id,
        "httpMethod": call.method,
        "identity": identity,
        "path": call.path,
        "protocol": "HTTP/1.1",
        "requestId": call.request_id,
        "requestTime": call.at.strftime(CLF),
        "requestTimeEpoch": int(call.at.timestamp() * 1000),
        "stage": stage,
        "requestOverride": {"header": {}, "querystring": {}, "path": {}},
        "responseOverride": {"header": {}},
    }

"""Customer gateways: what an account says of its own end of a VPN. Data alone."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.ids import need
from genkan.api.output import present
from genkan.api.quotas import CUSTOMER_GATEWAYS, CustomerGatewayLimitExceeded, check_quota
from genkan.api.selection import Values, select
from genkan.api.tagging import from_specifications, shown
from genkan.api.vpn_lookup import standing
from genkan.model.errors import IncorrectState, InvalidParameterValue, MissingParameter
from genkan.model.network import delete, put
from genkan.model.vpn import CustomerGateway

TYPE = "ipsec.1"
DEFAULT_ASN = 65000
HIGHEST_ASN = 2**31 - 1

_FILTERS: Mapping[str, Values[CustomerGateway]] = {
    "bgp-asn": lambda row: [str(row.bgp_asn)],
    "customer-gateway-id": lambda row: [row.id],
    "ip-address": lambda row: [str(row.address)] if row.address else [],
    "state": lambda row: ["available"],
    "type": lambda row: [TYPE],
}


def create_customer_gateway(
    call: Call,
    *,
    type: str,
    bgp_asn: int = DEFAULT_ASN,
    ip_address: str | None = None,
    public_ip: str | None = None,
    certificate_arn: str | None = None,
    device_name: str | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    """Make a gateway; one like it that is there already is given instead."""
    if type != TYPE:
        raise InvalidParameterValue(f"Value ({type}) for parameter type is invalid. Use {TYPE}.")
    if not 1 <= bgp_asn <= HIGHEST_ASN:
        raise InvalidParameterValue(
            f"Value ({bgp_asn}) for parameter bgpAsn is invalid. Give 1 to {HIGHEST_ASN}."
        )
    text = ip_address or public_ip
    if not text and not certificate_arn:
        raise MissingParameter(
            "The request must contain the parameter ipAddress or certificateArn."
        )
    address = _parse(text) if text else None
    for there in call.mine(CustomerGateway):
        if (there.address, there.bgp_asn) == (address, bgp_asn) and address:
            return Answer({"CustomerGateway": _shown(there)})
    count = len(call.mine(CustomerGateway)) + 1
    check_quota(call, count, CUSTOMER_GATEWAYS, CustomerGatewayLimitExceeded, "customer gateways")
    gateway = CustomerGateway(
        id=call.new_id("cgw"),
        account=call.account,
        region=call.region,
        tags=from_specifications("customer-gateway", tag_specifications),
        bgp_asn=bgp_asn,
        address=address,
        device_name=device_name,
        certificate_arn=certificate_arn,
    )
    return Answer({"CustomerGateway": _shown(gateway)}, put(gateway))


def describe_customer_gateways(
    call: Call,
    *,
    customer_gateway_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    rows = select(call, CustomerGateway, ids=customer_gateway_ids, filters=filters, table=_FILTERS)
    return Answer({"CustomerGateways": [_shown(row) for row in rows]})


def delete_customer_gateway(call: Call, *, customer_gateway_id: str) -> Answer:
    gateway = need(call, CustomerGateway, customer_gateway_id)
    if any(standing(call.network, customer_gateway_id=gateway.id)):
        raise IncorrectState(
            f"The customer gateway is in use: a VPN connection leads to {gateway.id}. "
            "Delete that first."
        )
    return Answer(change=delete(gateway))


def _parse(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError:
        raise InvalidParameterValue(
            f"Value ({text}) for parameter ipAddress is invalid. Give an IPv4 address."
        ) from None


def _shown(gateway: CustomerGateway) -> dict[str, Any]:
    return present(
        BgpAsn=str(gateway.bgp_asn),
        CertificateArn=gateway.certificate_arn,
        CustomerGatewayId=gateway.id,
        DeviceName=gateway.device_name,
        IpAddress=str(gateway.address) if gateway.address else None,
        State="available",
        Type=TYPE,
        Tags=shown(gateway.tags),
    )

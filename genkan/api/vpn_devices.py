"""Devices of customers: the kinds that a configuration can be had for, and a sample of one.

There is one kind, `Generic`: what every device needs to be told, in words. AWS's samples for the
devices of makers are not here.
"""

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.selection import page
from genkan.api.vpn_lookup import need_available
from genkan.model.errors import InvalidParameterValue
from genkan.model.vpn import CustomerGateway, VpnConnection

GENERIC = {
    "VpnConnectionDeviceTypeId": "9005b6c1",
    "Vendor": "Generic",
    "Platform": "Generic",
    "Software": "Vendor Agnostic",
}
IKE_VERSIONS = ("ikev1", "ikev2")
SAMPLE_TYPES = ("compatibility", "recommended")


def get_vpn_connection_device_types(
    call: Call, *, max_results: int | None = None, next_token: str | None = None
) -> Answer:
    some, token = page([GENERIC], max_results, next_token)
    return Answer(present(VpnConnectionDeviceTypes=list(some), NextToken=token))


def get_vpn_connection_device_sample_configuration(
    call: Call,
    *,
    vpn_connection_id: str,
    vpn_connection_device_type_id: str,
    internet_key_exchange_version: str = IKE_VERSIONS[0],
    sample_type: str = SAMPLE_TYPES[0],
) -> Answer:
    connection = need_available(call, vpn_connection_id)
    if vpn_connection_device_type_id != GENERIC["VpnConnectionDeviceTypeId"]:
        raise InvalidParameterValue(
            f"Value ({vpn_connection_device_type_id}) for parameter vpnConnectionDeviceTypeId is "
            "invalid. GetVpnConnectionDeviceTypes lists them."
        )
    for name, value, valid in (
        ("internetKeyExchangeVersion", internet_key_exchange_version, IKE_VERSIONS),
        ("sampleType", sample_type, SAMPLE_TYPES),
    ):
        if value not in valid:
            raise InvalidParameterValue(
                f"Value ({value}) for parameter {name} is invalid. Use {' or '.join(valid)}."
            )
    sample = _sample(call, connection, internet_key_exchange_version)
    return Answer({"VpnConnectionDeviceSampleConfiguration": sample})


def _sample(call: Call, connection: VpnConnection, version: str) -> str:
    customer = call.network.get(CustomerGateway, connection.customer_gateway_id)
    address = str(customer.address) if customer and customer.address else "your device"
    lines = [f"VPN connection {connection.id} to {connection.customer_gateway_id}", ""]
    for number, tunnel in enumerate(connection.tunnels, start=1):
        lines += [
            f"IPSec tunnel {number}",
            f"  IKE version            {version}",
            f"  Pre-shared key         {tunnel.pre_shared_key}",
            f"  Outside addresses      {address}, {tunnel.outside_ip} (virtual private gateway)",
            f"  Inside addresses       {tunnel.customer_inside}/30, {tunnel.amazon_inside}/30",
            f"  Routing                {_routing(connection, customer)}",
            "",
        ]
    return "\n".join(lines)


def _routing(connection: VpnConnection, customer: CustomerGateway | None) -> str:
    if connection.static_routes_only:
        return f"static: {', '.join(map(str, connection.routes)) or 'no routes yet'}"
    return f"BGP, ASN {customer.bgp_asn if customer else 'yours'}"

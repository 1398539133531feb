"""VPN connections, their tunnels and routes."""

from genkan.api import quotas
from genkan.model.vpn import VpnConnection
from tests.api.examples.example import example
from tests.api.refusals.row import Row, rows
from tests.api.refusals.scenes import many

NEW = {"Type": "ipsec.1", "CustomerGatewayId": "<cgw>", "VpnGatewayId": "<vgw>"}
OUT = {"VpnConnectionId": "<vpn>", "VpnTunnelOutsideIpAddress": "<outside>"}
DELETED = example("DeleteVpnConnection", {"VpnConnectionId": "<vpn>"})
CUSTOMER = {"Type": "ipsec.1", "IpAddress": "198.51.100.8", "BgpAsn": 65001}
DYNAMIC = (
    example("CreateCustomerGateway", CUSTOMER, other_cgw="CustomerGateway.CustomerGatewayId"),
    example(
        "CreateVpnConnection",
        {**NEW, "CustomerGatewayId": "<other_cgw>"},
        dynamic="VpnConnection.VpnConnectionId",
    ),
)


def options(**more: object) -> dict:
    """Give the options of a connection."""
    return {"Options": more}


def tunnel(**more: object) -> dict:
    """Give the options of a connection's first tunnel."""
    return options(TunnelOptions=[more])


ROWS: tuple[Row, ...] = (
    *rows(
        "CreateVpnConnection",
        NEW,
        ({"Type": "ipsec.2"}, "InvalidParameterValue", "ipsec.2"),
        (options(TunnelInsideIpVersion="ipv6"), "UnsupportedOperation", "TunnelInsideIpVersion"),
        (options(LocalIpv4NetworkCidr="here"), "InvalidParameterValue", "here"),
        (
            options(TunnelOptions=[{"DPDTimeoutSeconds": 30}] * 3),
            "InvalidParameterValue",
            "3",
        ),
        (tunnel(TunnelInsideIpv6Cidr="fd00::/126"), "UnsupportedOperation", "TunnelInsideIpv6Cidr"),
        (tunnel(DPDTimeoutSeconds=1), "InvalidParameterValue", "DPDTimeoutSeconds"),
        (tunnel(DPDTimeoutAction="wait"), "InvalidParameterValue", "wait"),
        (tunnel(IKEVersions=[{"Value": "ikev9"}]), "InvalidParameterValue", "ikev9"),
        (tunnel(TunnelInsideCidr="inside"), "InvalidParameterValue", "inside"),
        (tunnel(TunnelInsideCidr="10.0.0.0/30"), "InvalidParameterValue", "10.0.0.0/30"),
        (
            tunnel(TunnelInsideCidr="<inside>"),
            "InvalidCidr.InUse",
            "<inside>",
            example(
                "DescribeVpnConnections",
                {"VpnConnectionIds": ["<vpn>"]},
                inside="VpnConnections[0].Options.TunnelOptions[0].TunnelInsideCidr",
            ),
        ),
        (tunnel(PreSharedKey="short"), "InvalidParameterValue", "PreSharedKey"),
        ({}, "InvalidOption.Conflict", "<vpn>"),
        (
            {"CustomerGatewayId": "<same_cgw>"},
            "AsnConflict",
            "64512",
            example(
                "CreateCustomerGateway",
                {**CUSTOMER, "BgpAsn": 64512},
                same_cgw="CustomerGateway.CustomerGatewayId",
            ),
        ),
    ),
    *rows(
        "CreateVpnConnection",
        NEW,
        (
            {},
            "VpnConnectionLimitExceeded",
            "VPN connections",
            many(VpnConnection, quotas.VPN_CONNECTIONS),
        ),
    ),
    *rows(
        "ModifyVpnTunnelOptions",
        {**OUT, "TunnelOptions": {"DPDTimeoutSeconds": 30}},
        (
            {"VpnTunnelOutsideIpAddress": "198.51.100.250"},
            "InvalidParameterValue",
            "198.51.100.250",
        ),
    ),
    *rows(
        "ModifyVpnConnection",
        {"VpnConnectionId": "<vpn>"},
        ({}, "InvalidParameterCombination", "exactly one"),
        ({"VpnGatewayId": "<vgw>"}, "InvalidVpnConnection.InvalidState", "<vpn>", DELETED),
    ),
    *rows(
        "GetVpnConnectionDeviceSampleConfiguration",
        {"VpnConnectionId": "<vpn>", "VpnConnectionDeviceTypeId": "<device>"},
        (
            {"InternetKeyExchangeVersion": "ikev9"},
            "InvalidParameterValue",
            "ikev9",
            example(
                "GetVpnConnectionDeviceTypes",
                device="VpnConnectionDeviceTypes[0].VpnConnectionDeviceTypeId",
            ),
        ),
        ({"VpnConnectionDeviceTypeId": "modem"}, "InvalidParameterValue", "modem"),
    ),
    *rows("ModifyVpnTunnelCertificate", OUT, ({}, "InvalidParameterValue", "<vpn>")),
    *rows(
        "CreateVpnConnectionRoute",
        {"VpnConnectionId": "<vpn>", "DestinationCidrBlock": "here"},
        ({}, "InvalidRoute.Malformed", "here"),
        (
            {"VpnConnectionId": "<dynamic>", "DestinationCidrBlock": "192.168.20.0/24"},
            "InvalidVpnConnection.InvalidType",
            "<dynamic>",
            *DYNAMIC,
        ),
    ),
    *rows(
        "DeleteVpnConnectionRoute",
        {"VpnConnectionId": "<vpn>", "DestinationCidrBlock": "192.168.77.0/24"},
        ({}, "InvalidRoute.NotFound", "192.168.77.0/24"),
    ),
    *rows(
        "DeleteVpnGateway",
        {"VpnGatewayId": "<vgw>"},
        (
            {},
            "IncorrectState",
            "VPN connection",
            example("DetachVpnGateway", {"VpnGatewayId": "<vgw>", "VpcId": "<vpc>"}),
        ),
    ),
    *rows("DeleteCustomerGateway", {"CustomerGatewayId": "<cgw>"}, ({}, "IncorrectState", "<cgw>")),
)

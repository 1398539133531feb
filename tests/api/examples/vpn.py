"""VPN connections, their tunnels and static routes."""

from tests.api.examples.example import by, example, tagged

TUNNEL = {"VpnConnectionId": "<vpn>", "VpnTunnelOutsideIpAddress": "<outside>"}
CERTIFICATE = "arn:aws:acm:<region>:<account>:certificate/11111111-2222-3333-4444-555555555555"

MAKE = (
    example(
        "CreateVpnConnection",
        {
            "Type": "ipsec.1",
            "CustomerGatewayId": "<cgw>",
            "VpnGatewayId": "<vgw>",
            "Options": {
                "StaticRoutesOnly": True,
                "TunnelOptions": [{"TunnelInsideCidr": "169.254.10.0/30"}],
            },
            "TagSpecifications": tagged("vpn-connection", "office"),
        },
        vpn="VpnConnection.VpnConnectionId",
        outside="VpnConnection.Options.TunnelOptions[0].OutsideIpAddress",
    ),
    example(
        "CreateVpnConnectionRoute",
        {"VpnConnectionId": "<vpn>", "DestinationCidrBlock": "192.168.10.0/24"},
    ),
    example(
        "CreateCustomerGateway",
        {"Type": "ipsec.1", "CertificateArn": CERTIFICATE},
        certified_cgw="CustomerGateway.CustomerGatewayId",
    ),
)
USE = (
    example("DescribeVpnConnections", {"Filters": by("vpn-gateway-id", "<vgw>")}),
    example("DescribeVpnConnections", {"VpnConnectionIds": ["<vpn>"]}),
    example("ModifyVpnConnection", {"VpnConnectionId": "<vpn>", "VpnGatewayId": "<vgw>"}),
    example(
        "ModifyVpnConnectionOptions",
        {"VpnConnectionId": "<vpn>", "RemoteIpv4NetworkCidr": "10.0.0.0/16"},
    ),
    example(
        "ModifyVpnTunnelOptions",
        {
            **TUNNEL,
            "TunnelOptions": {
                "DPDTimeoutAction": "restart",
                "Phase1DHGroupNumbers": [{"Value": 14}],
                "IKEVersions": [{"Value": "ikev2"}],
            },
        },
    ),
    example("ReplaceVpnTunnel", TUNNEL),
    example("GetVpnTunnelReplacementStatus", TUNNEL),
    example(
        "GetVpnConnectionDeviceTypes",
        device="VpnConnectionDeviceTypes[0].VpnConnectionDeviceTypeId",
    ),
    example(
        "GetVpnConnectionDeviceSampleConfiguration",
        {"VpnConnectionId": "<vpn>", "VpnConnectionDeviceTypeId": "<device>"},
    ),
    example(
        "ModifyVpnConnection", {"VpnConnectionId": "<vpn>", "CustomerGatewayId": "<certified_cgw>"}
    ),
    example("ModifyVpnTunnelCertificate", TUNNEL),
    example("ModifyVpnConnection", {"VpnConnectionId": "<vpn>", "CustomerGatewayId": "<cgw>"}),
)
UNMAKE = (
    example(
        "DeleteVpnConnectionRoute",
        {"VpnConnectionId": "<vpn>", "DestinationCidrBlock": "192.168.10.0/24"},
    ),
    example("DeleteVpnConnection", {"VpnConnectionId": "<vpn>"}),
    example("DeleteCustomerGateway", {"CustomerGatewayId": "<certified_cgw>"}),
)

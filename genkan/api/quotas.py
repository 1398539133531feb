"""How many of a thing there may be, and the code AWS refuses one more with.

AWS's defaults are low because they are raised on request; here the adjustable ones are high, and
those that AWS does not adjust are AWS's. "Amazon VPC quotas" in the Amazon VPC user guide.
"""

from genkan.model.errors import Refused

VPCS = 10_000  # in a Region; AWS's default is 5
INTERNET_GATEWAYS = 10_000  # in a Region; 5
SUBNETS = 2_000  # in a VPC; 200
IPV4_CIDRS = 50  # of a VPC; AWS raises its default of 5 to 50
IPV6_CIDRS = 5  # of a VPC; AWS raises it to 50
SUBNET_IPV6_CIDRS = 1  # of a subnet, fixed
ROUTE_TABLES = 2_000  # in a VPC; 200
ROUTES = 1_000  # in a route table; 500, and AWS raises it to 1,000
SECURITY_GROUPS = 10_000  # in a Region; 2,500
RULES = 1_000  # in a security group, each direction; 60, and AWS raises it to 1,000
INTERFACES = 50_000  # in a Region; 5,000
ELASTIC_IPS = 5_000  # in a Region; 5
NAT_GATEWAYS = 1_000  # in an Availability Zone; 5
NAT_GATEWAY_ADDRESSES = 8  # of a NAT gateway, fixed
GATEWAY_ENDPOINTS = 255  # in a VPC, fixed; AWS raises its 20 in a Region
PREFIX_LISTS = 1_000  # in a Region; 100
PREFIX_LIST_ENTRIES = 1_000  # in a list, fixed
NETWORK_ACLS = 2_000  # in a VPC; 200
NETWORK_ACL_ENTRIES = 40  # in an ACL, each direction and family; 20, and AWS raises it to 40
DHCP_OPTIONS = 1_000  # in a Region; 100
PEERING_CONNECTIONS = 125  # active ones of a VPC; 50, and AWS raises it to 125
OUTSTANDING_PEERINGS = 25  # of a VPC that nobody has answered
EGRESS_ONLY_GATEWAYS = 1_000  # in a Region; 5
BPA_EXCLUSIONS = 50  # from block public access, in a Region, fixed
VPN_GATEWAYS = 500  # in a Region; 5
CUSTOMER_GATEWAYS = 500  # in a Region; 50
KEY_PAIRS = 5_000  # in a Region
FLOW_LOGS = 2  # of a resource, fixed
VPN_CONNECTIONS = 1_000  # in a Region; 50
VPN_ROUTES = 100  # static ones of a connection; AWS's default, which it adjusts
TAGGED_AT_ONCE = 1_000  # resources in a CreateTags or DeleteTags call


class VpcLimitExceeded(Refused):
    code = "VpcLimitExceeded"


class InternetGatewayLimitExceeded(Refused):
    code = "InternetGatewayLimitExceeded"


class SubnetLimitExceeded(Refused):
    code = "SubnetLimitExceeded"


class CidrLimitExceeded(Refused):
    code = "CidrLimitExceeded"


class NetworkInterfaceLimitExceeded(Refused):
    code = "NetworkInterfaceLimitExceeded"


class AddressLimitExceeded(Refused):
    code = "AddressLimitExceeded"


class NatGatewayLimitExceeded(Refused):
    code = "NatGatewayLimitExceeded"


class PrivateIpAddressLimitExceeded(Refused):
    code = "PrivateIpAddressLimitExceeded"


class AttachmentLimitExceeded(Refused):
    code = "AttachmentLimitExceeded"


class RouteTableLimitExceeded(Refused):
    code = "RouteTableLimitExceeded"


class RouteLimitExceeded(Refused):
    code = "RouteLimitExceeded"


class SecurityGroupLimitExceeded(Refused):
    code = "SecurityGroupLimitExceeded"


class RulesPerSecurityGroupLimitExceeded(Refused):
    code = "RulesPerSecurityGroupLimitExceeded"


class PrefixListLimitExceeded(Refused):
    code = "PrefixListLimitExceeded"


class NetworkAclLimitExceeded(Refused):
    code = "NetworkAclLimitExceeded"


class NetworkAclEntryLimitExceeded(Refused):
    code = "NetworkAclEntryLimitExceeded"


class DhcpOptionsLimitExceeded(Refused):
    code = "DhcpOptionsLimitExceeded"


class VpcPeeringConnectionLimitExceeded(Refused):
    code = "ActiveVpcPeeringConnectionPerVpcLimitExceeded"


class OutstandingVpcPeeringConnectionLimitExceeded(Refused):
    code = "OutstandingVpcPeeringConnectionLimitExceeded"


class VpnGatewayLimitExceeded(Refused):
    code = "VpnGatewayLimitExceeded"


class CustomerGatewayLimitExceeded(Refused):
    code = "CustomerGatewayLimitExceeded"


class KeyPairLimitExceeded(Refused):
    code = "KeyPairLimitExceeded"


class FlowLogsLimitExceeded(Refused):
    code = "FlowLogsLimitExceeded"


class EgressOnlyInternetGatewayLimitExceeded(Refused):
    code = "EgressOnlyInternetGatewayLimitExceeded"


class VpnConnectionLimitExceeded(Refused):
    code = "VpnConnectionLimitExceeded"


class VpnRouteLimitExceeded(Refused):
    code = "RouteLimitExceeded"


class ExclusionLimitExceeded(Refused):
    code = "VpcBlockPublicAccessExclusionLimitExceeded"


def check_quota(count: int, most: int, refusal: type[Refused], what: str) -> None:
    """Raise `refusal` when `count`, which includes what is asked for, is more than `most`."""
    if count > most:
        raise refusal(
            f"The maximum number of {what} has been reached: this would make {count}, and {most} "
            "is the limit. Delete some first."
        )

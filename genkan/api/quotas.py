"""How many of a thing there may be, and the code AWS refuses one more with.

AWS's defaults are low because they are raised on request; here the adjustable ones are high, and
those that AWS does not adjust are AWS's. Codes are Service Quotas' where public tools carry them,
else derived from the name. "Amazon VPC quotas" in the Amazon VPC user guide.
"""

from genkan.api.call import Call
from genkan.model.errors import Refused
from genkan.model.quota import ServiceQuota, quota_id


class Quota(int):
    """A number, as an account has it until it is changed.

    `service`, `code` and `title` are Service Quotas', `aws` is AWS's default.
    """

    def __new__(
        cls,
        value: int,
        service: str,
        code: str,
        title: str,
        aws: int,
        adjustable: bool = True,
    ) -> "Quota":
        quota = super().__new__(cls, value)
        quota.service, quota.code, quota.title = service, code, title
        quota.aws, quota.adjustable = aws, adjustable
        return quota

    service: str
    code: str
    title: str
    aws: int
    adjustable: bool


VPCS = Quota(10_000, "vpc", "L-F678F1CE", "VPCs per Region", 5)
INTERNET_GATEWAYS = Quota(10_000, "vpc", "L-A4707A72", "Internet gateways per Region", 5)
SUBNETS = Quota(2_000, "vpc", "L-407747CB", "Subnets per VPC", 200)
IPV4_CIDRS = Quota(50, "vpc", "L-83CA0A9D", "IPv4 CIDR blocks per VPC", 5)
IPV6_CIDRS = Quota(5, "vpc", "L-085A6257", "IPv6 CIDR blocks per VPC", 5)
SUBNET_IPV6_CIDRS = 1  # of a subnet, fixed
ROUTE_TABLES = Quota(2_000, "vpc", "L-589F43AA", "Route tables per VPC", 200)
ROUTES = Quota(1_000, "vpc", "L-93826ACB", "Routes per route table", 500)
SECURITY_GROUPS = Quota(10_000, "vpc", "L-E79EC296", "VPC security groups per Region", 2_500)
RULES = Quota(1_000, "vpc", "L-0EA8095F", "Inbound or outbound rules per security group", 60)
INTERFACES = Quota(50_000, "vpc", "L-DF5E4CA3", "Network interfaces per Region", 5_000)
GROUPS_OF_AN_INTERFACE = Quota(16, "vpc", "L-2AFB9258", "Security groups per network interface", 5)
ELASTIC_IPS = Quota(5_000, "ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5)
NAT_GATEWAYS = Quota(1_000, "vpc", "L-FE5A380F", "NAT gateways per Availability Zone", 5)
NAT_GATEWAY_ADDRESSES = Quota(
    8, "vpc", "L-5F53652F", "Private IP address quota per NAT gateway", 8, adjustable=False
)
GATEWAY_ENDPOINTS = Quota(10_000, "vpc", "L-1B52E74A", "Gateway VPC endpoints per Region", 20)
GATEWAY_ENDPOINTS_OF_A_VPC = 255  # fixed
PREFIX_LISTS = Quota(1_000, "vpc", "L-2C475ABD", "Prefix lists per Region", 100)
PREFIX_LIST_ENTRIES = Quota(
    1_000, "vpc", "L-E6DC5DEE", "Entries per prefix list", 1_000, adjustable=False
)
NETWORK_ACLS = Quota(2_000, "vpc", "L-B4A6D682", "Network ACLs per VPC", 200)
NETWORK_ACL_ENTRIES = Quota(40, "vpc", "L-2AEEBF1A", "Rules per network ACL", 20)
DHCP_OPTIONS = Quota(1_000, "vpc", "L-86AD0700", "DHCP option sets per Region", 100)
PEERING_CONNECTIONS = Quota(125, "vpc", "L-7E9ECCDB", "Active VPC peering connections per VPC", 50)
OUTSTANDING_PEERINGS = Quota(
    25, "vpc", "L-DC9F7029", "Outstanding VPC peering connection requests", 25
)
EGRESS_ONLY_GATEWAYS = Quota(
    1_000, "vpc", "L-45FE3B85", "Egress-only internet gateways per Region", 5
)
BPA_EXCLUSIONS = Quota(
    50, "vpc", "L-03CAA292", "VPC block public access exclusions per Region", 50, adjustable=False
)
VPN_GATEWAYS = Quota(500, "ec2", "L-7029FAB6", "Virtual private gateways per region", 5)
CUSTOMER_GATEWAYS = Quota(500, "ec2", "L-4FB7FF5D", "Customer gateways per region", 50)
KEY_PAIRS = Quota(5_000, "ec2", "L-8F59D93A", "Key pairs per Region", 5_000)
FLOW_LOGS = Quota(2, "vpc", "L-B80364D3", "Flow logs per resource", 2, adjustable=False)
VPN_CONNECTIONS = Quota(1_000, "ec2", "L-3E6EC3A3", "VPN connections per region", 50)
VPN_ROUTES = Quota(100, "ec2", "L-9A595260", "Static routes per VPN connection", 100)
RESOLVER_ENDPOINTS = Quota(
    100, "route53resolver", "L-4A669CC0", "Resolver endpoints per AWS Region", 4
)
RESOLVER_RULES = Quota(10_000, "route53resolver", "L-51D8A1FB", "Resolver rules per Region", 1_000)
RESOLVER_ASSOCIATIONS = Quota(
    20_000, "route53resolver", "L-94E19253", "Associations of resolver rules per Region", 2_000
)
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


class InvalidPaginationTokenException(Refused):
    code = "InvalidPaginationTokenException"


def value_of(call: Call, quota: int) -> int:
    """Give a quota as the caller's account has it in the Region of the call."""
    if not isinstance(quota, Quota):
        return quota
    changed = call.network.get(ServiceQuota, quota_id(call.account, call.region, quota.code))
    return changed.value if changed else int(quota)


def check_quota(call: Call, count: int, quota: int, refusal: type[Refused], what: str) -> None:
    """Raise `refusal` when `count`, which includes what is asked for, is more than the quota."""
    most = value_of(call, quota)
    if count > most:
        raise refusal(
            f"The maximum number of {what} has been reached: this would make {count}, and {most} "
            "is the limit. Delete some first, or have it raised: genkan quota set."
        )

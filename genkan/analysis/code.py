"""Why a packet is stopped, in a word: AWS Reachability Analyzer's explanation codes, where it has
one for it ("Explanation codes" in its guide), and ours where it has none."""

from enum import Enum


class Code(Enum):
    """A value that is not AWS's is marked by a comment."""

    ENI_SOURCE_DEST_CHECK_RESTRICTION = "ENI_SOURCE_DEST_CHECK_RESTRICTION"
    GATEWAY_REJECTS_SPOOFED_TRAFFIC = "GATEWAY_REJECTS_SPOOFED_TRAFFIC"
    ENI_SG_RULES_MISMATCH = "ENI_SG_RULES_MISMATCH"
    SG_HAS_NO_RULES = "SG_HAS_NO_RULES"
    SUBNET_ACL_RESTRICTION = "SUBNET_ACL_RESTRICTION"
    NO_ROUTE_TO_DESTINATION = "NO_ROUTE_TO_DESTINATION"
    BAD_STATE = "BAD_STATE"
    BAD_STATE_ROUTE = "BAD_STATE_ROUTE"
    IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS = "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
    IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS = "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
    ELBV2_LISTENERS_MISMATCH = "ELBV2_LISTENERS_MISMATCH"
    ELBV2_NO_TARGETS_IN_AZ = "ELBV2_NO_TARGETS_IN_AZ"
    NLB_SG_PRIVATELINK = "NLB_SG_PRIVATELINK"  # ours: the groups, asked about endpoints' clients
    NOT_FROM_BEYOND = "NOT_FROM_BEYOND"  # ours: a VPC's own services answer its own hosts alone
    OWN_SOURCE = "OWN_SOURCE"  # ours: it came back to whom it says it is from
    NO_ENI_AT_ADDRESS = "NO_ENI_AT_ADDRESS"  # ours: a local route, and nobody at the address
    NOTHING_LISTENS = "NOTHING_LISTENS"  # ours: a router's address, and no service at the port
    ANSWER_OF_NO_CONNECTION = "ANSWER_OF_NO_CONNECTION"  # ours: it came back another way
    ANSWER_TO_ANOTHER = "ANSWER_TO_ANOTHER"  # ours: the source was not the sender's
    EGRESS_ONLY = "EGRESS_ONLY"  # ours: an egress-only gateway lets nothing begin outside
    NO_APPLIANCES = "NO_APPLIANCES"  # ours: no load balancer takes an endpoint's packets
    PASSES_NOTHING_ON = "PASSES_NOTHING_ON"  # ours: an instance that is no middlebox
    ROUTE_LOOP = "ROUTE_LOOP"  # ours
    BAD_STATE_ATTACHMENT = "BAD_STATE_ATTACHMENT"

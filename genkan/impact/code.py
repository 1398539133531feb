"""Why a flow is as it is, in a word, beside the walk's own codes (`genkan.analysis.Code`)."""

from enum import Enum


class Why(Enum):
    """Words for names and policies; none of them is AWS's."""

    DNS_DISABLED_IN_VPC = "DNS_DISABLED_IN_VPC"  # the VPC has no resolver
    DNS_NXDOMAIN = "DNS_NXDOMAIN"  # whoever has the word on the name says there is none
    DNS_NO_ADDRESS = "DNS_NO_ADDRESS"  # the name is there, without an address
    DNS_FORWARDED = "DNS_FORWARDED"  # a Resolver rule's targets answer
    VPCE_POLICY_EXPLICIT_DENY = "VPCE_POLICY_EXPLICIT_DENY"  # a statement denies everything
    VPCE_POLICY_IMPLICIT_DENY = "VPCE_POLICY_IMPLICIT_DENY"  # no statement allows anything here
    VPCE_POLICY_DEPENDS = "VPCE_POLICY_DEPENDS"  # on who calls what
    IDENTITY_POLICY_EXPLICIT_DENY = "IDENTITY_POLICY_EXPLICIT_DENY"  # the caller's role denies it
    IDENTITY_POLICY_IMPLICIT_DENY = "IDENTITY_POLICY_IMPLICIT_DENY"  # and allows none of it
    PERMISSIONS_BOUNDARY_EXPLICIT_DENY = "PERMISSIONS_BOUNDARY_EXPLICIT_DENY"  # of that role
    PERMISSIONS_BOUNDARY_IMPLICIT_DENY = "PERMISSIONS_BOUNDARY_IMPLICIT_DENY"
    IDENTITY_POLICY_DEPENDS = "IDENTITY_POLICY_DEPENDS"  # on keys of the call
    RESOURCE_POLICY_DENY = "RESOURCE_POLICY_DENY"  # a statement of the resource's policy denies it
    RESOURCE_POLICY_IMPLICIT_DENY = "RESOURCE_POLICY_IMPLICIT_DENY"  # no statement lets it in
    RESOURCE_POLICY_DEPENDS = "RESOURCE_POLICY_DEPENDS"  # on keys of the call
    RESOURCE_POLICY_UNKNOWN = "RESOURCE_POLICY_UNKNOWN"  # nobody said what policies there are


class Flag(Enum):
    """What comes along with an effect."""

    CONNECTIONS_RESET = "CONNECTIONS_RESET"  # what is open now breaks
    SOURCE_ADDRESS_CHANGES = "SOURCE_ADDRESS_CHANGES"  # the service sees another, as aws:SourceIp
    OUTAGE_WINDOW = "OUTAGE_WINDOW"  # it works before and after, and not in between
    SINGLE_AZ = "SINGLE_AZ"  # the new way stands in one zone
    AVAILABILITY_ZONE_CROSSED = "AVAILABILITY_ZONE_CROSSED"  # and it is another zone

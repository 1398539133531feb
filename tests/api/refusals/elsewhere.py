"""What is refused and has no row, with why: places in the code, codes that AWS documents."""

# (file below genkan/api, function) → why no row of a call reaches the `raise`, and what does.
PLACES: dict[tuple[str, str], str] = {
    ("call.py", "_no_key_pairs"): "a fault of ours, not a caller's",
    ("gateway_endpoints.py", "_list"): "a fault of ours, not a caller's",
    ("call.py", "_no_ways"): "a fault of ours, not a caller's",
    ("call.py", "_no_access"): "a fault of ours, not a caller's",
    ("call.py", "_no_certificates"): "a fault of ours, not a caller's",
    ("network_insights_answers.py", "_source"): "shown in the analysis, as its failure",
    ("network_insights_answers.py", "_destination"): "shown in the analysis, as its failure",
    ("registry.py", "run"): "DryRunOperation: every example is asked as a dry run",
    ("instances.py", "_check_user_data"): "clients encode it: tests/api/test_instance_options.py",
    ("public_addresses.py", "free_public_addresses"): "the quota of Elastic IPs is met before",
    ("address_types.py", "check_subnets"): "needs an IPv6 service: tests/api/test_address_types.py",
    ("interface_ipv6.py", "_allocated"): "takes most of a subnet's 65,536 prefixes",
    ("elbv2/load_balancer_changes.py", "_check_unneeded"): "tests/api/test_address_types.py",
    ("elbv2/targets.py", "_instance"): "tests/api/test_target_groups.py",
    ("endpoint_private_dns.py", "check_same_records"): "tests/api/test_gateway_endpoints.py",
    ("provided_endpoints.py", "check_remote_zones"): "tests/api/test_endpoint_connections.py",
    ("health_checks.py", "_checked"): "tests/api/test_health_checks.py",
    ("health_checks.py", "_checked_calculation"): "tests/api/test_health_checks.py",
    ("health_checks.py", "_check_ranges"): "tests/api/test_health_checks.py",
    # Faults of one change, which all leave in the batch's InvalidChangeBatch.
    **dict.fromkeys(
        (
            *(
                ("record_changes.py", name)
                for name in ("_change", "_check_deletion", "_check_beside", "_check_apart")
            ),
            *(
                ("record_parsing.py", name)
                for name in ("_parse_record_name", "_parse_alias", "_check_content")
            ),
        ),
        "a line of InvalidChangeBatch, whose rows have a word of each",
    ),
}

# Codes that no call is refused with → where they are provoked: of one item of many in an answer,
# or before there is an operation.
OTHERWISE: dict[str, str] = {
    "InvalidVpcEndpoint.NotFound": "tests/api/test_reference_endpoints.py",
    "InvalidVpcEndpointService.NotFound": "tests/api/test_reference_endpoints.py",
    "InstanceCreditSpecification.NotSupported": "tests/api/test_instance_options.py",
    **dict.fromkeys(
        (
            *("IncompleteSignature", "InvalidClientTokenId", "MissingAuthenticationToken"),
            *("RequestExpired", "SignatureDoesNotMatch"),
        ),
        "tests/wire/test_sigv4.py",
    ),
    **dict.fromkeys(
        ("MalformedQueryString", "MissingAction", "UnknownParameter"),
        "tests/wire/test_requests.py",
    ),
}

# Codes of EC2's own page that belong to operations that there are, and are not given.
OF_EC2: dict[str, str] = {
    **dict.fromkeys(
        ("Blocked", "OptInRequired", "PendingVerification", "AccountDisabled"),
        "accounts here have no standing that could end",
    ),
    **dict.fromkeys(
        ("RequestLimitExceeded", "Unavailable", "ServiceUnavailable", "InternalFailure"),
        "nothing is throttled, and what fails is InternalError",
    ),
    **dict.fromkeys(
        ("BandwidthLimitExceeded", "RetryableError", "ServerInternal", "InternalError"),
        "a fault of ours, not a caller's, and nothing is short of room",
    ),
    "InsufficientAddressCapacity": "the quota of Elastic IPs is met before",
    "TagPolicyViolation": "there are no organizations",
    "ConcurrentTagAccess": "one call changes a resource at a time",
    "NoSuchVersion": "a request of every version is answered as one of 2016-11-15",
    "UnsupportedProtocol": "what is no query has no action: MissingAction",
    "ValidationError": "EC2 answers InvalidParameterValue",
    "ClientInvalidParameterValue": "EC2 answers InvalidParameterValue",
    "InvalidInput": "of Reserved Instances",
    "InvalidRegion": "of copies; DescribeRegions answers InvalidParameterValue",
    "InvalidRequest": "EC2 answers InvalidParameterCombination",
    "Unsupported": "EC2 answers UnsupportedOperation",
    "InvalidSecurity.RequestHasExpired": "EC2 answers RequestExpired",
    "ResourceLimitExceeded": "each quota has a code of its own",
    "ResourceCountLimitExceeded": "EC2 answers RouteLimitExceeded",
    "InvalidCharacter": "AWS answers InvalidParameterValue where it is documented",
    "InvalidFilter": "EC2 answers InvalidParameterValue",
    "InvalidMaxResults": "EC2 answers InvalidParameterValue",
    "InvalidParameterDependency": "EC2 answers InvalidParameterCombination",
    "InvalidQueryParameter": "EC2 answers UnknownParameter",
    "InvalidPaginationToken": "EC2 answers InvalidNextToken",
    "InvalidGroup.Reserved": "of EC2-Classic; a VPC's group is refused with InvalidParameterValue",
    "InvalidGroup.InUse": "of EC2-Classic; a VPC's group is refused with DependencyViolation",
    "InvalidTagKey.Malformed": "EC2 answers InvalidParameterValue",
    "InvalidVpcRange": "EC2 answers InvalidVpc.Range",
    "InvalidAddressID.NotFound": "EC2 answers InvalidAllocationID.NotFound",
    "InvalidNetworkInterface.NotFound": "EC2 answers InvalidNetworkInterfaceID.NotFound",
    "InvalidSecurityGroupID.NotFound": "EC2 answers InvalidGroup.NotFound",
    "InvalidSecurityGroupId.Malformed": "EC2 answers InvalidGroupId.Malformed",
    "InvalidDhcpOptionsID.NotFound": "EC2 answers InvalidDhcpOptionID.NotFound",
    "InvalidEgressOnlyInternetGatewayId.NotFound": "EC2 answers InvalidGatewayID.NotFound",
    "InvalidZone.NotFound": "EC2 answers InvalidParameterValue",
    "InvalidAvailabilityZone": "EC2 answers InvalidParameterValue",
    "InvalidAMIID.Unavailable": "every image's id stands for the one image that there is",
    "InvalidAMIID.NotFound": "every image's id stands for the one image that there is",
    "InvalidKeyPair.Format": "EC2 answers InvalidKey.Format",
    "InvalidInterface.IpAddressLimitExceeded": "EC2 answers PrivateIpAddressLimitExceeded",
    "SecurityGroupsPerInstanceLimitExceeded": "of EC2-Classic; an interface's is given",
    "Resource.AlreadyAssigned": "EC2 answers InvalidIPAddress.InUse or InvalidParameterValue",
    "ResourceCountExceeded": "EC2 answers InstanceLimitExceeded",
    "VcpuLimitExceeded": "instances are counted, not their processors",
    "InsufficientInstanceCapacity": "there is always room for an instance",
    "VPCResourceNotSpecified": "EC2 answers VPCIdNotSpecified",
    "InvalidTenancy": "VPCs of every tenancy take instances of every one",
    "LogDestinationNotFound": "destinations are taken as they are named",
    "LogDestinationPermissionIssue": "destinations are taken as they are named",
    "InvalidCustomerGateway.DuplicateIpAddress": "the gateway that is there is given",
    "PendingVpcPeeringConnectionLimitExceeded": "OutstandingVpcPeeringConnectionLimitExceeded is",
    "VpcPeeringConnectionsPerVpcLimitExceeded": "the quota of active ones is",
    "UnknownPrincipalType.Unsupported": "EC2 answers InvalidPrincipal",
    "InvalidNetworkLoadBalancerArn.NotFound": "of traffic mirrors; services: InvalidParameter",
    "InvalidNetworkLoadBalancerArn.Malformed": "of traffic mirrors; services: InvalidParameter",
    "NetworkLoadBalancerNotFoundException": "of traffic mirrors; services: InvalidParameter",
    **dict.fromkeys(
        ("InvalidResourceConfigurationArn.Malformed", "InvalidResourceConfigurationArn.NotFound"),
        "endpoints of the type Resource are refused",
    ),
    "InvalidCarrierGatewayID.NotFound": "routes to carrier gateways are refused",
    "InvalidRoute.InvalidState": "a route that leads nowhere is a blackhole",
    "InvalidSubnet": "EC2 answers InvalidSubnetID.NotFound",
    "InvalidCustomerGatewayState": "one that is deleted is gone at once",
    "InvalidVpnGatewayState": "one that is deleted is gone at once",
    "InvalidVpnConnectionID": "EC2 answers InvalidVpnConnectionID.NotFound",
    "InvalidCpuCredits.Malformed": "EC2 answers InvalidCpuCredits",
    "InvalidInstanceCreditSpecification": "its DuplicateInstanceId is given",
    "InvalidBlockDeviceMapping": "disks of a launch are not looked at",
    "LegacySecurityGroup": "no VPC is of before 2011",
    "InvalidUserID.Malformed": "owners of images are not looked at",
    "IdempotentInstanceTerminated": "the instances that were launched are shown as they are",
    "InvalidState": "an instance that has ended is refused with IncorrectInstanceState",
}

# Codes in botocore's models of the other services, for operations that there are.
OF_OTHERS: dict[str, dict[str, str]] = {
    "elbv2": {
        "TrustStoreNotFound": "mutual authentication is refused",
        "TrustStoreNotReady": "mutual authentication is refused",
        "TooManyRegistrationsForTargetId": "a target may be registered as often as one likes",
        "TooManyUniqueTargetGroupsPerLoadBalancer": "listeners are counted, and their groups",
        "AvailabilityZoneNotSupported": "every zone takes load balancers",
        "HealthUnavailable": "health is known",
        "CapacityReservationPending": "capacity is not reserved",
    },
    "route53": {
        "PriorRequestNotComplete": "a change is in force when it is answered",
        "ConcurrentModification": "one call changes a zone at a time",
        "ThrottlingException": "nothing is throttled",
        "NoSuchHealthCheckSource": "no operation takes one: the resolver of a VPC asks",
        "IncompatibleVersion": "every version of a check is shown",
        "DelegationSetNotAvailable": "a zone has its name servers",
        "DelegationSetNotReusable": "a set that has an id is a reusable one",
        "InsufficientCloudWatchLogsResourcePolicy": "policies of log groups are not asked",
        "InvalidArgument": "a zone that is there has a DNSSEC status",
    },
    "route53resolver": {
        "InternalServiceErrorException": "a fault of ours says InternalError",
        "ThrottlingException": "nothing is throttled",
        "AccessDeniedException": "an account may do all with its own",
        "ResourceUnavailableException": "an endpoint takes rules from its creation on",
    },
    "service-quotas": {
        "AccessDeniedException": "an account may do all with its own",
        "DependencyAccessDeniedException": "an account may do all with its own",
        "QuotaExceededException": "requests are granted as they come",
        "ResourceAlreadyExistsException": "requests are granted as they come",
        "ServiceException": "a fault of ours says InternalError",
        "TooManyRequestsException": "nothing is throttled",
    },
    "sts": {
        "RegionDisabledException": "STS answers in every Region",
        "ExpiredTokenException": "the front looks at keys: tests/front",
        "InvalidContextAssertion": "contexts are refused",
    },
}

"""Route 53's refusals: its codes, with the HTTP status that goes with each.

"Common errors" and each operation's page in the Amazon Route 53 API reference.
"""

from genkan.model.errors import Refused

NOT_AUTHORIZED, NOT_FOUND, CONFLICT = 401, 404, 409


class InvalidInput(Refused):
    code = "InvalidInput"


class InvalidDomainName(Refused):
    code = "InvalidDomainName"


class InvalidVpcId(Refused):
    code = "InvalidVPCId"


class InvalidPaginationToken(Refused):
    code = "InvalidPaginationToken"


class InvalidChangeBatch(Refused):
    """A batch of which nothing was done. AWS lists what is wrong with it in brackets."""

    code = "InvalidChangeBatch"

    def __init__(self, *messages: str) -> None:
        super().__init__(f"[{', '.join(messages)}]")
        self.messages = messages


class NoSuchHostedZone(Refused):
    code = "NoSuchHostedZone"
    status = NOT_FOUND


class NoSuchChange(Refused):
    code = "NoSuchChange"
    status = NOT_FOUND


class HealthCheckAlreadyExists(Refused):
    code = "HealthCheckAlreadyExists"
    status = CONFLICT


class HealthCheckInUse(Refused):
    code = "HealthCheckInUse"


class HealthCheckVersionMismatch(Refused):
    code = "HealthCheckVersionMismatch"
    status = CONFLICT


class NoSuchHealthCheck(Refused):
    code = "NoSuchHealthCheck"
    status = NOT_FOUND


class DelegationSetAlreadyCreated(Refused):
    code = "DelegationSetAlreadyCreated"


class DelegationSetAlreadyReusable(Refused):
    code = "DelegationSetAlreadyReusable"


class DelegationSetInUse(Refused):
    code = "DelegationSetInUse"


class NoSuchDelegationSet(Refused):
    code = "NoSuchDelegationSet"


class HostedZoneNotFound(Refused):
    code = "HostedZoneNotFound"


class NoSuchQueryLoggingConfig(Refused):
    code = "NoSuchQueryLoggingConfig"
    status = NOT_FOUND


class NoSuchGeoLocation(Refused):
    code = "NoSuchGeoLocation"
    status = NOT_FOUND


class NoSuchLogGroup(Refused):
    code = "NoSuchCloudWatchLogsLogGroup"
    status = NOT_FOUND


class QueryLoggingConfigAlreadyExists(Refused):
    code = "QueryLoggingConfigAlreadyExists"
    status = CONFLICT


class HostedZoneAlreadyExists(Refused):
    code = "HostedZoneAlreadyExists"
    status = CONFLICT


class HostedZoneNotEmpty(Refused):
    code = "HostedZoneNotEmpty"


class HostedZoneNotPrivate(Refused):
    code = "HostedZoneNotPrivate"


class TooManyHostedZones(Refused):
    code = "TooManyHostedZones"


class TooManyHealthChecks(Refused):
    code = "TooManyHealthChecks"


class ConflictingDomainExists(Refused):
    code = "ConflictingDomainExists"


class PublicZoneVpcAssociation(Refused):
    code = "PublicZoneVPCAssociation"


class LastVpcAssociation(Refused):
    code = "LastVPCAssociation"


class LimitsExceeded(Refused):
    code = "LimitsExceeded"


class TooManyVpcAssociationAuthorizations(Refused):
    code = "TooManyVPCAssociationAuthorizations"


class VpcAssociationNotFound(Refused):
    code = "VPCAssociationNotFound"
    status = NOT_FOUND


class VpcAssociationAuthorizationNotFound(Refused):
    code = "VPCAssociationAuthorizationNotFound"
    status = NOT_FOUND


class NotAuthorized(Refused):
    code = "NotAuthorizedException"
    status = NOT_AUTHORIZED

"""Errors, one tree, split first by whose fault it is.

`Refused` is the caller's: each subclass carries the code that AWS clients match on and the HTTP
status. The message has up to three sentences: what happened, with the value; why; what to do.
`Fault` is ours. Codes and their meaning: "Error codes for the Amazon EC2 API".
"""


class GenkanError(Exception):
    """Every error that Genkan raises on purpose."""


class Fault(GenkanError):
    """Something of ours failed; the caller could not have avoided it."""


class Refused(GenkanError):
    """A request that is refused. `code` is the AWS error code that the client sees."""

    code = "InvalidParameterValue"
    status = 400


class NotFound(Refused):
    """An id that names nothing the caller may see. AWS has a code for each kind of resource."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Malformed(Refused):
    """An id that does not have the form of its kind; AWS's code differs by kind as with
    NotFound."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class InvalidParameterValue(Refused):
    code = "InvalidParameterValue"


class InvalidParameter(Refused):
    code = "InvalidParameter"


class InvalidParameterCombination(Refused):
    code = "InvalidParameterCombination"


class MissingParameter(Refused):
    code = "MissingParameter"


class UnknownParameter(Refused):
    code = "UnknownParameter"


class UnsupportedOperation(Refused):
    code = "UnsupportedOperation"


class InvalidAction(Refused):
    code = "InvalidAction"


class InvalidFilter(Refused):
    code = "InvalidParameterValue"


class InvalidNextToken(Refused):
    code = "InvalidNextToken"


class DependencyViolation(Refused):
    code = "DependencyViolation"


class DryRunOperation(Refused):
    code = "DryRunOperation"
    status = 412


class AddressNotInSubnet(Refused):
    code = "InvalidParameterValue"


class AddressReserved(Refused):
    code = "InvalidParameterValue"


class AddressInUse(Refused):
    code = "InvalidIPAddress.InUse"


class SubnetFull(Refused):
    code = "InsufficientFreeAddressesInSubnet"


class IdempotentParameterMismatch(Refused):
    code = "IdempotentParameterMismatch"


class OperationNotPermitted(Refused):
    code = "OperationNotPermitted"


class IncorrectState(Refused):
    code = "IncorrectState"


class AlreadyAssociated(Refused):
    code = "Resource.AlreadyAssociated"


class IncorrectInstanceState(Refused):
    code = "IncorrectInstanceState"


class GatewayNotAttached(Refused):
    code = "Gateway.NotAttached"


class ValidationError(Refused):
    code = "ValidationError"


class InvalidInstanceId(Refused):
    code = "InvalidInstanceID"


class CidrBlockInUse(Refused):
    code = "InvalidCidrBlock.InUse"

"""`WireError`, a request that is refused before any operation runs, in its service's own words.

What went wrong is a *kind*; which code and status say so depends on the protocol, and S3 and EC2
have words of their own. The table here is the whole of it ("Common error types" and "Error codes
for the Amazon EC2 API", "Error responses" of Amazon S3).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botocore.model import ServiceModel

Worded = tuple[str, int]

FAMILIES = {
    "ec2": "ec2",
    "query": "query",
    "json": "json",
    "smithy-rpc-v2-cbor": "json",
    "rest-json": "rest-json",
    "rest-xml": "rest-xml",
}
# kind → family → (code, status); "" is every family that is not named
WORDS: dict[str, dict[str, Worded]] = {
    "UnknownOperation": {
        "": ("InvalidAction", 400),
        "json": ("UnknownOperationException", 400),
        "rest-json": ("UnknownOperationException", 404),
        "rest-xml": ("UnknownOperationException", 404),
        "s3": ("MethodNotAllowed", 405),
    },
    "MissingOperation": {
        "": ("MissingAction", 400),
        "json": ("UnknownOperationException", 400),
    },
    "UnknownParameter": {
        "": ("UnknownParameter", 400),
        "json": ("SerializationException", 400),
        "rest-json": ("SerializationException", 400),
        "rest-xml": ("InvalidInput", 400),
        "s3": ("MalformedXML", 400),
    },
    "InvalidValue": {
        "": ("InvalidParameterValue", 400),
        "json": ("SerializationException", 400),
        "rest-json": ("SerializationException", 400),
        "rest-xml": ("InvalidInput", 400),
        "s3": ("InvalidArgument", 400),
    },
    "MissingParameter": {
        "": ("MissingParameter", 400),
        "json": ("ValidationException", 400),
        "rest-json": ("ValidationException", 400),
        "rest-xml": ("InvalidInput", 400),
        "s3": ("InvalidRequest", 400),
    },
    "Malformed": {
        "": ("MalformedQueryString", 400),
        "json": ("SerializationException", 400),
        "rest-json": ("SerializationException", 400),
        "rest-xml": ("MalformedInput", 400),
        "s3": ("MalformedXML", 400),
    },
    "UnknownAccessKey": {
        "": ("InvalidClientTokenId", 403),
        "ec2": ("AuthFailure", 401),
        "json": ("UnrecognizedClientException", 400),
        "rest-json": ("UnrecognizedClientException", 403),
        "s3": ("InvalidAccessKeyId", 403),
    },
    "SignatureDoesNotMatch": {
        "": ("SignatureDoesNotMatch", 403),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
    },
    "RequestTimeTooSkewed": {
        "": ("SignatureDoesNotMatch", 403),
        "ec2": ("RequestExpired", 400),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "s3": ("RequestTimeTooSkewed", 403),
    },
    "RequestExpired": {
        "": ("SignatureDoesNotMatch", 403),
        "ec2": ("RequestExpired", 400),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "s3": ("AccessDenied", 403),
    },
    "ExpiredToken": {
        "": ("ExpiredToken", 403),
        "ec2": ("RequestExpired", 400),
        "json": ("ExpiredTokenException", 400),
        "rest-json": ("ExpiredTokenException", 403),
        "s3": ("ExpiredToken", 400),
    },
    "InvalidToken": {
        "": ("InvalidClientTokenId", 403),
        "ec2": ("AuthFailure", 401),
        "json": ("UnrecognizedClientException", 400),
        "rest-json": ("UnrecognizedClientException", 403),
        "s3": ("InvalidToken", 400),
    },
    "MissingAuthenticationToken": {
        "": ("MissingAuthenticationToken", 403),
        "json": ("MissingAuthenticationTokenException", 400),
        "rest-json": ("MissingAuthenticationTokenException", 403),
        "s3": ("AccessDenied", 403),
    },
    "AccessDenied": {
        "": ("AccessDenied", 403),
        "ec2": ("UnauthorizedOperation", 403),
        "json": ("AccessDeniedException", 400),
        "rest-json": ("AccessDeniedException", 403),
    },
    "IncompleteSignature": {
        "": ("IncompleteSignature", 400),
        "json": ("IncompleteSignatureException", 400),
        "rest-json": ("IncompleteSignatureException", 403),
        "s3": ("AuthorizationHeaderMalformed", 400),
    },
    "UnsignedHeader": {
        "": ("SignatureDoesNotMatch", 403),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "s3": ("AccessDenied", 403),
    },
    "WrongScope": {
        "": ("SignatureDoesNotMatch", 403),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "s3": ("AuthorizationHeaderMalformed", 400),
    },
    "TooLarge": {
        "": ("RequestEntityTooLarge", 413),
        "json": ("RequestEntityTooLargeException", 413),
        "rest-json": ("RequestEntityTooLargeException", 413),
        "s3": ("MaxMessageLengthExceeded", 400),
    },
    "RequestTimeout": {
        "": ("RequestTimeout", 408),
        "s3": ("RequestTimeout", 400),
    },
    "BodyHashMismatch": {
        "": ("SignatureDoesNotMatch", 403),
        "json": ("InvalidSignatureException", 400),
        "rest-json": ("InvalidSignatureException", 403),
        "s3": ("XAmzContentSHA256Mismatch", 400),
    },
}


class WireError(Exception):
    """A request that is refused on the wire. `code` is the AWS error code the client sees.

    `kind`, when there is one, is a row of WORDS: what went wrong, whatever the protocol calls it.
    """

    def __init__(self, code: str, message: str, status: int = 400, *, kind: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.kind = kind


def refusal(kind: str, message: str, family: str = "") -> WireError:
    """Make the WireError that a family's services answer with for `kind`."""
    code, status = worded(kind, family)
    return WireError(code, message, status, kind=kind)


def family_of(model: "ServiceModel | None", protocol: str) -> str:
    """Tell whose words a service uses: its protocol's, but S3 has its own."""
    if model is not None and model.service_name in ("s3", "s3control"):
        return "s3"
    return FAMILIES.get(protocol, "")


def worded_for(error: WireError, model: "ServiceModel | None", protocol: str) -> Worded:
    """Give the code and status with which the service says what `error` says."""
    if not error.kind:
        return error.code, error.status
    return worded(error.kind, family_of(model, protocol))


def worded(kind: str, family: str) -> Worded:
    """Give the code and status that a family's services have for a kind."""
    words = WORDS[kind]
    return words.get(family) or words[""]

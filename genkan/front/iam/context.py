"""A request's condition keys: what is known of who asks, whence, when and for what.

"AWS global condition context keys" in the IAM user guide, and S3's keys. Through an endpoint there
is `aws:SourceVpce` and no `aws:SourceIp`; from anywhere else the other way round.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from genkan import wire
from genkan.front.iam.principal import principal_keys
from genkan.front.records import time_of
from genkan.program.service import Credential, Listener, Service

Keys = dict[str, tuple[str, ...]]
S3_HEADERS = frozenset(  # their names are those of the keys behind "s3:"
    {"x-amz-acl", "x-amz-copy-source", "x-amz-content-sha256", "x-amz-grant-full-control"}
    | {"x-amz-grant-read", "x-amz-grant-read-acp", "x-amz-grant-write", "x-amz-grant-write-acp"}
    | {"x-amz-metadata-directive", "x-amz-server-side-encryption", "x-amz-storage-class"}
    | {"x-amz-server-side-encryption-aws-kms-key-id", "x-amz-website-redirect-location"}
    | {"x-amz-server-side-encryption-customer-algorithm", "x-amz-object-ownership"}
)
S3_PARAMETERS = {
    "Prefix": "s3:prefix",
    "Delimiter": "s3:delimiter",
    "MaxKeys": "s3:max-keys",
    "VersionId": "s3:VersionId",
}
TAGS = ("Tags", "tags", "Tag")
STS_PARAMETERS = {"ExternalId": "sts:ExternalId", "RoleSessionName": "sts:RoleSessionName"}


def context_of(
    *,
    service: Service,
    head: wire.HttpRequest,
    parameters: Mapping[str, Any],
    source: str,
    listener: Listener | None,
    credential: Credential | None,
    now: datetime,
) -> Keys:
    """Give every key that is there, with its values."""
    epoch = int(now.timestamp())
    keys: Keys = {
        "aws:CurrentTime": (time_of(epoch),),
        "aws:EpochTime": (str(epoch),),
        "aws:SecureTransport": ("true",),  # the API on loopback stands for what has TLS
        "aws:RequestedRegion": (service.region,),
        "aws:ViaAWSService": ("false",),
        "aws:PrincipalIsAWSService": ("false",),
    }
    for header, name in (("user-agent", "aws:UserAgent"), ("referer", "aws:Referer")):
        value = head.header(header)
        if value is not None:
            keys[name] = (value,)
    if listener is not None and listener.endpoint is not None:
        keys["aws:SourceVpce"] = (listener.endpoint,)
        keys["aws:VpcSourceIp"] = (source,)
        if listener.vpc is not None:
            keys["aws:SourceVpc"] = (listener.vpc,)
    else:
        keys["aws:SourceIp"] = (source,)
    keys |= _tag_keys(parameters)
    for name, key in STS_PARAMETERS.items() if service.model == "sts" else ():
        if name in parameters:
            keys[key] = (str(parameters[name]),)
    if service.model == "s3":
        keys |= _s3_keys(head, parameters)
    return keys | principal_keys(credential)


def _tag_keys(parameters: Mapping[str, Any]) -> Keys:
    tags = dict(_tags(parameters))
    if not tags:
        return {}
    keys: Keys = {f"aws:RequestTag/{name}": (value,) for name, value in tags.items()}
    return keys | {"aws:TagKeys": tuple(tags)}


def _tags(parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in TAGS:
        if name not in parameters:
            continue
        found = parameters[name]
        if isinstance(found, dict):
            yield from ((str(key), str(value)) for key, value in found.items())
        for one in found if isinstance(found, list) else ():
            if isinstance(one, dict) and "Key" in one:
                yield str(one["Key"]), str(one.get("Value", ""))
    for one in parameters.get("TagSpecifications") or ():
        if isinstance(one, dict):
            yield from _tags(one)


def _s3_keys(head: wire.HttpRequest, parameters: Mapping[str, Any]) -> Keys:
    keys: Keys = {
        key: (str(parameters[name]),) for name, key in S3_PARAMETERS.items() if name in parameters
    }
    for name, value in head.first_headers().items():
        if name in S3_HEADERS:
            keys[f"s3:{name}"] = (value,)
    where = (parameters.get("CreateBucketConfiguration") or {}).get("LocationConstraint")
    if where:
        keys["s3:LocationConstraint"] = (str(where),)
    if head.header("authorization") is not None:
        keys |= {"s3:authType": ("REST-HEADER",), "s3:signatureversion": ("AWS4-HMAC-SHA256",)}
    elif "X-Amz-Signature=" in head.query:
        keys |= {
            "s3:authType": ("REST-QUERY-STRING",),
            "s3:signatureversion": ("AWS4-HMAC-SHA256",),
        }
    return keys

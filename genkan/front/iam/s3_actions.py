"""S3's operations as IAM's actions, and their buckets and objects as resources.

"Actions, resources, and condition keys for Amazon S3" in the Service Authorization Reference. Most
actions have their operation's name; the table has the others.
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

BUCKET = "arn:aws:s3:::"
NAMES = {
    "CompleteMultipartUpload": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "SelectObjectContent": "GetObject",
    "UploadPart": "PutObject",
}
OF_VERSIONS = frozenset(  # actions with another name where the request names a version
    {"DeleteObject", "DeleteObjectTagging", "GetObject", "GetObjectAcl", "GetObjectAttributes"}
    | {"GetObjectTagging", "GetObjectTorrent", "PutObjectAcl", "PutObjectTagging"}
)
COPIES = {"CopyObject": "PutObject", "UploadPartCopy": "PutObject"}
UNREAD = "Unread"  # what stands for an operation that no model knows: only wildcards name it


def s3_actions(operation: str, parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Give every action (without its prefix) and resource that an operation asks for."""
    bucket, key = str(parameters.get("Bucket", "")), parameters.get("Key")
    version = parameters.get("VersionId")
    if operation == "DeleteObjects":
        for one in (parameters.get("Delete") or {}).get("Objects") or ():
            name = _versioned("DeleteObject", one.get("VersionId"))
            yield name, arn_of(bucket, str(one.get("Key", "")))
        return
    if operation in COPIES:
        yield from _source(str(parameters.get("CopySource", "")))
        yield COPIES[operation], arn_of(bucket, key)
        return
    if not operation.isalnum():  # a form post of an object is in no model
        posts = operation.startswith("POST /")
        named = operation.partition("/")[2].partition("/")[0]
        yield ("PutObject", arn_of(named, "*")) if posts and named else (UNREAD, "*")
        return
    if operation == "GetObjectAttributes":
        yield _versioned("GetObject", version), arn_of(bucket, key)
    name = NAMES.get(operation, operation)
    yield _versioned(name, version), arn_of(bucket, key) if bucket else "*"


def arn_of(bucket: str, key: object = None) -> str:
    """Give the ARN of a bucket, or of an object in it; an access point's ARN stays."""
    whole = bucket if bucket.startswith("arn:") else f"{BUCKET}{bucket}"
    if key is None:
        return whole
    return f"{whole}/object/{key}" if ":accesspoint/" in whole else f"{whole}/{key}"


def _source(given: str) -> Iterator[tuple[str, str]]:
    path, _, query = given.partition("?")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    version = query.removeprefix("versionId=") if query.startswith("versionId=") else None
    yield _versioned("GetObject", version), arn_of(bucket, key)


def _versioned(name: str, version: object) -> str:
    if not version or name not in OF_VERSIONS:
        return name
    return name.replace("Object", "ObjectVersion", 1)

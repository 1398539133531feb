"""Layers of images, where ECR has them: in a bucket of its own in S3, behind presigned addresses.

"Minimum Amazon S3 permissions for Amazon ECR": who pulls has to reach
`prod-REGION-starport-layer-bucket` by S3, and an endpoint's policy has to let them. The bucket is
of an account that is nobody's, and so is the user that signs the addresses.
"""

import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime
from typing import IO, Any
from urllib.parse import quote, urlencode

from genkan.services.large_objects import Spilled

OWNER = "761723964695"
USER = "starport"
EXPIRES = 3600  # seconds that an address is good for
RESOURCE = "arn:aws:s3:::prod-*-starport-layer-bucket/*"
STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": RESOURCE}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})

_lock = threading.Lock()


def bucket_of(region: str) -> str:
    """Give the bucket of a Region."""
    return f"prod-{region}-starport-layer-bucket"


def store(account: str, region: str, digest: str, file: IO[bytes], size: int) -> None:
    """Keep a layer; the file is the object's from now on."""
    s3 = _bucket(region)
    tag = digest.partition(":")[2][:32]
    s3.put_object(bucket_of(region), _key(account, digest), Spilled(file, size), etag=tag)


def has(account: str, region: str, digest: str) -> bool:
    """Tell whether a layer is kept."""
    return bucket_of(region) in _s3().buckets and bool(
        _s3().buckets[bucket_of(region)].keys.getlist(_key(account, digest), [])
    )


def address(account: str, region: str, digest: str, now: datetime | None = None) -> str:
    """Give the address at which a layer is had for an hour: SigV4 in the query string."""
    key = _signer()
    at = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    scope = f"{at[:8]}/{region}/s3/aws4_request"
    host = f"{bucket_of(region)}.s3.{region}.amazonaws.com"
    path = "/" + quote(_key(account, digest), safe="/")
    query = urlencode(
        {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": f"{key.access_key_id}/{scope}",
            "X-Amz-Date": at,
            "X-Amz-Expires": EXPIRES,
            "X-Amz-SignedHeaders": "host",
        },
        quote_via=quote,
        safe="",
    )
    request = f"GET\n{path}\n{query}\nhost:{host}\n\nhost\nUNSIGNED-PAYLOAD"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    secret = f"AWS4{key.secret_access_key}".encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashed}"
    signature = hmac.digest(secret, text.encode(), "sha256").hex()
    return f"https://{host}{path}?{query}&X-Amz-Signature={signature}"


def _key(account: str, digest: str) -> str:
    return f"{account}/{digest.replace(':', '/')}"


def _s3() -> Any:  # noqa: ANN401 - moto's
    from moto.s3.models import s3_backends

    return s3_backends[OWNER]["aws"]


def _bucket(region: str) -> Any:  # noqa: ANN401 - moto's
    s3, name = _s3(), bucket_of(region)
    with _lock:
        if name not in s3.buckets:
            s3.create_bucket(name, region)
    return s3


def _signer() -> Any:  # noqa: ANN401 - moto's
    """Give the key that signs addresses."""
    from moto.iam.models import iam_backends

    iam: Any = iam_backends[OWNER]["aws"]
    with _lock:
        user = next((one for one in iam.users.values() if one.name == USER), None)
        if user is None:
            user = iam.create_user("us-east-1", USER)
            user.policies["layers"] = POLICY
        if not user.access_keys:
            iam.create_access_key(USER)
        return user.access_keys[0]

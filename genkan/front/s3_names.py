"""Names of S3 that say what of it is meant: a bucket, an access point, an account.

"Accessing Amazon S3 interface endpoints": below an endpoint's own name stand `bucket.`,
`accesspoint.` and `control.`, and what is meant before those, as it stands before the public names:
`NAME.s3.REGION`, `NAME-ACCOUNT.s3-accesspoint.REGION`, `ACCOUNT.s3-control.REGION`.
"""

import re
from dataclasses import replace
from functools import lru_cache
from urllib.parse import quote

from genkan.program.service import Service

PUBLIC = {"bucket": "s3", "accesspoint": "s3-accesspoint", "control": "s3-control"}
OF_ENDPOINT = re.compile(
    r"(?:(?P<what>.+)\.)?(?P<kind>bucket|accesspoint|control)\.vpce-[0-9a-z-]+\.s3\.[a-z0-9-]+"
    r"\.vpce\.amazonaws\.com"
)
AMAZON = ".amazonaws.com"
CONTROL = re.compile(r"(?:\d{12}\.)?s3-control\.")
ACCESS_POINT = re.compile(r"(?P<name>.+)-(?P<account>\d{12})\.s3-accesspoint\.")


@lru_cache(maxsize=1024)
def public_host(host: str, region: str) -> str | None:
    """Give the public name for one of an endpoint's; None for every other."""
    found = OF_ENDPOINT.fullmatch(host)
    if found is None:
        return None
    plain = f"{PUBLIC[found['kind']]}.{region}.amazonaws.com"
    return f"{found['what']}.{plain}" if found["what"] else plain


@lru_cache(maxsize=1024)
def bucket_in(host: str, region: str, below: tuple[str, ...] = ()) -> str | None:
    """Give the bucket that a name begins with, as a path has it; an access point's is its ARN.

    Buckets stand `below` these names too.
    """
    plain = public_host(host, region) or host
    point = ACCESS_POINT.match(plain)
    if point is not None:
        arn = f"arn:aws:s3:{region}:{point['account']}:accesspoint/{point['name']}"
        return quote(arn, safe="")
    for suffix in (f".s3.{region}.amazonaws.com", *below):
        if plain.endswith(suffix):
            return plain.removesuffix(suffix)
    return None


def bucket_asked(service: Service, host: str) -> str | None:
    """Give the bucket that a request's host begins with, for S3's virtual-hosted requests."""
    if service.model != "s3":
        return None
    below = tuple([name[1:] for name in service.hosts if name.startswith("*.s3.")])
    return bucket_in(host, service.region, below)


def narrowed(service: Service, host: str) -> Service:
    """Give S3's control plane where a request's host means that; every other service as it is."""
    if service.model != "s3":
        return service
    plain = public_host(host, service.region) or host
    if CONTROL.match(plain) is None:
        return service
    return replace(service, model="s3control", hosts=(f"s3-control.{service.region}{AMAZON}",))

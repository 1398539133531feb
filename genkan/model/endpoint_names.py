"""The names that an endpoint has: regional, zonal, private.

Syntax from "Access an AWS service using an interface VPC endpoint" in the AWS PrivateLink guide:
`vpce-ID-SUFFIX.BASE` and `vpce-ID-SUFFIX-ZONE.BASE`, public names that hold private addresses. S3's
are wildcards, `*.vpce-…`: clients put `bucket.`, `accesspoint.` or `control.` in front.
"""

from functools import lru_cache

WILDCARD = "*."
WILDCARD_BASES = ("s3.",)


def regional_name(endpoint_id: str, suffix: str, base: str) -> str:
    """Give the name that stands for every zone of the endpoint."""
    return _under(base, f"{endpoint_id}-{suffix}")


def zonal_name(endpoint_id: str, suffix: str, zone: str, base: str) -> str:
    """Give the name that stands for the endpoint's address in one zone."""
    return _under(base, f"{endpoint_id}-{suffix}-{zone}")


def endpoint_id_of(name: str) -> str | None:
    """Give the id of the endpoint whose regional or zonal name this is; None when it is neither."""
    label = name.removeprefix(WILDCARD).partition(".")[0]
    kind, _, rest = label.partition("-")
    digits, dash, _ = rest.partition("-")
    return f"{kind}-{digits}" if kind == "vpce" and dash else None


@lru_cache(1024)
def in_region(templates: tuple[str, ...], region: str) -> tuple[str, ...]:
    """Fill a Region into names of the catalogue."""
    return tuple(template.replace("{region}", region) for template in templates)


def zone_origin(name: str) -> str:
    """Give the origin of the hidden zone that holds a private name: a wildcard one's parent."""
    return name.removeprefix(WILDCARD)


def _under(base: str, label: str) -> str:
    wildcard = WILDCARD if base.startswith(WILDCARD_BASES) else ""
    return f"{wildcard}{label}.{base}"

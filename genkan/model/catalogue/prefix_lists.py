"""AWS's own prefix lists: the public addresses of services that have gateway endpoints.

One list a service and Region. S3's holds the range that is S3's alone; the others hold the very
addresses that the service's public name answers, for a range would take neighbours along. Ids are
those of public answers where they are known, else derived from the name, the same on every machine.
A reference to one counts 1 ("AWS-managed prefix list weight" in the Amazon VPC user guide).
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Network

from genkan.model.catalogue.addresses import SERVICE_RANGES, public_addresses
from genkan.model.catalogue.services import ROWS
from genkan.model.endpoint_names import in_region

GATEWAY = "Gateway"
_KNOWN = {
    "com.amazonaws.us-east-1.s3": "pl-63a5400a",
    "com.amazonaws.us-west-2.s3": "pl-68a54001",
    "com.amazonaws.ap-northeast-1.s3": "pl-61a54008",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsPrefixList:
    """`name` is the service's name. `blocks` are sorted."""

    id: str
    name: str
    region: str
    blocks: tuple[IPv4Network, ...]
    weight: int = 1


def aws_lists(region: str) -> tuple[AwsPrefixList, ...]:
    """Give a Region's lists."""
    return tuple(one for one in _every().values() if one.region == region)


def find_aws_list(prefix_list_id: str) -> AwsPrefixList | None:
    """Give the list with this id, or None."""
    return _every().get(prefix_list_id)


def list_of_service(name: str) -> AwsPrefixList | None:
    """Give the list of the service with this name, or None."""
    return _by_name().get(name)


@cache
def _by_name() -> dict[str, AwsPrefixList]:
    return {one.name: one for one in _every().values()}


@cache
def _every() -> dict[str, AwsPrefixList]:
    lists = (
        _list(code, template, region)
        for region in SERVICE_RANGES
        for code, template in (
            (service.code, service.service_name) for service in ROWS if GATEWAY in service.types
        )
    )
    return {one.id: one for one in lists}


def _list(code: str, template: str, region: str) -> AwsPrefixList:
    (name,) = in_region((template,), region)
    digest = hashlib.blake2s(name.encode(), digest_size=4).hexdigest()
    s3, _ = SERVICE_RANGES[region]
    hosts = tuple(IPv4Network(address) for address in public_addresses(code, region))
    return AwsPrefixList(
        id=_KNOWN.get(name, f"pl-{digest}"),
        name=name,
        region=region,
        blocks=(s3,) if code == "s3" else hosts,
    )

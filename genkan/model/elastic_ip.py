"""Elastic IPs: public addresses that an account keeps, mapped 1:1 to a private one while
associated."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticIp(Resource):
    """`id` is the allocation id, eipalloc-…."""

    kind: ClassVar[str] = "elastic-ip"

    public_ip: IPv4Address
    association_id: str | None = None
    network_interface_id: str | None = None
    private_ip: IPv4Address | None = None
    domain_name: str | None = None  # what a reverse look-up would say; data alone


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressTransfer(Resource):
    """An offer of an Elastic IP to another account. `id` is the allocation id; `account` offers."""

    kind: ClassVar[str] = "address-transfer"

    public_ip: IPv4Address
    to_account: str
    expires_at: datetime
    accepted_at: datetime | None = None

"""The site's network as embedded services look it up: VPCs, subnets and groups of the account and
Region that a call is for, as control has them at that moment.

What an embedded service would make in the network itself is refused: it would be in no VPC of the
site, and answer to nothing.
"""

import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

from genkan.services.control_questions import ask_control

MAKES = (
    *("allocate_address", "create_internet_gateway", "create_nat_gateway"),
    *("create_network_interface", "create_route_table", "create_security_group", "create_subnet"),
    *("create_vpc", "create_vpc_endpoint", "run_instances"),
)
Where = tuple[str, str]  # account and Region


class Refusal(Exception):
    """What is answered instead: an error's code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def not_made(thing: str) -> Refusal:
    """Give what a call hears that would make something in the network for the service itself."""
    return Refusal(
        "UnsupportedOperation",
        f"This call would make a {thing} for the service itself, and an embedded service has none "
        "in the site's network: nothing would answer there. Make the call without what needs a "
        f"{thing} of the service's own.",
    )


class NetworkMirror:
    """Keeps moto's EC2 equal to the site's. Calls come from many threads."""

    def __init__(self, control: str, refuse: Callable[[Refusal], None]) -> None:
        """`control` is the socket where control answers; `refuse` hears of what is refused in the
        midst of a call, whose error may be lost on its way up."""
        self._control = control
        self._refuse = refuse
        self._held: dict[Where, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def bring(self, account: str, region: str) -> frozenset[str]:
        """Bring what there is now; give every id. Raises OSError where control does not answer."""
        with self._lock:
            held = self._held.get((account, region), {"version": ""})
            found = self._ask(account, region, held["version"])
            if found["version"] != held["version"]:
                self._fill(account, region, found)
                found["ids"] = frozenset(_ids(found))
                self._held[account, region] = held = found
            return held["ids"]  # type: ignore[no-any-return]

    def _ask(self, account: str, region: str, known: str) -> dict[str, Any]:
        query = urlencode({"account": account, "region": region, "known": known})
        found: dict[str, Any] = ask_control(self._control, f"/network?{query}")
        return found

    def _fill(self, account: str, region: str, found: dict[str, Any]) -> None:
        from moto.ec2.models import ec2_backends, security_groups, subnets, vpcs

        ec2: Any = ec2_backends[account][region]
        make_vpc: Any = vpcs.VPC
        make_subnet: Any = subnets.Subnet
        make_group: Any = security_groups.SecurityGroup
        for old in (ec2.groups, ec2.subnets, ec2.vpcs):
            old.clear()
        for one in found["vpcs"]:
            ec2.vpcs[one["id"]] = make_vpc(ec2, one["id"], one["cidr"], one["default"])
        for one in found["subnets"]:
            zone = _zone(region, one["zone"])
            ec2.subnets[one["zone"]][one["id"]] = make_subnet(
                ec2, one["id"], one["vpc"], one["cidr"], None, zone, one["default"], False
            )
        for one in found["groups"]:
            ec2.groups[one["vpc"]][one["id"]] = make_group(
                ec2,
                one["id"],
                one["name"],
                one["description"],
                one["vpc"],
                is_default=one["default"],
            )
        default = next((one for one in ec2.vpcs.values() if one.is_default), None)
        ec2.default_vpc = default or _NoDefaultVpc(self._refuse)
        for name in MAKES:
            setattr(ec2, name, self._refused(name))

    def _refused(self, name: str) -> Callable[..., Any]:
        made = name.partition("_")[2].replace("_", " ").rstrip("s")

        def refuse(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - moto's
            refusal = not_made(made)
            self._refuse(refusal)
            raise refusal

        return refuse


class _NoDefaultVpc:
    """What stands for the default VPC of an account that has none."""

    def __init__(self, refuse: Callable[[Refusal], None]) -> None:
        self._refuse = refuse

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - moto's
        refusal = Refusal(
            "VPCIdNotSpecified",
            "No default VPC for this user. Name subnets or groups of a VPC, or make the default "
            "VPC: CreateDefaultVpc.",
        )
        self._refuse(refusal)
        raise refusal


def _ids(found: dict[str, Any]) -> Iterator[str]:
    for kind in ("vpcs", "subnets", "groups"):
        yield from (one["id"] for one in found[kind])


def _zone(region: str, name: str) -> Any:  # noqa: ANN401 - moto's
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone

    known = RegionsAndZonesBackend.zones.get(region, ())
    found = next((zone for zone in known if zone.name == name), None)
    return found or Zone(name, region, f"{region}-az1")

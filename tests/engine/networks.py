"""Networks drawn for tests: a VPC whose instances, interfaces and groups are there or not."""

from functools import cache
from ipaddress import IPv4Address

from hypothesis import strategies as st

from genkan.compile.compilation import Compilation, recompile
from genkan.compile.scope import SITE, every_scope
from genkan.compile.site import FIXED
from genkan.engine.linux.engine import LinuxEngine
from genkan.model.instance import Instance
from genkan.model.network import Network
from genkan.model.network_interface import InterfaceType, NetworkInterface
from genkan.model.resource import Resource
from genkan.program import Program
from genkan.program.place import INTERNET, Place, PlaceKind
from tests.compile.scenario import attached, instance, interface, resources
from tests.engine.world import DB_GROUP, WEB_GROUP, without

HOSTS = ("i-1", "i-2", "i-3")
GROUPS = st.sets(st.sampled_from(["sg-app", "sg-web", "sg-db"]), min_size=1).map(
    lambda names: tuple(sorted(names))
)


@st.composite
def interfaces(draw: st.DrawFn) -> list[Resource]:
    """Give interfaces that hang on one of the instances, or on none, or are an endpoint's."""
    found: list[Resource] = []
    for last in (20, 21, 22, 23):
        where = draw(st.sampled_from([*HOSTS, "endpoint", None]))
        if where == "endpoint":
            more = {"interface_type": InterfaceType.VPC_ENDPOINT}
        else:
            more = {
                "attachment": attached(where) if where else None,
                "source_dest_check": draw(st.booleans()),
                "public_ip": draw(st.sampled_from([None, IPv4Address(f"54.65.0.{last}")])),
            }
        one = interface(
            f"eni-{last}", "subnet-front", f"172.16.1.{last}", group_ids=draw(GROUPS), **more
        )
        if all(_host_of(other) != _host_of(one) or where in (None, "endpoint") for other in found):
            found.append(one)
    return found


def _host_of(one: Resource) -> str | None:
    attachment = one.attachment if isinstance(one, NetworkInterface) else None
    return attachment.instance_id if attachment else None


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Give the program of the scenario's VPC with some of its resources, and some more."""
    there = [one for one in resources() if _needed(one) or draw(st.integers(0, 5))]
    hosts = [instance(name, "subnet-front") for name in HOSTS if draw(st.integers(0, 3))]
    revoked = draw(st.sampled_from(["", "sgr-db", "sgr-web"]))
    groups = [without(DB_GROUP, revoked), without(WEB_GROUP, revoked)]
    network = Network.of([*there, *groups, *hosts, *draw(interfaces())])
    inside = [scope for scope in every_scope(network) if scope != SITE]
    compilation, _ = recompile(Compilation(), network, inside)
    wanted = [entry for entry in compilation.program if entry.section in LinuxEngine.capabilities]
    return Program([_internet(), *wanted])


def _needed(one: Resource) -> bool:
    return not isinstance(one, Instance | NetworkInterface) and one.kind not in (
        "natgateway",
        "internet-gateway",
        "route-table",
        "elastic-ip",
    )


@cache
def _internet() -> Place:
    return Place(because=FIXED, id=INTERNET, kind=PlaceKind.INTERNET, forwards=True)

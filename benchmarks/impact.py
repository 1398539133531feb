"""What it costs to say what one endpoint would do to a VPC of ten thousand interfaces.

python benchmarks/impact.py [--interfaces 10000] [--rounds 5] [--rarely] [--profile]

A VPC with two subnets in two zones: in one, instances have public addresses and a gateway;
in the other they have no way out. Asked is CreateVpcEndpoint for one service, with private names;
the endpoint's group admits one security group, which a share of the interfaces wear beside their
own. What those in the first subnet who do not wear it reach today is LOST.

Timed is the whole question on a network that was read and compiled beforehand, as a site or a file
has it: the call on a copy, compiling, every flow, fixes tried. The best of the rounds counts, and
the seconds of processor. With --rarely Python's collector looks as seldom as in `genkan impact
--from`, and not at the network, as in a site's control.
"""

import argparse
import cProfile
import gc
import pstats
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from genkan.cli.offline import collect_rarely
from genkan.impact.effects import Effect
from genkan.impact.impact import impact
from genkan.impact.order import Order
from genkan.impact.report import shown
from genkan.impact.state import State
from genkan.model.instance import Instance
from genkan.model.resource import Resource
from genkan.model.resource_policy import ResourcePolicies
from tests.build import REGION
from tests.impact.story import Story, build

KNOWN = ResourcePolicies(services=frozenset({"sqs"}))  # there are no queues
PUBLIC = IPv4Address("35.80.0.0")


@dataclass(frozen=True)
class Case:
    """`groups`: how many security groups the interfaces wear; `lost`: the share of those whose
    interfaces the endpoint does not admit; `named`: rules name single addresses."""

    name: str
    groups: int
    lost: float
    named: bool = False


CASES = (
    Case("2 security groups, 1 not admitted", 2, 0.5),
    Case("20 security groups, 1 not admitted", 20, 0.05),
    Case("20 security groups, 10 not admitted", 20, 0.5),
    Case("500 security groups, 250 not admitted", 500, 0.5),
    Case("20 security groups, rules for 1,000 single addresses", 20, 0.5, named=True),
)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--interfaces", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rarely", action="store_true", help="collect as `impact --from` does")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--only", default="")
    given = parser.parse_args()
    heads = ("case", "wall", "processor", "LOST", "groups with a fix that was tried", "groups")
    print(f"| {' | '.join((*heads, 'flows', 'left out', 'as JSON'))} |")
    print("|---|---|---|---|---|---|---|---|---|")
    for case in CASES:
        if given.only in case.name:
            measure(case, given.interfaces, given.rounds, given.rarely, given.profile)


def measure(case: Case, interfaces: int, rounds: int, rarely: bool, profile: bool) -> None:
    story, order = network(case, interfaces)
    state = State.of(story.client.call.network)
    state.settled(story.client.call.now)
    if rarely:
        collect_rarely()
        gc.freeze()
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        fresh = State(state.network, state.compilation, state.atlas)
        begun, used = time.perf_counter(), time.process_time()
        report = impact(fresh, story.client.call, [order], KNOWN)
        times.append((time.perf_counter() - begun, time.process_time() - used))
    begun = time.perf_counter()
    shown(report)
    drawn = time.perf_counter() - begun
    wall, used = min(times)
    lost = sum(len(one.sender.members) for one in report.of(Effect.LOST))
    assert report.refused is None, report.refused
    lost_groups = [at for at, one in enumerate(report.findings) if one.effect is Effect.LOST]
    mended = sum(
        any(fix.verified for fix in (report.fixes or {}).get(at, ())) for at in lost_groups
    )
    print(
        f"| {case.name} | {wall:.2f} s | {used:.2f} s | {lost} | {mended} of {len(lost_groups)} | "
        f"{report.groups} | "
        f"{report.flows} | {report.left_out} | {drawn:.2f} s |"
    )
    if profile:
        profiler = cProfile.Profile()
        profiler.runcall(impact, state, story.client.call, [order], KNOWN)
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(35)


def network(case: Case, interfaces: int) -> tuple[Story, Order]:
    story = build()
    ask = story.client.ask
    subnets = [
        ask("CreateSubnet", VpcId=story.vpc, CidrBlock=cidr, AvailabilityZone=f"{REGION}{zone}")[
            "Subnet"
        ]["SubnetId"]
        for cidr, zone in (("172.16.64.0/18", "a"), ("172.16.128.0/18", "c"))
    ]
    for subnet, table in zip(subnets, (story.front_table, story.back_table), strict=True):
        ask("AssociateRouteTable", RouteTableId=table, SubnetId=subnet)
    groups = [
        ask("CreateSecurityGroup", GroupName=f"g{at}", Description="g", VpcId=story.vpc)["GroupId"]
        for at in range(case.groups)
    ]
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    member = {**https, "UserIdGroupPairs": [{"GroupId": story.app_group}]}
    ask("AuthorizeSecurityGroupIngress", GroupId=story.endpoint_group, IpPermissions=[member])
    for at, group in enumerate(groups if case.named else ()):
        blocks = [{"CidrIp": f"172.16.{64 + at}.{one}/32"} for one in range(1, 51)]
        permission = {**https, "IpRanges": blocks}
        ask("AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=[permission])
    story.client.put(*copies(story, case, subnets, groups, interfaces))
    return story, Order(
        "CreateVpcEndpoint",
        {"VpcId": story.vpc, "ServiceName": f"com.amazonaws.{REGION}.sqs",
         "VpcEndpointType": "Interface", "SubnetIds": [story.back],
         "SecurityGroupIds": [story.endpoint_group], "PrivateDnsEnabled": True},
    )  # fmt: skip


def copies(
    story: Story, case: Case, subnets: list[str], groups: list[str], count: int
) -> Iterator[Resource]:
    """Give instances with an interface each, as `web` is: half of them in either subnet."""
    known = story.client.call.network
    instance = known.get(Instance, story.web)
    interface = story.interface(story.web)
    assert instance is not None
    assert interface.attachment is not None
    not_admitted = max(1, int(case.groups * case.lost))
    for at in range(count):
        side, number = at % 2, (at // 2) % case.groups
        ids = {"subnet_id": subnets[side], "zone": f"{REGION}{'ac'[side]}"}
        name = f"i-{at:017x}"
        address = IPv4Address(f"172.16.{64 + 64 * side}.4") + at // 2
        worn = (groups[number], *((story.app_group,) if number >= not_admitted else ()))
        yield replace(instance, id=name, **ids)
        yield replace(
            interface,
            id=f"eni-{at:017x}",
            mac=f"02:01:{at >> 24:02x}:{at >> 16 & 255:02x}:{at >> 8 & 255:02x}:{at & 255:02x}",
            private_addresses=(address,),
            public_ip=PUBLIC + at if side == 0 else None,
            group_ids=tuple(sorted(worn)),
            attachment=replace(interface.attachment, id=f"eni-attach-{at:017x}", instance_id=name),
            **ids,
        )


if __name__ == "__main__":
    main()

"""What it costs to say what a Terraform plan would do, by how many resources it makes.

python benchmarks/plan.py [--resources 50,200,500] [--interfaces 1000] [--profile]

The plan makes subnets with tables, security groups with rules, and endpoints in the VPC of
benchmarks/impact.py, which has so many interfaces; ids are not known before it is applied, as in a
real plan. The first endpoint takes a service's private names: flows that work before and after it
are asked for in every state between two calls. Timed are reading the plan's calls, and the whole
question on a network that was read and compiled beforehand; in seconds of processor.
"""

import argparse
import cProfile
import pstats
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from impact import KNOWN, Case, network

from genkan.impact.impact import Report, impact
from genkan.impact.plan_orders import orders_of
from genkan.impact.state import State
from tests.build import REGION

T = TypeVar("T")
CELL = 10  # resources, of which one is an endpoint
SERVICES = ("sqs", "sns", "ecs", "ssm", "sts", "kms", "logs", "monitoring", "ec2", "lambda")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--resources", default="50,200,500")
    parser.add_argument("--interfaces", type=int, default=1_000)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    story, _ = network(Case("", 20, 0.5), given.interfaces)
    call = story.client.call
    state = State.of(call.network).settled(call.now)
    print("| resources | calls | reading the plan | the question | flows | findings |")
    print("|---|---|---|---|---|---|")
    for count in map(int, given.resources.split(",")):
        plan = {"format_version": "1.2", **planned(story.vpc, count)}
        read, (orders, notes) = timed(lambda plan=plan: orders_of(plan))
        assert not notes, notes[0]
        fresh = State(state.network, state.compilation, state.atlas)

        def asked(fresh: State = fresh, orders: Any = orders) -> Report:
            return impact(fresh, call, orders, KNOWN)

        took, report = timed(asked)
        assert report.refused is None, report.refused
        print(
            f"| {count} | {len(orders)} | {read:.2f} s | {took:.2f} s | {report.flows} | "
            f"{len(report.findings)} |"
        )
        if given.profile:
            profiler = cProfile.Profile()
            profiler.runcall(asked)
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(30)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    begun = time.process_time()
    found = work()
    return time.process_time() - begun, found


def planned(vpc: str, count: int) -> dict[str, Any]:
    """Give a plan of so many resources, and what their configuration refers to."""
    changes, resources = [], []
    for of, name, after, references in resources_of(vpc, count):
        unknown = {"id": True, **dict.fromkeys(references, True)}
        change = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
        address = {"address": f"{of}.{name}", "mode": "managed", "type": of, "name": name}
        changes.append({**address, "change": change})
        written: dict[str, Any] = {one: {"constant_value": after[one]} for one in after}
        written |= {one: {"references": [f"{to}.id", to]} for one, to in references.items()}
        resources.append({**address, "expressions": written})
    return {
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": resources}},
    }


def resources_of(vpc: str, count: int) -> Iterator[tuple[str, str, dict[str, Any], dict[str, str]]]:
    """Give (type, name, attributes, references by attribute)."""
    for at in range(count // CELL):
        block = f"172.16.{192 + at // 16}.{at % 16 * 16}/28"
        placed = {"vpc_id": vpc, "cidr_block": block, "availability_zone": f"{REGION}a"}
        yield "aws_subnet", f"s{at}", placed, {}
        yield "aws_route_table", f"t{at}", {"vpc_id": vpc}, {}
        joins = {"subnet_id": f"aws_subnet.s{at}", "route_table_id": f"aws_route_table.t{at}"}
        yield "aws_route_table_association", f"a{at}", {}, joins
        for number in (0, 1):
            group = f"g{at}x{number}"
            named = {"name": group, "description": group, "vpc_id": vpc}
            yield "aws_security_group", group, named, {}
            for port in (443, 80):
                yield (
                    "aws_vpc_security_group_ingress_rule",
                    f"r{at}x{number}x{port}",
                    {"cidr_ipv4": "172.16.0.0/16", "ip_protocol": "tcp", "from_port": port,
                     "to_port": port},
                    {"security_group_id": f"aws_security_group.{group}"},
                )  # fmt: skip
        service = f"com.amazonaws.{REGION}.{SERVICES[at % len(SERVICES)]}"
        first = {"vpc_id": vpc, "service_name": service, "vpc_endpoint_type": "Interface",
                 "private_dns_enabled": at == 0}  # fmt: skip
        within = {
            "subnet_ids": f"aws_subnet.s{at}",
            "security_group_ids": f"aws_security_group.g{at}x0",
        }
        yield "aws_vpc_endpoint", f"e{at}", first, within


if __name__ == "__main__":
    main()

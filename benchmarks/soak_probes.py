"""What the soak asks of a site: its commands, and packets and names where the API says what is met.

Expected is what AWS's words mean, worked out here from describe calls alone.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

GENKAN = [sys.executable, "-m", "genkan.cli"]
PATIENCE = 30.0
SERVER = (
    "import socket\n"
    "l = socket.create_server(('::', 80), family=socket.AF_INET6, dualstack_ipv6=True)\n"
    "while True:\n"
    "    c = l.accept()[0]; c.sendall(b'well'); c.close()\n"
)
CLIENT = (
    "import socket\n"
    "try:\n"
    "    c = socket.create_connection(('{}', {}), {}); c.settimeout(5); print('passes')\n"
    "except TimeoutError: print('silence')\n"
    "except OSError as e: print(type(e).__name__, e)\n"
)


class Site:
    """A site by its commands."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def attempt(self, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*GENKAN, *arguments],
            env={**os.environ, "GENKAN_HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    def genkan(self, *arguments: str) -> str:
        """Run a command that has to succeed; a control that was killed is waited for."""
        end = time.monotonic() + PATIENCE
        while (done := self.attempt(*arguments)).returncode and time.monotonic() < end:
            time.sleep(0.2)
        if done.returncode:
            raise RuntimeError(f"genkan {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def processes(self) -> list[dict[str, Any]]:
        return list(json.loads(self.genkan("status", "-o", "json"))["processes"])

    def trouble(self) -> str | None:
        return json.loads(self.genkan("status", "-o", "json"))["trouble"]

    def mended_by_a_new_control(self) -> int:
        """Kill control; give how much the next one had to mend in the kernel."""
        log = self.home / "log" / "control.log"
        before = len(_reconciled(log))
        (control,) = (one for one in self.processes() if one["name"] == "control")
        os.kill(control["pid"], 9)
        end = time.monotonic() + PATIENCE
        while len(found := _reconciled(log)) <= before:
            if time.monotonic() > end:
                raise RuntimeError(f"control does not come back: see {log}")
            time.sleep(0.05)
        return found[-1]


def _reconciled(log: Path) -> list[int]:
    return [int(number) for number in re.findall(r"reconciled, (\d+) changes", log.read_text())]


def probes(site: Site, ec2: Any) -> Iterator[tuple[str, str, str]]:
    """Give (what, expected, met) of connections between instances, and of endpoints' names."""
    reservations = ec2.describe_instances()["Reservations"]
    running = [
        one for row in reservations for one in row["Instances"] if one["State"]["Name"] == "running"
    ]
    for one in running:
        _serve(site, one["InstanceId"])
    rules = _Rules(ec2)
    for source in running:
        for target in running:
            if source["VpcId"] == target["VpcId"] and source is not target:
                expected = rules.expected(source, target)
                met = _connect(site, source["InstanceId"], target["PrivateIpAddress"], 80, expected)
                yield f"{source['InstanceId']} to {target['InstanceId']}:80", expected, met
                yield from _by_ipv6(site, rules, source, target)
            elif source is not target and rules.peered(source, target):
                expected = rules.expected(source, target)
                met = _connect(site, source["InstanceId"], target["PrivateIpAddress"], 80, expected)
                yield f"{source['InstanceId']} to peered {target['InstanceId']}:80", expected, met
    yield from _names(site, ec2, running)


def _by_ipv6(
    site: Site, rules: "_Rules", source: dict[str, Any], target: dict[str, Any]
) -> Iterator[tuple[str, str, str]]:
    if "Ipv6Address" in source and "Ipv6Address" in target:
        expected = rules.expected_by_ipv6(source, target)
        met = _connect(site, source["InstanceId"], target["Ipv6Address"], 80, expected)
        yield f"{source['InstanceId']} to {target['InstanceId']}:80 by IPv6", expected, met


def _serve(site: Site, instance: str) -> None:
    """Start a server there unless there is one."""
    subprocess.Popen(
        [*GENKAN, "exec", instance, "--", sys.executable, "-c", SERVER],
        env={**os.environ, "GENKAN_HOME": str(site.home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + PATIENCE
    own = CLIENT.format("127.0.0.1", 80, 1)
    while "passes" not in site.attempt("exec", instance, "--", sys.executable, "-c", own).stdout:
        if time.monotonic() > end:
            raise RuntimeError(f"no server comes up in {instance}")


def _connect(site: Site, source: str, address: str, port: int, expected: str) -> str:
    patience = 5.0 if expected == "passes" else 0.7
    program = CLIENT.format(address, port, patience)
    done = site.attempt("exec", source, "--", sys.executable, "-c", program)
    return done.stdout.strip() or done.stderr.strip()[-200:]


class _Rules:
    """Who may reach whom at TCP port 80, by groups and ACLs."""

    def __init__(self, ec2: Any) -> None:
        groups = ec2.describe_security_groups()["SecurityGroups"]
        self._open, self._open_to_ipv6 = (
            {
                group["GroupId"]
                for group in groups
                for rule in group["IpPermissions"]
                if rule.get("FromPort") == 80 and rule[ranges]
            }
            for ranges in ("IpRanges", "Ipv6Ranges")
        )
        self._tables = ec2.describe_route_tables()["RouteTables"]
        self._own = {  # a default group lets its own in, everywhere
            group["GroupId"]
            for group in groups
            for rule in group["IpPermissions"]
            if rule["IpProtocol"] == "-1" and rule["UserIdGroupPairs"]
        }
        self._denied = {
            association["SubnetId"]
            for acl in ec2.describe_network_acls()["NetworkAcls"]
            if any(entry["RuleNumber"] == 50 for entry in acl["Entries"])
            for association in acl["Associations"]
        }

    def expected(self, source: dict[str, Any], target: dict[str, Any]) -> str:
        crosses = source["SubnetId"] != target["SubnetId"]
        denied = crosses and target["SubnetId"] in self._denied
        let_in = self._let_in(source, target, self._open)
        return "passes" if let_in and not denied else "silence"

    def expected_by_ipv6(self, source: dict[str, Any], target: dict[str, Any]) -> str:
        """What the ACLs deny is IPv4."""
        return "passes" if self._let_in(source, target, self._open_to_ipv6) else "silence"

    def _let_in(self, source: dict[str, Any], target: dict[str, Any], opened: set[str]) -> bool:
        worn = {group["GroupId"] for group in target["SecurityGroups"]}
        theirs = {group["GroupId"] for group in source["SecurityGroups"]}
        return bool(worn & opened) or bool(worn & theirs & self._own)

    def peered(self, source: dict[str, Any], target: dict[str, Any]) -> bool:
        """Tell whether both subnets' tables lead to the other's VPC by a peering connection."""
        return self._leads(source, target) and self._leads(target, source)

    def _leads(self, source: dict[str, Any], target: dict[str, Any]) -> bool:
        address = ip_address(target["PrivateIpAddress"])
        return any(
            address in ip_network(route["DestinationCidrBlock"])
            for route in self._table_of(source)["Routes"]
            if "VpcPeeringConnectionId" in route and route["State"] == "active"
        )

    def _table_of(self, instance: dict[str, Any]) -> dict[str, Any]:
        main: dict[str, Any] = {"Routes": []}
        for table in self._tables:
            for one in table["Associations"]:
                if one.get("SubnetId") == instance["SubnetId"]:
                    return dict(table)
                if one["Main"] and table["VpcId"] == instance["VpcId"]:
                    main = table
        return main


def _names(site: Site, ec2: Any, running: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Give what an endpoint's name is expected to be and is, for an instance of each VPC."""
    witnesses = {one["VpcId"]: one["InstanceId"] for one in running}
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    for vpc, witness in sorted(witnesses.items()):
        for service in ("monitoring", "sqs", "kms"):
            name = f"{service}.ap-northeast-1.amazonaws.com"
            inside = any(
                one["VpcId"] == vpc
                and one["ServiceName"].endswith(f".{service}")
                and one["State"] == "available"
                and one.get("PrivateDnsEnabled")
                for one in endpoints
            )
            answer = site.attempt("dig", witness, name, "-o", "json").stdout
            yield f"{name} in {vpc}", "private" if inside else "public", _where(answer)


def _where(answer: str) -> str:
    found = re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", json.dumps(json.loads(answer or "{}")))
    private = [one for one in found if ip_address(one) in ip_network("10.0.0.0/8")]
    records = [one for one in found if not one.endswith(".0.2")]
    if not records:
        return "no answer"
    return "private" if set(records) <= set(private) else "public"

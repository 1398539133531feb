"""`trace` and `ping`: where a packet goes and why, and whether a real one does the same."""

import json
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv6Address
from pathlib import Path
from typing import Any

import click

from genkan.cli.explaining import lines_of
from genkan.cli.failure import NO, REFUSED, USAGE, Failure, fail_down
from genkan.cli.impact_text import by, need_lines, several
from genkan.client import Site, SiteDown
from genkan.client.explanation import ask
from genkan.client.home import default_home
from genkan.client.probe import Probe, send_probe
from genkan.client.site import UnknownTarget

DESTINATION = re.compile(
    r"(?P<name>\[[0-9a-fA-F:.]+\]|[^:\[\]]+)(?::(?P<port>\d{1,5})(?:/(?P<protocol>tcp|udp))?)?"
)
ENDPOINT = re.compile(r"vpce-[0-9a-f]+")
HTTPS = 443
MARKS = {"passed": " ", "translated": "~", "dropped": "x", "refused": "x", "depends": "?"}
ARROWS = {"forward": "→", "answer": "←"}
ENDS = {
    "reached": "reaches {to}, and the answer comes back",
    "unanswered": "reaches {to}, and its answer does not come back",
    "stopped": "is stopped",
    "depends": "depends on a port that a gateway chooses",
}


def trace(source: str, destination: str, as_json: bool, sources: Sequence[Path] = ()) -> None:
    """Print the way of a packet; exit 0 when it arrives and is answered, else 1."""
    found = _asked_of_files(source, destination, sources)
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for line in trace_lines(found):
            click.echo(line)
    if found["disposition"] != "reached":
        sys.exit(NO)


def ping(source: str, destination: str, as_json: bool) -> None:
    """Send the packet, print what was predicted and what came; exit 0 when an answer came."""
    found = _asked(source, destination)
    packet = found["packet"]
    ports = packet["destination_ports"]
    site = Site(default_home())
    try:
        inside = site.enter(found["origin"]["id"])
    except SiteDown:
        fail_down(site.home)
    except UnknownTarget as error:
        raise Failure(REFUSED, str(error)) from error
    probe = Probe(
        packet["source"], packet["destination"], packet["protocol"], ports[0] if ports else None
    )
    begun = time.perf_counter()
    met = send_probe(inside, probe)
    took = time.perf_counter() - begun
    predicted = found["disposition"]
    came = met != "silence" and met != "unreachable"
    agrees = None if predicted == "depends" else came == (predicted == "reached")
    report = {"predicted": predicted, "met": met, "agrees": agrees, "trace": found}
    if as_json:
        click.echo(json.dumps(report, indent=2))
    else:
        click.echo(f"{packet['text']}: {met}" + (f" in {took * 1000:.1f} ms" if came else ""))
        click.echo(f"predicted: {_end(found)}" + _word(agrees))
        for line in blocker_lines(found):
            click.echo(line)
    sys.exit(0 if came else NO)


def _word(agrees: bool | None) -> str:
    if agrees is None:
        return ""
    return "; so it was" if agrees else "; it was not so. `genkan trace` shows every step"


def trace_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Draw a trace: what it comes to, what the name means, every step, every blocker."""
    yield f"{found['packet']['text']} from {_called(found['origin'])} {_end(found)}"
    resolved = found.get("resolved")
    if resolved:
        yield f"{resolved['name']} is {resolved['address']}: {resolved['because']}"
    for way, arrow in ARROWS.items():
        for step in found[way]:
            yield from _step_lines(arrow, step)
    yield from blocker_lines(found)
    yield from fix_lines(found)
    yield from policy_lines(found)
    yield from need_lines(found["needs"])
    yield from _choice_lines(found)


def _choice_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Draw how each of the ways ends that a load balancer may choose."""
    possible = found["possible"]
    if len(possible) > 1:
        yield f"a hash chooses one of {len(possible)} ways; this is one of them:"
        for one in possible:
            yield f"  {one['arrived'] or 'nobody'}: {one['disposition']}"


def blocker_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Draw what stops a packet, what it meets first at the top."""
    for number, step in enumerate(found["blockers"], 1):
        where = "" if step["way"] == "forward" else "the answer, "
        yield (
            f"{number}. {where}{step['stage']} at {_called(step, 'place')}: {step['said']}"
            f"{_because(step)}  {step['code']}"
        )


def policy_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Draw what policies deny, or leave open, of calls that come so."""
    for one in found["policies"]:
        calls, callers = several(one["calls"]), one["callers"]
        whose = f" of {callers}" if callers else ""
        about = f"  ({calls}{whose})" if calls else ""
        yield f"policy: {one['policy']}: {one['reason']}{about}  {one['code']}"


def fix_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Draw the calls that mend it, in their order, and whether they were tried on a copy."""
    for fix in found["fixes"]:
        word = "checked" if fix["verified"] else "not enough"
        for call in fix["calls"]:
            yield f"fix ({word}{by(call)}): {call['words']}"
        if not fix["calls"]:
            yield f"no call is known that mends {fix['blocker']['code']}"
    if found["mended"] == "reached":
        yield "with this it arrives, and its answer comes back"


def _step_lines(arrow: str, step: Mapping[str, Any]) -> Iterator[str]:
    mark = MARKS[step["outcome"]]
    yield (
        f"{mark} {arrow} {_called(step, 'place'):<24} {step['stage']:<24} "
        f"{step['said']}{_because(step)}"
    )
    if step["outcome"] == "translated":
        yield f"      now {step['packet']['text']}"


def _because(step: Mapping[str, Any]) -> str:
    because = step["because"]
    if because is None:
        return ""
    rule = f" rule {because['rule']}" if because["rule"] else ""
    return f"  [{because['id']}{rule}]"


def _end(found: Mapping[str, Any]) -> str:
    """Say how it ends; of what is stopped, by what first."""
    arrived = found["arrived"]
    if found["disposition"] == "stopped" and found["blockers"]:
        first = found["blockers"][0]
        return f"is stopped by {first['stage']}: {first['said']}"
    return ENDS[found["disposition"]].format(to=_receiver(arrived) if arrived else "nobody")


def _receiver(arrived: Mapping[str, Any]) -> str:
    """Say who takes a packet: the endpoint, where one answers at a router's address."""
    endpoint = arrived.get("endpoint")
    if endpoint is None:
        return _called(arrived)
    return f"{_called(endpoint)}, an endpoint of {endpoint['service']}"


def _called(thing: Mapping[str, Any], key: str = "id") -> str:
    return str(thing.get("name") or thing[key])


def _asked_of_files(source: str, destination: str, sources: Sequence[Path]) -> dict[str, Any]:
    """Ask files, or the site where there are none."""
    if not sources:
        return _asked(source, destination)
    from genkan.cli.offline import read

    found = read(sources).trace({"source": source, **parse_destination(destination)})
    if "unknown" in found:
        raise Failure(NO if "unnamed" in found else REFUSED, found["unknown"])
    return found


def _asked(source: str, destination: str) -> dict[str, Any]:
    question = {"source": source, **parse_destination(destination)}
    site = Site(default_home())
    try:
        found = site.post("/trace", question)
        resolved = _resolved(site, question) if "unknown" in found else None
        if resolved is not None:
            meant = {"destination": resolved["address"], "name": resolved["name"]}
            meant["port"] = question["port"] or HTTPS
            found = site.post("/trace", {**question, **meant})
            found["resolved"] = resolved
    except SiteDown:
        fail_down(site.home)
    if "unknown" in found:
        raise Failure(REFUSED, found["unknown"], todo="genkan status")
    return found


def _resolved(site: Site, question: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the address that a domain name has for who asks; None for what is called otherwise.

    Raises Failure for a domain name without an address, or whose answer is somebody else's.
    """
    name = str(question["destination"])
    if "." not in name:
        return None
    told = ask(site, str(question["source"]), name, "A")
    answer = told.get("answer")
    if answer is None:  # no such asker, no such name, another name server
        return None
    last = answer["steps"][-1]
    if not last["records"]:
        explained = "\n".join(lines_of(told, name, "A"))
        raise Failure(NO, f"{name} has no address for {question['source']}.", explained)
    because = f" {last['because']}" if last["because"] else ""
    return {
        "name": name,
        "address": last["records"][0],
        "because": f"{last['decided_by']}{because}",
    }


def parse_destination(text: str) -> dict[str, Any]:
    """Read DST[:PORT[/PROTO]]; an IPv6 address with a port is in brackets. Raises Failure.

    An endpoint without a port is asked at 443: none answers an echo.
    """
    found = DESTINATION.fullmatch(f"[{text}]" if _is_ipv6(text) else text)
    port = int(found["port"]) if found and found["port"] else None
    if found is None or (port is not None and not 1 <= port <= 65_535):
        raise Failure(
            USAGE,
            f"{text} is no destination.",
            "DST is an id, a Name tag, an address, a domain name or `internet`; then :PORT, 1 to "
            "65535; then /tcp or /udp.",
            "genkan trace web 10.0.0.5:443/tcp",
        )
    name = found["name"].strip("[]")
    if port is None and ENDPOINT.fullmatch(name):
        port = HTTPS
    return {
        "destination": name,
        "port": port,
        "protocol": found["protocol"] or "tcp",
    }


def _is_ipv6(text: str) -> bool:
    try:
        return bool(IPv6Address(text))
    except ValueError:
        return False

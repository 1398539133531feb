"""A report of `impact` for people: the warning first, then effects, the worst at the top."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Shown = Mapping[str, Any]

MOST = 8  # names, interfaces and fixes in a line or a block
MOST_ADDRESSES = 3
INDENT = " " * 14
KINDS = {
    "internet": "the internet",
    "public-address": "its public address",
    "load-balancer": "",
    "endpoint": "",
    "interfaces": "",
    "resource": "",
}
ENDINGS = {
    "NO_SUCH_NAME": "no such name",
    "NOTHING": "no address",
    "ELSEWHERE": "a rule's target answers",
    "NO_RESOLVER": "no resolver answers",
}
WORDS = {"works": "works", "blocked": "BLOCKED", "denied": "DENIED", "depends": "DEPENDS"}
FLAGS = {
    "CONNECTIONS_RESET": "connections that are open break",
    "SOURCE_ADDRESS_CHANGES": "the service sees another source address: policies on aws:SourceIp",
    "OUTAGE_WINDOW": "it fails in between, from one call to another",
    "SINGLE_AZ": "by an endpoint of one zone",
    "AVAILABILITY_ZONE_CROSSED": "into another zone",
}


def lines(report: Shown) -> Iterator[str]:
    """Draw a report."""
    for call in report["change"]:
        yield f"IMPACT  {call['words']}" + (f"  (by account {call['by']})" if call["by"] else "")
    for one in report["preflight"]:
        yield f"REFUSED call {one['call']}: {one['code']}: {one['message']}"
    if report["preflight"]:
        return
    yield from capture_lines(report)
    for effects in blocks(report):
        yield from _block_lines(report, effects)
    yield from _alternative_lines(report)
    yield summary(report)
    for one in report["assumptions"]:
        yield f"  assumed: {one}"


def capture_lines(report: Shown) -> Iterator[str]:
    """Say which names are answered otherwise, those of one answer together."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in report["captures"]:
        if not one["new"]:
            key = (one["view"], _answer(report, one["before"]), _answer(report, one["after"]))
            alike.setdefault(key, []).append(one["name"])
    for (view, before, after), names in alike.items():
        whose = "everybody outside" if view == "internet" else f"EVERY instance in {view}"
        yield f"! From the moment it is done, {_names(names)}"
        yield f"  resolves for {whose} to {after}; today to {before}"
    new = [one["name"] for one in report["captures"] if one["new"]]
    if new:
        yield f"+ new names: {_names(new)}"


def blocks(report: Shown) -> list[list[Shown]]:
    """Give effects, those together that differ by the group alone."""
    found: dict[object, list[Shown]] = {}
    for one in report["effects"]:
        before, after = one["before"], one["after"]
        key = (
            one["effect"], str(one["flow"]["names"]), one["flow"]["id"], str(one["flow"]["ports"]),
            *(
                str((side["verdict"], side["via"], side["codes"], side["said"]))
                for side in (before, after)
            ),
            str(one["flags"]), str(one["needs"]),
        )  # fmt: skip
        found.setdefault(key, []).append(one)
    return list(found.values())


def summary(report: Shown) -> str:
    """Say it in a line."""
    told = report["summary"]
    counts = [f"{count} {effect}" for effect, count in told["effects"].items() if count]
    looked = f"{_many(told['flows'], 'flow')} of {_many(told['interfaces'], 'interface')}"
    return f"{', '.join(counts) or 'nothing changes'}: {looked} looked at"


def to(effect: Shown) -> str:
    """Say where a flow goes."""
    flow = effect["flow"]
    ports = ", ".join(ports_word(one) for one in flow["ports"])
    if flow["to"] == "name":
        return f"{_names(flow['names'])}  {ports}"
    if flow["to"] == "interfaces":
        return f"{who([effect['flow']['target']])}  {ports}"
    if flow["to"] == "resource":
        said = effect["after"]["said"] or effect["before"]["said"]
        return f"{flow['id']}  ({several(said['calls'])}) of {said['callers']}".removesuffix(" of ")
    if flow["to"] == "public-address":
        return f"the public address of {who([flow['target']])}  {ports}"
    return f"{KINDS[flow['to']] or flow['id']}  {ports}"


def who(groups: Sequence[Shown]) -> str:
    """Say who sends or is sent to: interfaces by their instances' names."""
    members = [
        f"{one['name'] or one['place']} ({', '.join(one['addresses'])})"
        for group in groups
        for one in group["interfaces"]
    ]
    if not members:
        return "the internet"
    subnets = dict.fromkeys(group["subnet"] for group in groups)
    worn = dict.fromkeys(one["name"] or one["id"] for group in groups for one in group["groups"])
    return f"{several(members)} in {several(list(subnets))}, {_groups(list(worn))}"


def _groups(worn: Sequence[str]) -> str:
    if not worn:
        return "with no security group"
    return f"with security group{'s' if len(worn) > 1 else ''} {several(worn)}"


def side(report: Shown, outlook: Shown) -> str:
    """Say what becomes of a flow on one side of a change."""
    via = [f"{name} (new)" if name in report["new"] else name for name in outlook["via"]]
    resolved = None if outlook["said"] else outlook["resolved"]
    told = []
    if resolved and resolved["addresses"]:
        told.append(_addresses(resolved["addresses"]))
    elif resolved:
        told.append(ENDINGS.get(resolved["ending"], resolved["ending"]))
    if via:
        told.append(" → ".join(via))
    blocker = outlook["first_blocker"]
    if blocker:
        told.append(f"{blocker['stage']}: {blocker['said']}")
    if outlook["said"]:
        told.append(f"{outlook['said']['policy']}: {outlook['said']['reason']}")
    codes = "  ".join(outlook["codes"])
    seen = f", seen as {outlook['sees']}" if outlook["verdict"] == "works" else ""
    some = " (some of its ways)" if outlook["some"] else ""
    return f"{' → '.join(told)}  {WORDS[outlook['verdict']]}{some}{seen}  {codes}".strip()


def need_lines(needs: Sequence[Shown], whole: bool = True) -> Iterator[str]:
    """Draw what callers of a service need besides it, and what mends it where they have not got
    it; not `whole`: that alone, where the need itself is told already."""
    for one in needs:
        blocker, said = one["first_blocker"], one["said"]
        told = f"{said['policy']}: {said['reason']}" if said else ""
        if blocker:
            told = f"{blocker['stage']}: {blocker['said']}"
        codes = "  ".join(one["codes"])
        if whole:
            yield f"needs {one['name']} too: {one['why']}"
            yield f"  {'  '.join(word for word in (told, WORDS[one['verdict']], codes) if word)}"
        else:
            yield one["why"]
        for fix in one["fixes"]:
            for call in fix["calls"]:
                yield f"  fix ({_checked(fix['verified'])}{by(call)}): {call['words']}"
        if one["instead"] and one["verdict"] != "works":
            yield f"  or without it: {one['instead']}"


def fixes(effects: Sequence[Shown]) -> list[tuple[Shown, bool]]:
    """Give the calls that mend effects, each once, and whether they were enough."""
    found = {
        (call["words"], fix["verified"], call["account"]): (call, fix["verified"])
        for effect in effects
        for fix in effect["fixes"]
        for call in fix["calls"]
    }
    return list(found.values())


def _unmended(effects: Sequence[Shown]) -> dict[str, None]:
    """Give the codes of what no call is known to mend."""
    return {
        fix["blocker"]["code"]: None
        for effect in effects
        for fix in effect["fixes"]
        if fix["blocker"] and not fix["calls"]
    }


def by(call: Shown) -> str:
    """Say which account makes a call, where that is a question."""
    return f", by account {call['by']}" if call["by"] else ""


def _checked(verified: bool) -> str:
    return "checked" if verified else "not enough"


def _block_lines(report: Shown, effects: Sequence[Shown]) -> Iterator[str]:
    first = effects[0]
    count = _many(sum(one["group"]["count"] for one in effects), "interface")
    yield f"{first['effect']:<13} {count}: {who([one['group'] for one in effects])}"
    yield f"{INDENT}to     {to(first)}"
    yield f"{INDENT}today  {side(report, first['before'])}"
    yield f"{INDENT}then   {side(report, first['after'])}"
    for flag in first["flags"]:
        yield f"{INDENT}{flag}: {FLAGS[flag]}"
    whole = first["flow"]["to"] != "resource"
    yield from (f"{INDENT}{line}" for line in need_lines(first["needs"], whole))
    told = fixes(effects)
    for call, verified in told[:MOST]:
        yield f"{INDENT}fix ({_checked(verified)}{by(call)}): {call['words']}"
    yield from (f"{INDENT}no call is known that mends {code}" for code in _unmended(effects))
    if len(told) > MOST:
        yield f"{INDENT}and {len(told) - MOST} more calls, which --json has"


def _alternative_lines(report: Shown) -> Iterator[str]:
    for one in report["alternatives"]:
        word = "checked, loses nothing of that" if one["verified"] else "loses too"
        for call in other_calls(report, one):
            yield f"or ({word}{by(call)}): {call['words']}"


def other_calls(report: Shown, alternative: Shown) -> list[Shown]:
    """Give the calls of an alternative that the change itself does not have."""
    asked = {call["words"] for call in report["change"]}
    return [call for call in alternative["calls"] if call["words"] not in asked]


def _answer(report: Shown, told: Shown) -> str:
    if not told["addresses"]:
        return str(ENDINGS.get(told["ending"], told["ending"]))
    because = (told["because"] or "").partition(" ")[0]
    by = f" ({because})" if because.startswith("vpce-") else ""
    return f"{_addresses(told['addresses'])}{by}"


def _addresses(held: Sequence[str]) -> str:
    more = len(held) - MOST_ADDRESSES
    return ", ".join(held[:MOST_ADDRESSES]) + (f" and {more} more" if more > 0 else "")


def ports_word(ports: Shown) -> str:
    if ports["first"] is None:
        return "echo"
    first, last = ports["first"], ports["last"]
    if (first, last) == (1, 65_535):
        return f"{ports['protocol']}/any"
    return f"{ports['protocol']}/{first}" + (f"-{last}" if last != first else "")


def _names(names: Sequence[str]) -> str:
    """Give the plainest of several domain names, and how many more there are."""
    first, *rest = sorted(names, key=_plainness)
    return first + (f" and {_many(len(rest), 'more name')}" if rest else "")


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" + ("" if count == 1 else "s")


def _plainness(name: str) -> tuple[bool, int, str]:
    return (not name.endswith(".amazonaws.com"), len(name), name)


def several(names: Sequence[str]) -> str:
    if len(names) <= MOST:
        return ", ".join(names)
    return f"{', '.join(names[:MOST])} and {len(names) - MOST} more"

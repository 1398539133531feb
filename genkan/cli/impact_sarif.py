"""A report of `impact` for code scanning: SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange
Format")."""

from collections.abc import Mapping, Sequence
from typing import Any

from genkan.cli.impact_text import blocks, by, fixes, need_lines, side, to, who

Shown = Mapping[str, Any]
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = {
    "LOST": "A flow that works stops working.",
    "DENIED": "A flow arrives, and a policy denies calls that pass today.",
    "DEPENDS": "Whether a flow goes on working is not known.",
    "INTERRUPTED": "A flow fails between two of the calls.",
    "REDIRECTED": "A flow goes another way.",
    "GAINED": "A flow that did not work works.",
    "STILL_BLOCKED": "A name is answered otherwise, and a flow to it goes on failing.",
    "REFUSED": "AWS would refuse the change.",
}
LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def log(report: Shown) -> dict[str, Any]:
    """Draw a report as a log with one run."""
    results = [_result(report, effects) for effects in blocks(report)]
    results += [_refusal(one) for one in report["preflight"]]
    rules = [{"id": name, "shortDescription": {"text": text}} for name, text in RULES.items()]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "genkan impact", "rules": rules}},
                "results": results,
                "properties": {"summary": report["summary"], "schema": report["schema"]},
            }
        ],
    }


def _result(report: Shown, effects: Sequence[Shown]) -> dict[str, Any]:
    first = effects[0]
    sent = who([one["group"] for one in effects])
    told = [
        f"{first['effect']}: {sent}, to {to(first)}.",
        f"Today: {side(report, first['before'])}. Then: {side(report, first['after'])}.",
        *need_lines(first["needs"]),
        *(
            f"Fix ({'checked' if done else 'not enough'}{by(call)}): {call['words']}"
            for call, done in fixes(effects)
        ),
    ]
    ids = [one["interface"] for effect in effects for one in effect["group"]["interfaces"]]
    return {
        "ruleId": first["effect"],
        "ruleIndex": list(RULES).index(first["effect"]),
        "level": LEVELS[first["severity"]],
        "message": {"text": "\n".join(told)},
        "locations": [
            {"logicalLocations": [{"fullyQualifiedName": one, "kind": "resource"}]} for one in ids
        ],
        "properties": {"flags": first["flags"], "codes": first["after"]["codes"]},
    }


def _refusal(one: Shown) -> dict[str, Any]:
    return {
        "ruleId": "REFUSED",
        "ruleIndex": list(RULES).index("REFUSED"),
        "level": "error",
        "message": {"text": f"Call {one['call']}: {one['code']}: {one['message']}"},
        "locations": [],
    }

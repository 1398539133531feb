"""A report of `impact` for a pull request, in Markdown."""

from collections.abc import Iterator, Mapping
from typing import Any

from genkan.cli.impact_text import (
    FLAGS,
    blocks,
    by,
    capture_lines,
    fixes,
    need_lines,
    other_calls,
    side,
    summary,
    to,
    who,
)

Shown = Mapping[str, Any]
ANSWERS = {
    "refused": "AWS would refuse this change",
    "breaks": "This change breaks something",
    "safe": "Nothing is lost by this change",
}


def lines(report: Shown) -> Iterator[str]:
    """Draw a report."""
    yield f"### {ANSWERS[report['summary']['answer']]}"
    yield ""
    yield "```console"
    for call in report["change"]:
        if call["by"]:
            yield f"# by account {call['by']}"
        yield f"$ {call['words']}"
    yield "```"
    for one in report["preflight"]:
        yield ""
        yield f"Call {one['call']}: **{one['code']}**: {_plain(one['message'])}"
    if report["preflight"]:
        return
    captured = list(capture_lines(report))
    if captured:
        yield ""
        yield "```text"
        yield from captured
        yield "```"
    yield from _table(report)
    yield from _fixes(report)
    yield ""
    yield _plain(summary(report))
    if report["assumptions"]:
        yield ""
        yield "<details><summary>What was assumed</summary>"
        yield ""
        yield from (f"* {_plain(one)}" for one in report["assumptions"])
        yield ""
        yield "</details>"


def _table(report: Shown) -> Iterator[str]:
    found = blocks(report)
    if not found:
        return
    yield ""
    yield "| effect | who | to | today | then |"
    yield "|---|---|---|---|---|"
    for effects in found:
        first = effects[0]
        flags = "".join(f"<br>{flag}: {FLAGS[flag]}" for flag in first["flags"])
        needs = map(_plain, need_lines(first["needs"]))
        cells = (
            f"**{first['effect']}**",
            _plain(who([one["group"] for one in effects])),
            _plain(to(first)),
            _plain(side(report, first["before"])),
            "<br>".join((_plain(side(report, first["after"])) + flags, *needs)),
        )
        yield f"| {' | '.join(cells)} |"


def _fixes(report: Shown) -> Iterator[str]:
    told = fixes(report["effects"])
    others = [call for one in report["alternatives"] for call in other_calls(report, one)]
    if not told and not others:
        return
    yield ""
    yield "```console"
    for call, verified in told:
        yield f"# a fix, {'tried on a copy' if verified else 'not enough alone'}{by(call)}"
        yield f"$ {call['words']}"
    for call in others:
        yield f"# or, instead{by(call)}"
        yield f"$ {call['words']}"
    yield "```"


def _plain(text: str) -> str:
    """Write what no Markdown is meant in."""
    for character in "\\`*_<>|[]":
        text = text.replace(character, "\\" + character)
    return text.replace("\n", " ")

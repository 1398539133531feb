"""Shorthand of the AWS CLI: `Key=value,List=a,b,Inner={Key=value}` → dictionaries, lists and text.

    pairs  = key "=" value *("," key "=" value)
    value  = "[" [item *("," item)] "]" / "{" [pairs] "}" / text *("," text)
    item   = "[" … "]" / "{" … "}" / text

A text may be quoted by ' or ". After a comma stands one more text of the same list, unless it has
the form of the next pair. A bare text may hold `\\,`. "Using shorthand syntax" in the AWS CLI's
user guide; the form with files (`@=`) is left out.
"""

import re
from typing import NoReturn

KEY = re.compile(r"[A-Za-z0-9_.#/:-]+")
NEXT_PAIR = re.compile(r"\s*[A-Za-z0-9_.#/:-]+\s*=")
QUOTED = re.compile(r"'((?:\\'|[^'])*)'|\"((?:\\\"|[^\"])*)\"")
BARE = re.compile(r"(?:\\,|[^,])*")
BARE_INSIDE = re.compile(r"(?:\\,|[^,\]}])*")
SPACE = re.compile(r"\s*")
DEEPEST = 16

Value = str | list["Value"] | dict[str, "Value"]


class ShorthandUnreadable(ValueError):
    """A text that is no shorthand; the message says where it ends to be."""


def parse_shorthand(text: str) -> dict[str, Value]:
    """Read pairs. Raises ShorthandUnreadable."""
    reader = _Reader(text)
    found = reader.pairs("", 0)
    if reader.at != len(text):
        reader.fail("a comma or the end")
    return found


class _Reader:
    """A text, and how far it is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fail(self, expected: str) -> NoReturn:
        rest = self.text[self.at : self.at + 20] or "the end"
        raise ShorthandUnreadable(f"expected {expected} at character {self.at + 1}, found {rest!r}")

    def pairs(self, closing: str, depth: int) -> dict[str, Value]:
        """Read pairs until `closing`, or until the end where it is empty."""
        found: dict[str, Value] = {}
        if closing and self._take(closing):
            return found
        while True:
            self._space()
            key = KEY.match(self.text, self.at)
            if key is None:
                self.fail("a key")
            self.at = key.end()
            self._need("=")
            if key[0] in found:
                self.fail(f"no second {key[0]}")
            found[key[0]] = self._value(bool(closing), depth)
            if closing and self._take(closing):
                return found
            if not closing and self._ended():
                return found
            self._need(",")

    def _value(self, inside: bool, depth: int) -> Value:
        if self._opens():
            return self._item(inside, depth)
        first = self._scalar(inside)
        rest: list[Value] = []
        while not inside and self._peek() == "," and not NEXT_PAIR.match(self.text, self.at + 1):
            self._need(",")
            rest.append(self._scalar(inside))
        return [first, *rest] if rest else first

    def _item(self, inside: bool, depth: int) -> Value:
        if depth > DEEPEST:
            self.fail("less in each other")
        if self._take("{"):
            return self.pairs("}", depth + 1)
        if not self._take("["):
            return self._scalar(inside)
        items: list[Value] = []
        while not self._take("]"):
            if items:
                self._need(",")
            items.append(self._item(True, depth + 1))
        return items

    def _scalar(self, inside: bool) -> str:
        self._space()
        quoted = QUOTED.match(self.text, self.at)
        if quoted:
            self.at = quoted.end()
            self._space()
            if quoted[1] is not None:
                return quoted[1].replace("\\'", "'").replace("\\\\", "\\")
            return quoted[2].replace('\\"', '"').replace("\\\\", "\\")
        bare = (BARE_INSIDE if inside else BARE).match(self.text, self.at)
        text = bare[0] if bare else ""
        self.at += len(text)
        return text.replace("\\,", ",").rstrip()

    def _opens(self) -> bool:
        self._space()
        return self._peek() in ("[", "{")

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self, character: str) -> bool:
        self._space()
        if self._peek() != character:
            return False
        self.at += 1
        return True

    def _need(self, character: str) -> None:
        if not self._take(character):
            self.fail(repr(character))

    def _ended(self) -> bool:
        self._space()
        return self.at == len(self.text)

    def _space(self) -> None:
        found = SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at

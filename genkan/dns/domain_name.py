"""Domain names in wire form: labels with their lengths, the root's empty one last (RFC 1035, 3.1).

In this form a name's ancestors are its tails, and lower-casing is `bytes.lower`: a length is at
most 63, which is below every letter.
"""

from collections.abc import Iterator

ROOT = b"\0"
LONGEST_LABEL = 63
LONGEST_NAME = 255


def parse(text: str) -> bytes:
    r"""Read presentation text, with or without its final dot, `\X` and `\DDD` escaped.

    Raises ValueError for what is no name: an empty or too long label, too many of them, letters
    beyond ASCII.
    """
    if not text or text == ".":
        return ROOT
    try:
        if "\\" in text:
            labels = _unescape(text)
        else:
            labels = text.removesuffix(".").encode("ascii").split(b".")
    except UnicodeEncodeError:
        raise ValueError(f"{text!r} has letters beyond ASCII; write it in its IDNA form.") from None
    return _join(labels, text)


def ancestors(name: bytes) -> Iterator[bytes]:
    """Give every name above this one, the nearest first, the root last."""
    at, end = 0, len(name) - 1
    while at < end:
        at += name[at] + 1
        yield name[at:]


def lineage(name: bytes) -> Iterator[bytes]:
    """Give the name itself, then its ancestors."""
    yield name
    yield from ancestors(name)


def parent(name: bytes) -> bytes:
    """Give the name one label up; the root has itself."""
    return name[name[0] + 1 :] or ROOT


def is_at_or_below(name: bytes, top: bytes) -> bool:
    """Say whether `name` is `top` or ends in it; both in one case."""
    return name.endswith(top) and any(top == one for one in lineage(name))


def child(label: bytes, above: bytes) -> bytes:
    """Give the name one label down. Raises ValueError when it would be too long."""
    if len(above) + len(label) + 1 > LONGEST_NAME:
        raise ValueError(f"{label!r} does not fit in front of a name of {len(above)} bytes.")
    return bytes((len(label),)) + label + above


def _join(labels: list[bytes], text: str) -> bytes:
    wire = bytearray()
    for label in labels:
        if not 0 < len(label) <= LONGEST_LABEL:
            raise ValueError(f"{text!r} has a label of {len(label)} bytes; 1 to 63 are allowed.")
        wire.append(len(label))
        wire += label
    wire += ROOT
    if len(wire) > LONGEST_NAME:
        raise ValueError(f"{text!r} takes {len(wire)} bytes; a name takes 255 at most.")
    return bytes(wire)


def _unescape(text: str) -> list[bytes]:
    labels, label, at = [], bytearray(), 0
    while at < len(text):
        letter = text[at]
        if letter == ".":
            labels.append(bytes(label))
            label.clear()
        elif letter == "\\":
            code, width = _escaped(text, at + 1)
            label.append(code)
            at += width
        else:
            label += letter.encode("ascii")
        at += 1
    if label or not text.endswith("."):
        labels.append(bytes(label))
    return labels


def _escaped(text: str, at: int) -> tuple[int, int]:
    digits = text[at : at + 3]
    if digits.isascii() and digits.isdigit() and len(digits) == 3 and int(digits) < 256:
        return int(digits), 3
    if at == len(text) or text[at].isdigit():
        raise ValueError(f"{text!r} has a backslash with nothing to escape behind it.")
    return text[at].encode("ascii")[0], 1

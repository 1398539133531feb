r"""Domain names as Route 53 writes them: lower case, whole, the final dot there, `\ooo` for what is
no letter, digit, hyphen, underscore or dot.

"DNS domain name format" in the Amazon Route 53 developer guide. The escapes are octal; those of
zone files (RFC 1035, 5.1) are decimal, and `zone_file_name` writes them.
"""

import re

LONGEST_NAME = 255  # bytes, with a length before each label and the root's behind
LONGEST_LABEL = 63
WILDCARD = "\\052"
PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
ALLOWED = PLAIN | frozenset("!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~")
ESCAPE = re.compile(r"\\([0-3][0-7]{2})")
PARTS = re.compile(r"\\[0-3][0-7]{2}|\\?.", re.DOTALL)


def parse_name(text: str) -> tuple[str, ...]:
    r"""Give a name's labels, the top one last; `*` and `\052` alike are `*`, the root has none.

    Raises ValueError, whose message says in a word what is wrong.
    """
    labels = [""]
    for part in PARTS.findall(text.removesuffix(".")):
        if part == ".":
            labels.append("")
            continue
        labels[-1] += _letter(part)
    if labels == [""]:
        return ()
    for label in labels:
        if not label:
            raise ValueError("Domain label is empty")
        if len(label) > LONGEST_LABEL:
            raise ValueError("Domain label is too long")
    if sum(len(label) + 1 for label in labels) + 1 > LONGEST_NAME:
        raise ValueError("Domain name is too long")
    return tuple(labels)


def print_name(labels: tuple[str, ...]) -> str:
    """Write labels as Route 53 shows them."""
    return "".join(f"{_written(label, '{:03o}')}." for label in labels) or "."


def canonical(text: str) -> str:
    """Write a name as Route 53 shows it. Raises ValueError."""
    return print_name(parse_name(text))


def zone_file_name(name: str) -> str:
    """Write a canonical name as the program's entries have it: no final dot, decimal escapes."""
    labels = parse_name(name)
    return ".".join("*" if label == "*" else _written(label, "{:03d}") for label in labels)


def zone_file_text(value: str) -> str:
    """Write a record's value as the program's entries have it: octal escapes become decimal."""
    return ESCAPE.sub(lambda match: f"\\{int(match[1], 8):03d}", value)


def is_at_or_below(name: str, zone: str) -> bool:
    """Tell whether a canonical name is in a zone's domain."""
    return name == zone or name.endswith(f".{zone}") or zone == "."


def sort_key(name: str) -> tuple[str, ...]:
    """Give what Route 53 sorts names by: their labels from the top one down."""
    return tuple(reversed(name.removesuffix(".").split(".")))


def _letter(part: str) -> str:
    escape = ESCAPE.fullmatch(part)
    letter = chr(int(escape[1], 8)) if escape else part.removeprefix("\\") or "\\"
    letter = letter.lower() if letter.isascii() else letter
    if escape is None and letter not in ALLOWED:
        raise ValueError(f"Domain name contains an unsupported character {letter!r}")
    return letter


def _written(label: str, code: str) -> str:
    return "".join(
        letter if letter in PLAIN else "\\" + code.format(ord(letter)) for letter in label
    )

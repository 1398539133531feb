r"""What a record's value may be, by type; a wrong one has Route 53's own way of saying so.

"Supported DNS record types" in the Amazon Route 53 developer guide. Strings stand in quotation
marks, 255 characters each at most; what is not ASCII is escaped, `\ooo` in octal.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

from genkan.model.domain_names import ESCAPE, parse_name

LONGEST_STRING = 255
LONGEST_VALUE = 4000
TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|\S+', re.DOTALL)
STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
CAA_TAG = re.compile(r"[0-9a-zA-Z]{1,15}")
SVC_PARAMETER = re.compile(r'[a-z0-9-]+(=("(?:[^"\\]|\\.)*"|\S*))?')

Check = Callable[[str], str | None]  # what is wrong with a token; None: nothing


def wrong_value(of_type: str, value: str) -> str | None:
    """Say what is wrong with a value of a type, as Route 53 does; None: nothing."""
    fault = "RecordTooLong (Value is too long)" if len(value) > LONGEST_VALUE else None
    fault = fault or (None if value.isascii() else "InvalidCharacter (Value has no ASCII form)")
    fault = fault or CHECKS[of_type](value)
    if fault is None:
        return None
    return f"Invalid Resource Record: 'FATAL problem: {fault} encountered with '{value[:200]}''"


def _ipv4(text: str) -> str | None:
    try:
        IPv4Address(text)
    except ValueError:
        return "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"
    return None


def _ipv6(text: str) -> str | None:
    try:
        IPv6Address(text)
    except ValueError:
        return "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"
    return None


def _name(text: str) -> str | None:
    try:
        parse_name(text)
    except ValueError as error:
        return f"DomainName ({error})"
    return None


def _number(most: int) -> Check:
    def check(text: str) -> str | None:
        if text.isascii() and text.isdigit() and int(text[:12]) <= most:
            return None
        return f"UnsignedInteger (Value is not a number from 0 to {most})"

    return check


def _string(text: str) -> str | None:
    if not STRING.fullmatch(text):
        return "InvalidCharacterString (Value should be enclosed in quotation marks)"
    if len(re.sub(r"\\.", "x", ESCAPE.sub("x", text[1:-1]))) > LONGEST_STRING:
        return "CharacterStringTooLong (Value is too long)"
    return None


def _strings(text: str) -> str | None:
    tokens = TOKENS.findall(text)
    if not tokens:
        return "InvalidCharacterString (Value should be enclosed in quotation marks)"
    return next((fault for token in tokens if (fault := _string(token))), None)


def _matching(pattern: re.Pattern[str], what: str) -> Check:
    return lambda text: None if pattern.fullmatch(text) else f"InvalidData (Value is not {what})"


def _fields(*checks: Check, rest: Check | None = None) -> Check:
    """Check a value token by token; `rest` checks those behind the last, if there may be any."""

    def check(text: str) -> str | None:
        tokens = TOKENS.findall(text)
        if len(tokens) < len(checks) or (rest is None and len(tokens) > len(checks)):
            return f"WrongNumberOfFields (Value has {len(tokens)} fields, not {len(checks)})"
        for number, token in enumerate(tokens):
            test = checks[number] if number < len(checks) else rest
            fault = test(token) if test else None
            if fault:
                return fault
        return None

    return check


_BYTE, _SHORT, _LONG = _number(255), _number(65_535), _number(2**32 - 1)
_HEX = _matching(HEX, "hexadecimal")
_SERVICE = _fields(_SHORT, _name, rest=_matching(SVC_PARAMETER, "a parameter"))

CHECKS: dict[str, Check] = {
    "A": _ipv4,
    "AAAA": _ipv6,
    "CAA": _fields(_BYTE, _matching(CAA_TAG, "a tag"), _string),
    "CNAME": _name,
    "DS": _fields(_SHORT, _BYTE, _BYTE, _HEX),
    "HTTPS": _SERVICE,
    "MX": _fields(_SHORT, _name),
    "NAPTR": _fields(_SHORT, _SHORT, _string, _string, _string, _name),
    "NS": _name,
    "PTR": _name,
    "SOA": _fields(_name, _name, _LONG, _LONG, _LONG, _LONG, _LONG),
    "SPF": _strings,
    "SRV": _fields(_SHORT, _SHORT, _SHORT, _name),
    "SSHFP": _fields(_BYTE, _BYTE, _HEX),
    "SVCB": _SERVICE,
    "TLSA": _fields(_BYTE, _BYTE, _BYTE, _HEX),
    "TXT": _strings,
}

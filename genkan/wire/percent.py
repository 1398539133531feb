"""Percent-encoding (RFC 3986), undone.

A server may hand on bytes that are no text as lone surrogates; they stay what no UTF-8 is.
"""

from urllib.parse import unquote_to_bytes


def decode_bytes(text: str, *, plus: bool = False) -> bytes:
    """Undo percent-encoding; with `plus`, a plus sign is a space, as in forms."""
    if is_plain(text, plus=plus):
        return text.encode()
    if plus:
        text = text.replace("+", " ")
    return unquote_to_bytes(text.encode("utf-8", "surrogatepass"))


def decode_text(text: str, *, plus: bool = False) -> str:
    """Undo percent-encoding. Raises UnicodeDecodeError for what is not UTF-8."""
    return text if is_plain(text, plus=plus) else decode_bytes(text, plus=plus).decode("utf-8")


def is_plain(text: str, *, plus: bool = False) -> bool:
    """Tell whether there is nothing to undo, as in most names and values."""
    return text.isascii() and "%" not in text and not (plus and "+" in text)

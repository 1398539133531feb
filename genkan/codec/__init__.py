"""How immutable values are written down and read back: frozen dataclasses ↔ JSON values.

`encode` and `decode` are inverses for every type that a field annotation here may name: str, int,
bool, None, datetime, addresses and networks of both families, enums, tuples, and frozen
dataclasses; a union of dataclasses is told apart by the class's name. A field that holds its
default is left out, so a new field with a default reads old text. The store's rows and the
program's text form use it.
"""

from genkan.codec.json_value import JsonValue, decode, encode

__all__ = ["JsonValue", "decode", "encode"]

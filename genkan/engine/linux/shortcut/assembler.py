"""The assembler of BPF: text as the kernel's verifier prints it → instructions.

A line is an instruction, a label (`pass:`), a comment (`; …`) or nothing. Registers are r0-r10; a
number is decimal or hexadecimal, or a name out of the symbols that are given; `+` adds them:

    r2 = 5                         r2 = r3                   r2 += r3
    r2 = *(u32 *)(r1 + DATA)       *(u16 *)(r1 + 4) = r2     *(u32 *)(r10 - 8) = 7
    lock *(u64 *)(r1 + 8) += r2    r1 = map flows            call map_lookup
    if r2 > r3 goto pass           goto pass                 exit

Beside += there are -= &= |= ^= <<= >>=, beside > there are == != >= < <= and &.

See "BPF Instruction Set Architecture", RFC 9669.
"""

import re
import struct
from collections.abc import Callable, Mapping

_SIZES = {"u32": 0x00, "u16": 0x08, "u8": 0x10, "u64": 0x18}
_OPERATIONS = {
    "=": 0xB0, "+=": 0x00, "-=": 0x10, "|=": 0x40, "&=": 0x50, "<<=": 0x60, ">>=": 0x70, "^=": 0xA0,
}  # fmt: skip
_JUMPS = {"==": 0x10, ">": 0x20, ">=": 0x30, "&": 0x40, "!=": 0x50, "<": 0xA0, "<=": 0xB0}
_ALU, _JUMP, _LOAD, _STORE, _STORE_REGISTER = 0x07, 0x05, 0x61, 0x62, 0x63
_REGISTER, _ATOMIC, _CALL, _EXIT, _LOAD_MAP, _MAP_DESCRIPTOR = 0x08, 0xC3, 0x85, 0x95, 0x18, 1
_MEMORY = r"\*\((u\d+) \*\)\((r\d+) ([+-]) (.+?)\)"


class Unreadable(ValueError):
    """A line that is no instruction."""


class _Assembly:
    """One text on its way to instructions."""

    def __init__(self, symbols: Mapping[str, int]) -> None:
        self._symbols = symbols
        self._code: list[tuple[int, int, int, int, int]] = []
        self._labels: dict[str, int] = {}
        self._jumps: list[tuple[int, str]] = []

    def take(self, line: str) -> None:
        for pattern, write in _FORMS:
            if found := re.fullmatch(pattern, line):
                write(self, *found.groups())
                return
        raise Unreadable(line)

    def instructions(self) -> bytes:
        for at, label in self._jumps:
            opcode, target, source, _, immediate = self._code[at]
            if label not in self._labels:
                raise Unreadable(f"goto {label}: there is no such label")
            self._code[at] = (opcode, target, source, self._labels[label] - at - 1, immediate)
        return b"".join(
            struct.pack("=BBhi", opcode, target | source << 4, offset, _signed(immediate))
            for opcode, target, source, offset, immediate in self._code
        )

    def _number(self, text: str) -> int:
        return sum(self._term(one.strip()) for one in text.split("+"))

    def _term(self, text: str) -> int:
        if text in self._symbols:
            return self._symbols[text]
        try:
            return int(text, 0)
        except ValueError as error:
            raise Unreadable(f"{text} is neither a number nor a name") from error

    def _offset(self, sign: str, text: str) -> int:
        return self._number(text) if sign == "+" else -self._number(text)

    def _emit(self, opcode: int, target: int, source: int, offset: int, immediate: int) -> None:
        self._code.append((opcode, target, source, offset, immediate))

    def label(self, name: str) -> None:
        self._labels[name] = len(self._code)

    def compute(self, target: str, operation: str, operand: str) -> None:
        opcode = _ALU | _OPERATIONS[operation]
        if re.fullmatch(r"r\d+", operand):
            self._emit(opcode | _REGISTER, _register(target), _register(operand), 0, 0)
        else:
            self._emit(opcode, _register(target), 0, 0, self._number(operand))

    def load(self, target: str, size: str, base: str, sign: str, offset: str) -> None:
        where = self._offset(sign, offset)
        self._emit(_LOAD | _SIZES[size], _register(target), _register(base), where, 0)

    def store(self, size: str, base: str, sign: str, offset: str, value: str) -> None:
        where = self._offset(sign, offset)
        if re.fullmatch(r"r\d+", value):
            opcode = _STORE_REGISTER | _SIZES[size]
            self._emit(opcode, _register(base), _register(value), where, 0)
        else:
            self._emit(_STORE | _SIZES[size], _register(base), 0, where, self._number(value))

    def add_atomically(self, size: str, base: str, sign: str, offset: str, value: str) -> None:
        opcode = _ATOMIC | _SIZES[size]
        where = self._offset(sign, offset)
        self._emit(opcode, _register(base), _register(value), where, 0)

    def map(self, target: str, name: str) -> None:
        descriptor = self._number(name)
        self._emit(_LOAD_MAP, _register(target), _MAP_DESCRIPTOR, 0, descriptor)
        self._emit(0, 0, 0, 0, 0)

    def call(self, name: str) -> None:
        self._emit(_CALL, 0, 0, 0, self._number(name))

    def jump(self, label: str) -> None:
        self._jumps.append((len(self._code), label))
        self._emit(_JUMP, 0, 0, 0, 0)

    def jump_if(self, left: str, comparison: str, right: str, label: str) -> None:
        self._jumps.append((len(self._code), label))
        opcode = _JUMP | _JUMPS[comparison]
        if re.fullmatch(r"r\d+", right):
            self._emit(opcode | _REGISTER, _register(left), _register(right), 0, 0)
        else:
            self._emit(opcode, _register(left), 0, 0, self._number(right))

    def exit(self) -> None:
        self._emit(_EXIT, 0, 0, 0, 0)


_FORMS: tuple[tuple[str, Callable[..., None]], ...] = (
    (r"(\w+):", _Assembly.label),
    (r"exit", _Assembly.exit),
    (r"goto (\w+)", _Assembly.jump),
    (r"call (\w+)", _Assembly.call),
    (r"if (r\d+) (==|!=|>=|<=|>|<|&) (.+) goto (\w+)", _Assembly.jump_if),
    (r"(r\d+) = map (\w+)", _Assembly.map),
    (rf"(r\d+) = {_MEMORY}", _Assembly.load),
    (rf"lock {_MEMORY} \+= (r\d+)", _Assembly.add_atomically),
    (rf"{_MEMORY} = (.+)", _Assembly.store),
    (r"(r\d+) (=|\+=|-=|\|=|&=|<<=|>>=|\^=) (.+)", _Assembly.compute),
)


def assemble(text: str, symbols: Mapping[str, int]) -> bytes:
    """Give the instructions of a text. Raises Unreadable."""
    assembly = _Assembly(symbols)
    for line in text.splitlines():
        meant = line.partition(";")[0].strip()
        if meant:
            assembly.take(meant)
    return assembly.instructions()


def _register(name: str) -> int:
    number = int(name[1:])
    if number > 10:
        raise Unreadable(f"there is no register {name}")
    return number


def _signed(value: int) -> int:
    return value - (1 << 32) if value >= 1 << 31 else value

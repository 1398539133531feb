"""Text → BPF's instructions."""

import pytest

from genkan.engine.linux.shortcut.assembler import Unreadable, assemble


@pytest.mark.parametrize(
    ("line", "instruction"),
    [
        ("r1 = r6", "bf61000000000000"),
        ("r2 = 5", "b702000005000000"),
        ("r2 += -24", "07020000e8ffffff"),
        ("r2 &= 0xffff", "57020000ffff0000"),
        ("r3 >>= 16", "7703000010000000"),
        ("r2 |= r3", "4f32000000000000"),
        ("r2 = *(u32 *)(r1 + 16)", "6112100000000000"),
        ("r2 = *(u16 *)(r7 + TTL)", "6972160000000000"),
        ("r2 = *(u8 *)(r7 + TTL + 1)", "7172170000000000"),
        ("r2 = *(u64 *)(r10 - 8)", "79a2f8ff00000000"),
        ("*(u32 *)(r10 - 4) = 7", "620afcff07000000"),
        ("*(u32 *)(r10 - 4) = r3", "633afcff00000000"),
        ("lock *(u64 *)(r3 + 8) += r2", "db23080000000000"),
        ("lock *(u32 *)(r3 + 0) += r2", "c323000000000000"),
        ("r1 = map hops", "181100000900000000000000000000 00".replace(" ", "")),
        ("call lookup", "8500000001000000"),
        ("exit", "9500000000000000"),
    ],
)
def test_a_line_is_an_instruction(line: str, instruction: str) -> None:
    assert assemble(line, {"TTL": 22, "hops": 9, "lookup": 1}).hex() == instruction


def test_a_jump_counts_the_instructions_between() -> None:
    text = "if r2 == 0 goto out ; nothing\nr1 = map hops\nif r2 & r3 goto out\ngoto out\nout:\nexit"
    code = assemble(text, {"hops": 3})
    offsets = [int.from_bytes(code[at + 2 : at + 4], "little") for at in range(0, len(code), 8)]
    assert offsets == [4, 0, 0, 1, 0, 0]


@pytest.mark.parametrize(
    "text", ["r2 = ", "r11 = 3", "goto nowhere", "r2 = UNKNOWN", "r2 *= 3", "if r2 <> 3 goto x"]
)
def test_what_is_no_instruction_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        assemble(text, {})

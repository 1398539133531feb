"""Mutations of bytes, steered by bytes, so that whoever chooses those chooses the mutation."""


def mutated(data: bytes, steps: bytes) -> bytes:
    """Give `data` after the steps: each byte cuts, doubles, writes over, flips or lengthens."""
    for at, step in enumerate(steps):
        kind, amount = step % 6, step // 6
        where = (amount * 31 + at * 7) % (len(data) + 1)
        size = 1 + amount % 8
        if kind == 0:
            data = data[:where] + data[where + size :]
        elif kind == 1:
            data = data[:where] + data[where : where + size] * 2 + data[where + size :]
        elif kind == 2:
            data = data[:where] + bytes([0xFF] * size) + data[where + size :]
        elif kind == 3 and data:
            where %= len(data)
            data = data[:where] + bytes([data[where] ^ (1 << amount % 8)]) + data[where + 1 :]
        elif kind == 4:
            data = data[:where]
        else:
            data = data[:where] + bytes([step]) * size + data[where:]
    return data

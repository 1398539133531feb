"""Whom a relay hands on to: a hash's choice among a port's targets, and whom it has to leave."""

import zlib

from genkan.program.balancing import Held, RelayedPort, RelayedTarget


def chosen(entry: RelayedPort, address: str, port: int) -> RelayedTarget:
    """Choose a client's target by a hash and by weight."""
    what = address if entry.by_source else f"{address} {port}"
    at = zlib.crc32(what.encode()) % sum(one.weight for one in entry.targets)
    for target in entry.targets:
        if at < target.weight:
            return target
        at -= target.weight
    raise AssertionError("weights are positive")


def is_over(entry: RelayedPort, held: Held) -> bool:
    """Tell whether what is with a target has to end."""
    kept = {(one.address, one.port) for one in entry.targets} | set(entry.draining)
    return held in entry.ended or (entry.ends_with_target and held not in kept)

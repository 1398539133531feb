"""A parser fuzzed for as long as it is told: `python -m tests.fuzz dns --seconds 60`.

Guided by coverage where atheris is installed, by mutations of the corpus alone where it is not. The
first input that surprises is printed as the corpus has it, and ends the run with 1.
"""

import argparse
import contextlib
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from tests.fuzz.mutations import mutated

Check = Callable[[bytes], object]
LONGEST = 600  # bytes of an input that coverage guides


def told(check: Check, data: bytes) -> None:
    """Check an input; print it where it surprises."""
    try:
        check(data)
    except Exception:
        print(data)
        raise


def by_mutations(check: Check, kept: list[bytes], seconds: float, seed: int) -> int:
    """Give how many inputs were tried. Raises what a parser raised."""
    drawn, tried = random.Random(seed), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(drawn.choice(kept), drawn.randbytes(drawn.randrange(1, 24)))
        if drawn.random() < 0.2:
            kept.append(data)
        told(check, data)
        tried += 1
    return tried


def by_coverage(atheris: ModuleType, check: Check, seconds: float, seed: int) -> None:
    """Fuzz by atheris, which ends the process itself."""
    given = [f"-max_total_time={seconds:.0f}", f"-seed={seed}", f"-max_len={LONGEST}"]
    atheris.Setup([sys.argv[0], *given], lambda data: told(check, data))
    atheris.Fuzz()


def main() -> None:
    """Fuzz one parser."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    names = sorted(path.stem for path in (Path(__file__).parent / "corpus").iterdir())
    parser.add_argument("name", choices=names)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mutations", action="store_true", help="do without atheris")
    asked = parser.parse_args()
    try:
        import atheris
    except ImportError:
        atheris = None
    guided = atheris is not None and not asked.mutations
    with atheris.instrument_imports(["genkan"]) if guided else contextlib.nullcontext():
        from tests.fuzz.parsers import PARSERS, corpus
    check = PARSERS[asked.name]
    if guided:
        by_coverage(atheris, check, asked.seconds, asked.seed)
        return
    tried = by_mutations(check, corpus(asked.name), asked.seconds, asked.seed)
    print(f"{asked.name}: {tried} inputs, none surprised")


if __name__ == "__main__":
    main()

"""Errors as people read them: what happened, why, what to do; and the exit code that scripts
read."""

from typing import NoReturn

NO, USAGE, REFUSED, CANNOT, DOWN = 1, 2, 3, 4, 5


class Failure(Exception):
    """A command that ends with an error, in up to three sentences."""

    def __init__(self, code: int, what: str, why: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.code = code
        self.why = why
        self.todo = todo

    def __str__(self) -> str:
        lines = [f"error: {self.args[0]}"]
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.todo:
            lines.append(f"  try: {self.todo}")
        return "\n".join(lines)


def fail_down(home: object) -> NoReturn:
    """Say that there is no site. Always raises Failure."""
    raise Failure(
        DOWN,
        "the site is not up.",
        f"No site answers at {home}; GENKAN_HOME says which home is meant.",
        "genkan up",
    )

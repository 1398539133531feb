"""The errors page: every code, its status, which operations give it and which test provokes it.

`python -m tests.api.refusals.page > docs/reference/errors.md`; a test holds the page to it.
"""

from genkan.api.error_page import page as page_of
from tests.api.refusals.codes import provoked_by

MOST = 6  # operations that a line names


def page() -> str:
    """Give the page as Markdown."""
    return page_of({code: (_operations(found), _tests(found)) for code, found in _sorted().items()})


def _sorted() -> dict[str, dict[str, set[str]]]:
    return {code: dict(sorted(found.items())) for code, found in sorted(provoked_by().items())}


def _operations(found: dict[str, set[str]]) -> str:
    names = [name.rpartition(":")[2] for name in found]
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


def _tests(found: dict[str, set[str]]) -> str:
    tests = sorted({test for of in found.values() for test in of})
    return ", ".join(f"`{one.removeprefix('tests/api/')}`" for one in tests)


if __name__ == "__main__":
    print(page(), end="")

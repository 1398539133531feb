"""Values that JSONPath expressions mean in a document, as API Gateway reads them.

One that can mean one value alone gives that; any other gives the list of what it found.
"""

import re
from functools import lru_cache
from typing import Any

from jsonpath_ng.exceptions import JSONPathError
from jsonpath_ng.ext.parser import parse

MANY = re.compile(r"\.\.|\*|\?|\[[^\]'\"]*[:,]")


class PathUnusable(ValueError):
    """An expression is no JSONPath."""


def find(document: Any, path: str) -> Any:  # noqa: ANN401 - JSON
    """Give what a path means; None where there is nothing. Raises PathUnusable."""
    if path in ("$", ""):
        return document
    found = [one.value for one in _parsed(path if path[0] in "$[" else f"$.{path}").find(document)]
    if MANY.search(path):
        return found
    return found[0] if found else None


@lru_cache(512)
def _parsed(path: str) -> Any:  # noqa: ANN401 - the library's
    try:
        return parse(path)
    except (JSONPathError, AttributeError) as error:
        raise PathUnusable(f"{path} is no JSONPath: {error}") from error

"""The filters that AWS documents, as botocore's models tell them in words."""

import re
from functools import cache

from botocore.loaders import Loader

ITEM = re.compile(r"<li>\s*<p>\s*(?:<code>)?([a-z][\w.:-]*)(?:</code>)?\s*(?:-|\u2013|:|\.|&|<)")
LIST = ("Filters", "Filter")


@cache
def documented(service: str, operation: str) -> tuple[str, ...]:
    """Give the names of an operation's filters; `tag:<key>` is left out: it is everybody's."""
    model = _model(service)
    shape = model["shapes"][model["operations"][operation]["input"]["shape"]]
    for member in LIST:
        words = shape["members"].get(member, {}).get("documentation", "")
        found = [name.strip() for name in ITEM.findall(words)]
        if found:
            return tuple(name for name in found if not name.startswith("tag:"))
    return ()


@cache
def _model(service: str) -> dict:
    return Loader().load_service_model(service, "service-2")

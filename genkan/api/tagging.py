"""Tags in requests: what TagSpecifications may say, and how tags are shown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from genkan.model.errors import InvalidParameterValue, Refused
from genkan.model.resource import Tags

MOST_TAGS = 50
LONGEST_KEY = 128
LONGEST_VALUE = 256


class TagLimitExceeded(Refused):
    code = "TagLimitExceeded"


def from_specifications(kind: str, specifications: Sequence[Mapping[str, Any]] | None) -> Tags:
    """Give the tags meant for a new resource of `kind`. Raises InvalidParameterValue for another
    kind."""
    tags: Tags = ()
    for one in specifications or ():
        named = one.get("ResourceType")
        if named != kind:
            raise InvalidParameterValue(
                f"'{named}' is not a valid taggable resource type for this operation. Use '{kind}'."
            )
        tags = merged(tags, one.get("Tags") or ())
    return tags


def merged(tags: Tags, more: Iterable[Mapping[str, str]]) -> Tags:
    """Give `tags` with `more` ({Key, Value}) added or replaced, sorted by key.

    Raises InvalidParameterValue, also for a key that stands in `more` twice, TagLimitExceeded.
    """
    together, seen = dict(tags), set[str]()
    for tag in more:
        key, value = tag.get("Key", ""), tag.get("Value", "")
        if key in seen:
            raise InvalidParameterValue(
                f"Duplicate tag key '{key}' specified. Give each key one value."
            )
        seen.add(key)
        if key.lower().startswith("aws:"):
            raise InvalidParameterValue(
                "Tag keys starting with 'aws:' are reserved for internal use. Choose another key."
            )
        if not 1 <= len(key) <= LONGEST_KEY:
            raise InvalidParameterValue(f"Tag key '{key}' must have 1 to {LONGEST_KEY} characters.")
        if len(value) > LONGEST_VALUE:
            raise InvalidParameterValue(
                f"The value of tag '{key}' has {len(value)} characters; {LONGEST_VALUE} is the "
                "limit."
            )
        together[key] = value
    if len(together) > MOST_TAGS:
        raise TagLimitExceeded(
            f"A resource has at most {MOST_TAGS} tags; this makes {len(together)}."
        )
    return tuple(sorted(together.items()))


def shown(tags: Tags) -> list[dict[str, str]]:
    """Give tags as the API lists them."""
    return [{"Key": key, "Value": value} for key, value in tags]

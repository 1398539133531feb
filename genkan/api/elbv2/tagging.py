"""Tags of load balancers, listeners and target groups: what a request may say."""

from collections.abc import Mapping, Sequence

from genkan.api.elbv2.errors import DuplicateTagKeys, TooManyTags
from genkan.api.tagging import MOST_TAGS, TagLimitExceeded, merged
from genkan.model.errors import InvalidParameterValue, ValidationError
from genkan.model.resource import Tags


def with_tags(held: Tags, more: Sequence[Mapping[str, str]] | None) -> Tags:
    """Give `held` with `more`. Raises DuplicateTagKeys, TooManyTags, ValidationError."""
    keys = [tag.get("Key", "") for tag in more or ()]
    for key in keys:
        if keys.count(key) > 1:
            raise DuplicateTagKeys(f"The tag key '{key}' stands twice. Name each key once.")
    try:
        return merged(held, more or ())
    except TagLimitExceeded as refusal:
        raise TooManyTags(f"{refusal} {MOST_TAGS} is the limit.") from None
    except InvalidParameterValue as refusal:
        raise ValidationError(str(refusal)) from None

"""Prefixes of actions: what stands before the colon. "Actions, resources, and condition keys for
AWS services" in the Service Authorization Reference."""

# the name that requests are signed with → IAM's prefix, where they differ
PREFIXES = {
    "monitoring": "cloudwatch",
    "tagging": "tag",
    "iotdata": "iot",
    "email": "ses",
    "servicecatalog-appregistry": "servicecatalog",
}


def action_prefix(signing_name: str) -> str:
    """Give the prefix of a service's actions, by the name that its requests are signed with."""
    return PREFIXES.get(signing_name, signing_name)

"""Instance profiles as an instance names them: by name or ARN, as the launch said."""

import json
from collections.abc import Mapping

from genkan.model.instance import Instance


def given_profile(instance: Instance) -> Mapping[str, str] | None:
    """Give the profile that an instance has, as it was named."""
    found: Mapping[str, str] | None = json.loads(instance.described).get("IamInstanceProfile")
    return found or None


def profile_name(given: Mapping[str, str]) -> str:
    """Give a profile's name."""
    return given.get("Name") or given.get("Arn", "").rpartition("/")[2]


def profile_arn(account: str, given: Mapping[str, str]) -> str:
    return given.get("Arn") or f"arn:aws:iam::{account}:instance-profile/{profile_name(given)}"


def profile_id(instance_id: str) -> str:
    """Give the id that an instance's profile shows."""
    return f"AIPA{instance_id[-17:].upper()}"

"""Policies that resources have: whose a resource is, its whole name, what its policy says.

Buckets, queues, topics, keys, secrets, roles and repositories of images; other services' resources
have none here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from genkan.services.identities import PARTITION, backend, find_role, has_roles


@dataclass(frozen=True, slots=True)
class Held:
    """A resource: its whole ARN, the account that owns it, its policy if it has one.

    `has_to_allow`: without a word of this policy nobody may, whatever their own policies say.
    """

    arn: str
    account: str
    policy: str | None = None
    has_to_allow: bool = False


def held(action: str, arn: str, account: str) -> Held:
    """Look a resource up. `account` is the caller's, who is taken to own what is not found."""
    parts = arn.split(":", 5)
    if len(parts) != 6:
        return Held(arn, account)
    _, _, service, region, owner, name = parts
    look = LOOKS.get(service)
    found = look(action, region, owner or account, name) if look else None
    return found or Held(arn, account)


def _bucket(action: str, region: str, account: str, name: str) -> Held | None:
    from moto.s3.models import s3_backends

    if not name or name.startswith("accesspoint/"):
        return None
    bucket_name, slash, key = name.partition("/")
    _, owner = s3_backends.bucket_accounts.get(bucket_name, (PARTITION, None))
    bucket = s3_backends[owner][PARTITION].buckets.get(bucket_name) if owner else None
    if bucket is None or owner is None:
        return None
    policy = bucket.policy.decode() if bucket.policy else None
    return Held(f"arn:aws:s3:::{bucket_name}{slash}{key}", owner, policy)


def _queue(action: str, region: str, account: str, name: str) -> Held | None:
    from moto.sqs.models import sqs_backends

    queue = sqs_backends[account][region].queues.get(name)
    return Held(queue.queue_arn, account, queue.policy or None) if queue else None


def _topic(action: str, region: str, account: str, name: str) -> Held | None:
    from moto.sns.models import sns_backends

    arn = f"arn:aws:sns:{region}:{account}:{name.partition(':')[0]}"
    topic = sns_backends[account][region].topics.get(arn)
    return Held(arn, account, topic.policy) if topic else None


def _key(action: str, region: str, account: str, name: str) -> Held | None:
    from moto.kms.models import kms_backends

    kms = kms_backends[account][region]
    named = name.removeprefix("key/")
    if named.startswith("alias/"):
        named = kms.get_key_id_from_alias(named) or named
    key = kms.keys.get(named)
    return Held(key.arn, account, key.policy, has_to_allow=True) if key else None


def _repository(action: str, region: str, account: str, name: str) -> Held | None:
    from moto.ecr.models import ecr_backends

    kind, _, named = name.partition("/")
    held = ecr_backends[account][region].repositories.get(named) if kind == "repository" else None
    return Held(held.arn, account, held.policy) if held else None


def _secret(action: str, region: str, account: str, name: str) -> Held | None:
    from moto.secretsmanager.models import secretsmanager_backends

    secrets = secretsmanager_backends[account][region].secrets
    named = name.removeprefix("secret:")
    whole = f"arn:aws:secretsmanager:{region}:{account}:secret:{named}"
    for secret in list(secrets.values()):
        if named == secret.name or whole == secret.arn:
            return Held(secret.arn, account, getattr(secret, "policy", None))
    return None


def _role(action: str, region: str, account: str, name: str) -> Held | None:
    kind, _, rest = name.partition("/")
    last = rest.rpartition("/")[2]
    if kind == "user":
        user = next((one for one in backend(account).users.values() if one.name == last), None)
        return Held(user.arn, account) if user else None
    if kind != "role":
        return None
    role = find_role(account, last)
    if action not in TRUSTED:
        return Held(role.arn, account) if role else None
    if role is None or (rest != last and role.arn.partition(":role/")[2] != rest):
        arn = f"arn:aws:iam::{account}:{name}"
        return Held(arn, account, NOBODY if has_roles(account) else ANYBODY, has_to_allow=True)
    return Held(role.arn, account, _text(role.assume_role_policy_document), has_to_allow=True)


def _text(document: Any) -> str:  # noqa: ANN401 - moto's
    return document if isinstance(document, str) else ""


def every_policy() -> Iterator[dict[str, str | None]]:
    """Give every bucket, queue, topic, key and secret: its ARN, its account, its policy as its
    `document` if it has one, its Region."""
    from moto.kms.models import kms_backends
    from moto.s3.models import s3_backends
    from moto.secretsmanager.models import secretsmanager_backends
    from moto.sns.models import sns_backends
    from moto.sqs.models import sqs_backends

    for account, partitions in list(s3_backends.items()):
        for bucket in list(partitions[PARTITION].buckets.values()):
            policy = bucket.policy.decode() if bucket.policy else None
            arn = f"arn:aws:s3:::{bucket.name}"
            yield _row(arn, account, policy, bucket.region_name)
    for account, region, sqs in _regional(sqs_backends):
        for queue in list(sqs.queues.values()):
            yield _row(queue.queue_arn, account, queue.policy, region)
    for account, region, sns in _regional(sns_backends):
        for topic in list(sns.topics.values()):
            yield _row(topic.arn, account, topic.policy, region)
    for account, region, kms in _regional(kms_backends):
        for key in list(kms.keys.values()):
            yield _row(key.arn, account, key.policy, region)
    for account, region, held in _regional(secretsmanager_backends):
        for secret in list(held.secrets.values()):
            policy = getattr(secret, "policy", None)
            yield _row(secret.arn, account, policy, region)


def _row(arn: str, account: str, policy: str | None, region: str) -> dict[str, str | None]:
    return {"arn": arn, "account": account, "document": policy or None, "region": region}


def _regional(backends: Any) -> Iterator[tuple[str, str, Any]]:  # noqa: ANN401 - moto's
    """Give what an account has in a Region, wherever it has something."""
    for account, regions in list(backends.items()):
        for region, held in list(regions.items()):
            yield account, region, held


TRUSTED = frozenset({"sts:AssumeRole", "sts:TagSession"})  # what a role has to trust callers for
NOBODY = '{"Statement":[]}'  # what a role that is not there says
ANYBODY = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}'  # one taken as named
Look = Callable[[str, str, str, str], Held | None]
LOOKS: dict[str, Look] = {
    "s3": _bucket,
    "sqs": _queue,
    "sns": _topic,
    "kms": _key,
    "ecr": _repository,
    "secretsmanager": _secret,
    "iam": _role,
}

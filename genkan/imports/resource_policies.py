"""Policies of buckets, queues, topics, keys and secrets, from the answers that hold them.

`genkan collect` lists a service's resources and asks for the policy of each; then all of them are
known. Answers by themselves are read too, as far as they say whose policy it is: GetBucketPolicy
and GetKeyPolicy do so in their request, or by what the policy's own statements are about.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from genkan.imports.documents import Document
from genkan.imports.dump import Told
from genkan.imports.members import Row, Unusable, inner, optional, rows, texts
from genkan.imports.notes import NoteCode
from genkan.imports.reading import Reading
from genkan.model.resource_policy import ResourcePolicies, ResourcePolicy

BUCKET = re.compile(r"arn:aws[\w-]*:s3:::([^/*?]+)")
LISTS = (  # the member of an answer, what names a thing in it, whose it is, and its ARN's start
    ("Buckets", "Name", "s3", "arn:aws:s3:::"),
    ("Topics", "TopicArn", "sns", ""),
    ("Keys", "KeyArn", "kms", ""),
    ("SecretList", "ARN", "secretsmanager", ""),
)


def read_resource_policies(reading: Reading) -> ResourcePolicies:
    """Read every policy; a service whose listed resources all are there is known as a whole."""
    held: dict[str, ResourcePolicy] = {}
    listed: dict[str, set[str]] = {}
    for document in reading.dump.documents:
        for service, names in _listed(reading, document):
            listed.setdefault(service, set()).update(names)
        try:
            found = _read(reading, document)
        except Unusable as error:
            text = f"A resource's policy was left out: {error}. Collect it with `genkan collect`."
            reading.note(document.source, NoteCode.UNREADABLE, text)
            continue
        if found is not None:
            held[found.arn] = found
    known = (service for service, names in listed.items() if names <= held.keys())
    return ResourcePolicies(tuple(held.values()), frozenset(known))


def _read(reading: Reading, document: Document) -> ResourcePolicy | None:
    answer, attributes = document.response, inner(document.response, "Attributes")
    arn = optional(attributes, "QueueArn") or optional(attributes, "TopicArn")
    if arn is not None:
        return _of(arn, reading, document, optional(attributes, "Policy"))
    if optional(answer, "ARN") and _is(document, "GetResourcePolicy", "ResourcePolicy"):
        return _of(str(answer["ARN"]), reading, document, optional(answer, "ResourcePolicy"))
    if "Bucket" in document.parameters and _is(document, "GetBucketPolicy", "Policy"):
        name = str(document.parameters["Bucket"])
        return _of(f"arn:aws:s3:::{name}", reading, document, optional(answer, "Policy"))
    if "KeyId" in document.parameters and "Policy" in answer:
        return _key(reading, document, str(document.parameters["KeyId"]))
    if isinstance(answer.get("Policy"), str) and "Statement" in answer["Policy"]:
        return _by_its_words(reading, document, str(answer["Policy"]))
    return None


def _of(arn: str, reading: Reading, document: Document, policy: str | None) -> ResourcePolicy:
    """Give a resource under its ARN; what a bucket's does not say is the account's of its file."""
    parts = arn.split(":", 5)
    if len(parts) != 6:
        raise Unusable(f"{arn!r} is no ARN")
    account = parts[4] or reading.where(_told(document))[0]
    return ResourcePolicy(arn, account, policy or None, parts[3] or None)


def _key(reading: Reading, document: Document, name: str) -> ResourcePolicy:
    arn = name
    if not name.startswith("arn:"):
        account, region = reading.where(_told(document))
        arn = f"arn:aws:kms:{region}:{account}:key/{name}"
    return _of(arn, reading, document, optional(document.response, "Policy"))


def _by_its_words(reading: Reading, document: Document, policy: str) -> ResourcePolicy:
    """Find the bucket that a policy is about. Raises Unusable where it names none, or several."""
    try:
        read = json.loads(policy)
    except ValueError as error:
        raise Unusable(f"its policy is no JSON ({error})") from error
    buckets = {found[1] for one in _resources(read) if (found := BUCKET.match(one))}
    if len(buckets) != 1:
        raise Unusable(f"nothing says whose policy it is, in {document.source}")
    return _of(f"arn:aws:s3:::{buckets.pop()}", reading, document, policy)


def _resources(policy: Any) -> Iterator[str]:  # noqa: ANN401 - whatever a file says
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    for one in statements if isinstance(statements, list) else [statements]:
        named = one.get("Resource") if isinstance(one, dict) else None
        for name in named if isinstance(named, list) else [named]:
            if isinstance(name, str):
                yield name


def _told(document: Document) -> Told:
    return Told({}, document.source, document.account, document.region)


def _listed(reading: Reading, document: Document) -> Iterator[tuple[str, list[str]]]:
    """Give the ARNs of what an answer lists, by service."""
    answer: Row = document.response
    if _is(document, "ListQueues", "QueueUrls"):
        account, region = reading.where(_told(document))
        names = (one.rstrip("/").rpartition("/")[2] for one in texts(answer, "QueueUrls"))
        yield "sqs", [f"arn:aws:sqs:{region}:{account}:{one}" for one in names]
    for member, key, service, start in LISTS:
        if member in answer:
            named = (optional(one, key) for one in rows(answer, member))
            yield service, [f"{start}{one}" for one in named if one]


def _is(document: Document, operation: str, member: str) -> bool:
    """Tell whether it answers an operation: it says so, as the API or as the AWS CLI calls it, or
    has the member, which an answer of nothing has not."""
    said = (document.operation or "").rpartition(":")[2].replace("-", "").lower()
    return said == operation.lower() or member in document.response

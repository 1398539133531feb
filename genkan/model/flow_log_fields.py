"""The fields of flow log records, and formats made of them.

"Flow log records" in the Amazon VPC user guide: each field came with a version of the log, and a
record's own version is that of its newest field. Two fields are Genkan's: the stage of the packet's
way that decided, and the rule by which it did.
"""

import re

OURS = 0  # fields of no version of AWS's
_VERSIONS = {
    2: "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
    "start end action log-status",
    3: "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr",
    4: "region az-id sublocation-type sublocation-id",
    5: "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path",
    7: "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id "
    "ecs-container-id ecs-second-container-id ecs-service-name ecs-task-definition-arn "
    "ecs-task-arn ecs-task-id",
    8: "reject-reason",
    9: "resource-id",
    10: "encryption-status",
    OURS: "genkan-stage genkan-because",
}
FIELDS: dict[str, int] = {
    field: version for version, fields in _VERSIONS.items() for field in fields.split()
}
DEFAULT_FORMAT = " ".join(f"${{{field}}}" for field in _VERSIONS[2].split())
LOWEST_VERSION = 2
_FIELD = re.compile(r"\$\{([^${}]*)\}")


class UnreadableFormat(ValueError):
    """A format that is not fields with spaces between them; the message says what is not one."""


def fields_of(log_format: str) -> tuple[str, ...]:
    """Give the names in a format, "${srcaddr} ${dstaddr}". Raises UnreadableFormat."""
    names = []
    for word in log_format.split():
        found = _FIELD.fullmatch(word)
        if found is None:
            raise UnreadableFormat(f"{word} is not a field as ${{srcaddr}} is one")
        if found[1] not in FIELDS:
            raise UnreadableFormat(f"{found[1]} is no field of a flow log")
        names.append(found[1])
    if not names:
        raise UnreadableFormat("it names no field")
    return tuple(names)


def version_of(fields: tuple[str, ...]) -> int:
    """Give the version that records with these fields have."""
    return max(LOWEST_VERSION, *(FIELDS[field] for field in fields))

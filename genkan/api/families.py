"""Which modules hold the operations of which service (named as botocore names them)."""

from types import ModuleType

FAMILIES: dict[str, tuple[ModuleType, ...]] = {
    "ec2": (),
    "sts": (),
}

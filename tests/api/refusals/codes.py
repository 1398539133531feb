"""Which codes the rows and the wrong ids provoke, by service, code, operation and test."""

from functools import cache

from tests.api.boto import parts_of
from tests.api.every_id import wrong_ids
from tests.api.examples import EXAMPLES
from tests.api.refusals import ROWS

EVERY_ID = "tests/api/test_every_id.py"
EXAMPLE = "tests/api/test_examples.py"


@cache
def provoked_by() -> dict[str, dict[str, set[str]]]:
    """Give, by code, the operations ("CreateVpc", "route53:GetChange") and for each its tests."""
    from tests.api.test_every_id import expected

    found: dict[str, dict[str, set[str]]] = {}
    for family, row in ROWS:
        tests = found.setdefault(row.code, {}).setdefault(row.operation, set())
        tests.add(f"tests/api/refusals/{family}.py")
    for one in wrong_ids():
        code = expected(one)
        if code:
            operation = EXAMPLES[one.example].operation
            found.setdefault(code, {}).setdefault(operation, set()).add(EVERY_ID)
    found["DryRunOperation"] = {"every operation of EC2's that has DryRun": {EXAMPLE}}
    return found


def codes_of(service: str) -> set[str]:
    """Give the codes that a service's operations are refused with."""
    return {
        code
        for code, operations in provoked_by().items()
        if any(parts_of(one)[0] == service for one in operations)
    }

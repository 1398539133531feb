"""One key of a statement's Condition, and whether a request meets it.

Missing keys decide most: a positive operator is not met, a negated one is, `…IfExists` is,
`ForAllValues` is, `ForAnyValue` is not, and `Null` asks just that.
"""

from dataclasses import dataclass
from enum import Enum

from genkan.policy.operators import NULL, Operator, compare
from genkan.policy.pattern import Pattern
from genkan.policy.request import Request, Unknown
from genkan.policy.truth import NO, YES, Truth, all_of, any_of, depends, truth


class Over(Enum):
    """Of a key with several values, how many have to meet an operator."""

    ALL = "ForAllValues"
    ANY = "ForAnyValue"


@dataclass(frozen=True, slots=True)
class Condition:
    """`name` is the operator as the policy writes it, with all that belongs to it."""

    name: str
    operator: Operator
    over: Over | None
    if_exists: bool
    key: str
    patterns: tuple[Pattern, ...]

    def __str__(self) -> str:
        return f"Condition {self.name} {self.key}"

    def met(self, request: Request) -> Truth:
        values = request.values(self.key)
        if isinstance(values, Unknown):
            return depends(self.key)
        if self.operator is NULL:
            wanted = {pattern.text.lower() for pattern in self.patterns}
            return truth(("false" if values else "true") in wanted)
        if not values:
            return self._met_by_nothing()
        each = (compare(self.operator, self.patterns, value, request) for value in values)
        if self.over is Over.ALL or (self.over is None and self.operator.negated):
            return all_of(each)
        return any_of(each)

    def _met_by_nothing(self) -> Truth:
        if self.if_exists or self.over is Over.ALL:
            return YES
        if self.over is Over.ANY:
            return NO
        return truth(self.operator.negated)

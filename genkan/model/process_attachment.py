"""Processes of the host, or containers, that wear an interface of a VPC.

None of AWS's: what is made with `genkan attach`. One holds as long as no instance wears the
interface, and as long as the network namespace is held that it names.
"""

from dataclasses import dataclass
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessAttachment(Resource):
    """`id` is the interface's. `what` is how the namespace was named; `namespace` its number, by
    which it is known again. `device_index` counts among its own devices; `leads_out`: it had no way
    out, so that this is it."""

    kind: ClassVar[str] = "process-attachment"

    vpc_id: str
    what: str
    namespace: int
    device_index: int
    leads_out: bool

    @property
    def device(self) -> str:
        return f"eth{self.device_index}"

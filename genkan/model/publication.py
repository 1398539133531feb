"""Publications: programs of the host that answer at an interface of a VPC.

None of AWS's: what is made with `genkan publish`. One holds as long as no instance wears the
interface.
"""

from dataclasses import dataclass
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Resource):
    """`id` is INTERFACE:PORT. `host` is a name or an address as the host knows it; with a path
    instead, a Unix socket's, `host_port` is 0."""

    kind: ClassVar[str] = "publication"

    vpc_id: str
    network_interface_id: str
    port: int
    host: str
    host_port: int

    @property
    def program(self) -> str:
        """The program as people write it."""
        return f"{self.host}:{self.host_port}" if self.host_port else self.host


def publication_id(network_interface_id: str, port: int) -> str:
    return f"{network_interface_id}:{port}"

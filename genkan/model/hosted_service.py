"""Services of the user's own behind an AWS-style name: programs of the host or of machines that it
reaches, at interface endpoints.

None of AWS's: what is made with `genkan service add`. To those who make endpoints it is one of the
services that `amazon` provides.
"""

from dataclasses import dataclass
from typing import ClassVar

from genkan.model.catalogue.services import CatalogueService, find_service
from genkan.model.network import Network
from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedService(Resource):
    """`id` is "Region/code". `host` is a name or an address as the host knows it; with a path
    instead, a Unix socket's, `host_port` is 0. Endpoints answer at each of `ports`."""

    kind: ClassVar[str] = "hosted-service"

    code: str
    ports: tuple[int, ...]
    host: str
    host_port: int
    private_names: tuple[str, ...]

    @property
    def service_name(self) -> str:
        """The name that endpoints are made with."""
        return f"com.amazonaws.{self.region}.{self.code}"

    @property
    def program(self) -> str:
        """The program as people write it."""
        return f"{self.host}:{self.host_port}" if self.host_port else self.host

    @property
    def described(self) -> CatalogueService:
        """What a row of the catalogue says of a service."""
        return CatalogueService(
            code=self.code,
            service_name=self.service_name,
            types=("Interface",),
            private_dns_names=self.private_names,
            policy_supported=False,  # its requests are nobody's to read
            model=None,
            signing_name=None,
            public_host=None,
            base_endpoint_dns_names=(f"{self.code}.{{region}}.vpce.amazonaws.com",),
        )


def hosted_service_id(region: str, code: str) -> str:
    return f"{region}/{code}"


def find_hosted(network: Network, service_name: str, region: str) -> HostedService | None:
    """Give the service of the user's that is called `service_name` in a Region, or None."""
    code = service_name.removeprefix(f"com.amazonaws.{region}.")
    return network.get(HostedService, hosted_service_id(region, code))


def find_any(network: Network, service_name: str, region: str) -> CatalogueService | None:
    """Give the service that is called `service_name` in a Region, AWS's or the user's, or None."""
    found = find_service(service_name, region)
    if found is not None:
        return found
    hosted = find_hosted(network, service_name, region)
    return hosted.described if hosted else None

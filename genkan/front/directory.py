"""Which service is meant: by the endpoint, by the name asked for, or by the signature's scope."""

from collections import Counter
from ipaddress import ip_address

from genkan.front.role_credentials import RoleCredentials
from genkan.program import Because, Delta
from genkan.program.address import Address
from genkan.program.service import Answerer, Credential, Listener, Service, Upstream
from genkan.wire.errors import refusal
from genkan.wire.sigv4 import Signature

HOME = "us-east-1"  # has every service
WILDCARD = "*."
MOST_FOUND = 4096
ENDPOINT_NAMES = ".vpce.amazonaws.com"


class Directory:
    """Listeners, services and credentials of the program, indexed for questions."""

    def __init__(self, of_roles: RoleCredentials) -> None:
        self._of_roles = of_roles
        self.services: dict[str, Service] = {}
        self.credentials: dict[str, Credential] = {}
        self._hosts: dict[str, str] = {}
        self._scopes: dict[tuple[str, str], str] = {}
        self._regions: Counter[str] = Counter()
        self._endpoints: dict[tuple[str, Address], Listener] = {}
        self._ranges: dict[tuple[str, str], Listener] = {}
        self._listening: Counter[tuple[str, int, int]] = Counter()  # how many want it
        self._found: dict[tuple[str, str], Listener | None] = {}  # what `listener` has given

    def apply(self, delta: Delta) -> None:
        """Take a difference of the program in."""
        self._found.clear()
        for entry in delta.removed:
            match entry:
                case Listener(answerer=Answerer.FRONT):
                    self._drop_listener(entry)
                case Service():
                    self._drop_service(entry)
                case Credential():
                    self.credentials.pop(entry.id, None)
        for entry in delta.put:
            match entry:
                case Listener(answerer=Answerer.FRONT):
                    self._put_listener(entry)
                case Service():
                    self._put_service(entry)
                case Credential():
                    self.credentials[entry.id] = entry

    def listening(self) -> set[tuple[str, int, int]]:
        """Give every place, port and IP version at which something is to be answered."""
        return set(self._listening)

    def listener(self, place: str, address: str) -> Listener | None:
        """Give what stands at an address of a place: an endpoint, or a public range."""
        where = place, address
        if where not in self._found:
            if len(self._found) >= MOST_FOUND:
                self._found.clear()
            self._found[where] = self._look_for(place, ip_address(address))
        return self._found[where]

    def _look_for(self, place: str, at: Address) -> Listener | None:
        found = self._endpoints.get((place, at))
        if found:
            return found
        return next(
            (
                listener
                for (where, _), listener in self._ranges.items()
                if where == place and at in listener.addresses
            ),
            None,
        )

    def by_host(self, host: str) -> Service | None:
        """Give the service that answers to a name; the longest wildcard, if none has it whole."""
        name = host.rstrip(".").lower()
        found = self._hosts.get(name)
        while found is None and "." in name:
            name = name.partition(".")[2]
            found = self._hosts.get(WILDCARD + name)
        return self.services.get(found) if found else None

    def by_scope(self, signing_name: str, region: str) -> Service:
        """Give the service that a signature is for; one that AWS has and the catalogue has not,
        too."""
        found = self._scopes.get((signing_name, region))
        if found is None and region not in self._regions:
            found = self._scopes.get((signing_name, HOME))  # whose words the refusal will have
        if found:
            return self.services[found]
        return Service(
            because=Because("fixed", "the scope of the signature"),
            id=f"{region}/{signing_name}",
            region=region,
            code=signing_name,
            hosts=(f"{signing_name}.{region}.amazonaws.com",),
            signing_name=signing_name,
            model=None,
            upstream=Upstream.EMBEDDED,
        )

    def check_scope(self, service: Service, signature: Signature) -> None:
        """Check that a signature is for the service that it reached. Raises WireError."""
        if signature.region != service.region or signature.region not in self._regions:
            raise refusal(
                "WrongScope",
                f"Credential should be scoped to a valid region, not '{signature.region[:40]}'. "
                f"This is {service.region}.",
            )
        if service.signing_name and signature.service != service.signing_name:
            raise refusal(
                "WrongScope",
                f"Credential should be scoped to correct service: '{service.signing_name}'.",
            )

    def answers_to(self, name: str) -> bool:
        """Tell whether a name is one that the site vouches for."""
        return self.by_host(name) is not None or name.lower().endswith(ENDPOINT_NAMES)

    def secret_of(self, access_key: str) -> str | None:
        credential = self.credentials.get(access_key)
        return credential.secret if credential else self._of_roles.secret_of(access_key)

    def credential_of(self, signature: Signature) -> Credential | None:
        """Give the credential that signed: one of the program's, or one of an instance's role."""
        return self.credentials.get(signature.access_key) or self._of_roles.credential(
            signature.access_key, signature.session_token
        )

    def _put_listener(self, entry: Listener) -> None:
        if entry.endpoint and entry.addresses.num_addresses == 1:
            address = entry.place, entry.addresses.network_address
            self._listen_no_more(self._endpoints.get(address))
            self._endpoints[address] = entry
        else:
            block = entry.place, str(entry.addresses)
            self._listen_no_more(self._ranges.get(block))
            self._ranges[block] = entry
        self._listening[entry.place, entry.port, entry.addresses.version] += 1

    def _drop_listener(self, entry: Listener) -> None:
        self._listen_no_more(
            self._endpoints.pop((entry.place, entry.addresses.network_address), None)
        )
        self._listen_no_more(self._ranges.pop((entry.place, str(entry.addresses)), None))

    def _listen_no_more(self, entry: Listener | None) -> None:
        if entry is not None:
            where = entry.place, entry.port, entry.addresses.version
            self._listening -= Counter([where])  # what nobody wants is gone from it

    def _put_service(self, entry: Service) -> None:
        if entry.id not in self.services:
            self._regions[entry.region] += 1
        self.services[entry.id] = entry
        for host in entry.hosts:
            self._hosts.setdefault(host, entry.id)
        if entry.signing_name:
            scope = (entry.signing_name, entry.region)
            if scope not in self._scopes or entry.code == entry.signing_name:
                self._scopes[scope] = entry.id

    def _drop_service(self, entry: Service) -> None:
        if self.services.pop(entry.id, None) is not None:
            self._regions -= Counter([entry.region])
        for host in entry.hosts:
            if self._hosts.get(host) == entry.id:
                del self._hosts[host]
        scope = (entry.signing_name or "", entry.region)
        if self._scopes.get(scope) == entry.id:
            del self._scopes[scope]

"""The stable text form of entries: one line each, `section {json}`, sorted when a whole program is
printed."""

import json
from collections.abc import Iterable

from genkan.codec import decode, encode
from genkan.program.balancing import BalancedPort, Balancer, Intake, RelayedPort
from genkan.program.entry import Entry
from genkan.program.filter import AddressSet, Filter, Guard, SourceCheck, SubnetGuard
from genkan.program.firewall import DomainList, Firewall
from genkan.program.health import EndpointCheck, HealthCheck
from genkan.program.inspection import Fleet, Inspection
from genkan.program.metadata import InstanceMetadata
from genkan.program.names import Forwarding, RecordSet, Resolver, Zone, ZoneAttachment
from genkan.program.place import Boot, Link, Place
from genkan.program.program import Program
from genkan.program.published import Published
from genkan.program.record import FlowLog, Interface
from genkan.program.route import AnswerChoice, Route, SourceChoice, TableChoice
from genkan.program.service import Credential, EndpointPolicy, Listener, Service
from genkan.program.translation import Border, OneToOne, PortTranslation

SECTIONS: dict[str, type[Entry]] = {
    kind.section: kind
    for kind in (
        Place,
        Link,
        Boot,
        InstanceMetadata,
        Route,
        TableChoice,
        SourceChoice,
        AnswerChoice,
        AddressSet,
        Filter,
        Guard,
        SourceCheck,
        SubnetGuard,
        Border,
        OneToOne,
        PortTranslation,
        Inspection,
        Fleet,
        HealthCheck,
        EndpointCheck,
        Published,
        Balancer,
        Intake,
        BalancedPort,
        RelayedPort,
        Listener,
        Service,
        EndpointPolicy,
        Credential,
        Resolver,
        Forwarding,
        Zone,
        ZoneAttachment,
        RecordSet,
        Firewall,
        DomainList,
        Interface,
        FlowLog,
    )
}


def print_entry(entry: Entry) -> str:
    """Write one entry as a line without its end."""
    return f"{entry.section} {json.dumps(encode(entry), separators=(',', ':'), sort_keys=True)}"


def parse_entry(line: str) -> Entry:
    """Read one line back. Raises ValueError for a line that no entry prints."""
    section, _, body = line.partition(" ")
    if section not in SECTIONS:
        raise ValueError(f"{section!r} is no section of a program.")
    return decode(SECTIONS[section], json.loads(body))


def print_program(program: Iterable[Entry]) -> str:
    return "".join(f"{line}\n" for line in sorted(print_entry(entry) for entry in program))


def parse_program(text: str) -> Program:
    return Program(parse_entry(line) for line in text.splitlines() if line)

"""What a change does to the needs of a service's callers: those that are not met once the service
itself is, and those that the policy of an endpoint denies from then on, or lets in."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from genkan.api.call import Call
from genkan.impact.calls import whence
from genkan.impact.effects import Compared, Effect, Finding, Times
from genkan.impact.groups import Sender
from genkan.impact.needs import Needed, mended, met
from genkan.impact.outlook import Outlook, Verdict
from genkan.impact.target import HTTPS, Kind, Ports, Target
from genkan.model.catalogue.needs import Need, needed_of, needs_of
from genkan.model.catalogue.services import find_service
from genkan.model.vpc_endpoint import VpcEndpoint
from genkan.program.service import Service as ServiceEntry

PASSES = (Verdict.WORKS, Verdict.DEPENDS)
Key = tuple[str, Need, str]


class Needs:
    """The needs that one question is about. `call` says who asks."""

    def __init__(self, times: Times, call: Call) -> None:
        self._times = times
        self._call = call
        self._after: dict[Key, Needed] = {}
        self._compared: set[Key] = set()

    def besides(self, finding: Finding) -> Finding:
        """Give a finding of a name with what its callers need besides and do not get."""
        if finding.target.kind is not Kind.NAME or finding.after.verdict not in PASSES:
            return finding
        service = self._service(finding.sender, finding.target, finding.after)
        needs = needs_of(service.code) if service else ()
        found = [self._mended(finding.sender, one, service.region) for one in needs if service]
        return replace(finding, needs=tuple(one for one in found if not one.is_met))

    def findings(
        self, sender: Sender, target: Target, compared: Iterable[Compared]
    ) -> Iterator[Finding]:
        """Say what becomes of what callers of others need of a service."""
        for one in compared:
            if (one.flow.protocol, one.flow.port) != HTTPS:
                continue
            service = self._service(sender, target, one.after)
            for need in needed_of(service.code) if service else ():
                key = (sender.id, need, service.region if service else "")
                if key not in self._compared:
                    self._compared.add(key)
                    yield from self._changed(sender, one, key)

    def _changed(self, sender: Sender, one: Compared, key: Key) -> Iterator[Finding]:
        """Tell of a need that a policy decides otherwise; ways themselves are told of by name."""
        _, need, region = key
        before, after = met(self._times.before, sender, need, region), self._found(sender, *key[1:])
        sides = (before.outlook.verdict, after.outlook.verdict)
        if Verdict.BLOCKED in sides or sides[0] is sides[1]:
            return
        effect = Effect.DEPENDS
        if after.is_met:
            effect = Effect.GAINED
        elif after.outlook.verdict is Verdict.DENIED and self._uses(sender.vpc, need):
            effect = Effect.DENIED
        yield Finding(
            effect,
            sender,
            Target(Kind.RESOURCE, after.resource),
            (Ports(*HTTPS, HTTPS[1]),),
            _by(need, before.outlook),
            _by(need, after.outlook),
            versions=(one.flow.version,),
            needs=() if after.is_met else (self._mended(sender, need, region),),
        )

    def _uses(self, vpc: str, need: Need) -> bool:
        """Tell whether there is an endpoint of a service whose callers have a need."""
        return any(
            (found := find_service(one.service_name, one.region)) and found.code in need.of
            for state in (self._times.before, self._times.after)
            for one in state.network.where(VpcEndpoint, vpc_id=vpc)
        )

    def service(
        self, sender: Sender, target: Target, compared: Iterable[Compared]
    ) -> ServiceEntry | None:
        """Give the service of AWS's that takes flows, before or after, if one does."""
        if target.kind not in (Kind.NAME, Kind.ENDPOINT):
            return None
        for one in compared:
            for state, outlook in (
                (self._times.before, one.before),
                (self._times.after, one.after),
            ):
                named = state.index.service_named(target.name)
                way = whence(state, sender.vpc, outlook, named)
                if way is not None:
                    return way.to
        return None

    def _service(self, sender: Sender, target: Target, outlook: Outlook) -> ServiceEntry | None:
        after = self._times.after
        way = whence(after, sender.vpc, outlook, after.index.service_named(target.name))
        return way.to if way else None

    def _found(self, sender: Sender, need: Need, region: str) -> Needed:
        key = (sender.id, need, region)
        if key not in self._after:
            self._after[key] = met(self._times.after, sender, need, region)
        return self._after[key]

    def _mended(self, sender: Sender, need: Need, region: str) -> Needed:
        found = self._found(sender, need, region)
        if not found.is_met and not found.fixes:
            found = mended(self._times.after, self._call, sender, found)
            self._after[sender.id, need, region] = found
        return found


def _by(need: Need, outlook: Outlook) -> Outlook:
    said = outlook.said
    return replace(outlook, said=replace(said, callers=need.callers) if said else None)

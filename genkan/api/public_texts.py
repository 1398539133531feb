"""TXT records of public DNS: what public hosted zones hold under a name.

Of several zones that cover a name, that with the longest name answers, as the program has it.
"""

import re

from genkan.model.hosted_zone import HostedZone, ResourceRecordSet
from genkan.model.network import Network

_STRINGS = re.compile(r'"((?:[^"\\]|\\.)*)"')


def public_texts(network: Network, name: str) -> set[str]:
    """Give the texts under a name (lower case, no final dot), each with its strings joined."""
    canonical = f"{name}."
    zones = [
        zone
        for zone in network.where(HostedZone, private=False)
        if canonical == zone.zone_name or canonical.endswith(f".{zone.zone_name}")
    ]
    if not zones:
        return set()
    answering = max(zones, key=lambda zone: len(zone.zone_name))
    return {
        "".join(_STRINGS.findall(value)) or value
        for row in network.where(ResourceRecordSet, zone_id=answering.id)
        if row.record_name == canonical and row.record_type == "TXT"
        for value in row.values
    }

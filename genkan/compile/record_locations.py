"""Geolocation records → the AWS Regions from which each is what a question is answered with.

Who asks in a VPC is where the VPC's Region is; where anybody else is is not known. Of the record
sets of a name the one with the smallest place answers: state, country, continent, everywhere
("Geolocation routing" in the Amazon Route 53 developer guide). One that is not healthy is passed
over for the next larger place; where none is, the smallest place answers again.
"""

import json
from collections.abc import Sequence

from genkan.model.catalogue.locations import EVERYWHERE, region_locations
from genkan.program.names import ELSEWHERE

Place = tuple[str | None, str | None, str | None]  # continent, country, state
DEFAULT: Place = (None, EVERYWHERE, None)


def answered_regions(
    locations: Sequence[str], healthy: Sequence[bool] = ()
) -> list[tuple[str, ...]]:
    """Give the Regions of each location (JSON, as the API has it), ELSEWHERE for the default.

    `healthy` says of each location whether its record set is; by default all are.
    """
    places = [_place(text) for text in locations]
    flags = healthy or [True] * len(places)
    well = {place for place, is_well in zip(places, flags, strict=True) if is_well}
    found: list[list[str]] = [[] for _ in places]
    for region, (continent, country, state) in sorted(region_locations().items()):
        best = (None, country, state), (None, country, None), (continent, None, None), DEFAULT
        around = [place for place in best if place in places]
        chosen = next((place for place in around if place in well), next(iter(around), DEFAULT))
        if chosen != DEFAULT:
            found[places.index(chosen)].append(region)
    if DEFAULT in places:
        found[places.index(DEFAULT)].append(ELSEWHERE)
    return [tuple(regions) for regions in found]


def _place(text: str) -> Place:
    named = json.loads(text)
    return named.get("ContinentCode"), named.get("CountryCode"), named.get("SubdivisionCode")

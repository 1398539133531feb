"""Locations that geolocation records name: continents, countries, states of the United States.

"Geolocation routing" in the Amazon Route 53 developer guide. They are listed in the order that the
service has: continents, the default location, countries by code, each followed by its subdivisions.
"""

from collections.abc import Mapping
from functools import cache

from genkan.api.call import Answer, Call
from genkan.api.hosted_zone_lookup import parse_max_items
from genkan.api.output import present
from genkan.api.route53_errors import InvalidInput, NoSuchGeoLocation
from genkan.model.catalogue.locations import (
    EVERYWHERE,
    WITH_STATES,
    continents,
    countries,
    states,
)
from genkan.model.errors import Refused

MOST_ITEMS = 100
CODES = ("ContinentCode", "CountryCode", "SubdivisionCode")
Codes = tuple[str | None, str | None, str | None]  # continent, country, subdivision


def list_geo_locations(
    call: Call,
    *,
    start_continent_code: str | None = None,
    start_country_code: str | None = None,
    start_subdivision_code: str | None = None,
    max_items: str | None = None,
) -> Answer:
    most = parse_max_items(max_items, MOST_ITEMS)
    start = _codes(start_continent_code, start_country_code, start_subdivision_code)
    rows = list(_locations())
    if any(start):
        need_location(dict(zip(CODES, start, strict=True)), InvalidInput)
        rows = rows[rows.index(start) :]
    more = rows[most] if len(rows) > most else (None, None, None)
    return Answer(
        present(
            GeoLocationDetailsList=[_locations()[row] for row in rows[:most]],
            IsTruncated=len(rows) > most,
            NextContinentCode=more[0],
            NextCountryCode=more[1],
            NextSubdivisionCode=more[2],
            MaxItems=str(most),
        )
    )


def get_geo_location(
    call: Call,
    *,
    continent_code: str | None = None,
    country_code: str | None = None,
    subdivision_code: str | None = None,
) -> Answer:
    """Tell of a location; of the default one where none is named."""
    codes = _codes(continent_code, country_code, subdivision_code)
    if not any(codes):
        codes = (None, EVERYWHERE, None)
    details = need_location(dict(zip(CODES, codes, strict=True)), NoSuchGeoLocation)
    return Answer({"GeoLocationDetails": details})


def need_location(named: Mapping[str, str | None], refusal: type[Refused]) -> dict[str, str]:
    """Give what is known of a location by its codes. Raises `refusal` for what is none."""
    codes = _codes(*(named.get(name) for name in CODES))
    if codes not in _locations():
        told = ", ".join(f"{name} {value}" for name, value in named.items() if value) or "nothing"
        raise refusal(
            f"The geographic location {told} does not exist. Name a ContinentCode alone, or a "
            f"CountryCode ({EVERYWHERE} for the default), with a SubdivisionCode in {WITH_STATES} "
            "alone; ListGeoLocations lists all."
        )
    return _locations()[codes]


def _codes(continent: str | None, country: str | None, subdivision: str | None) -> Codes:
    return continent or None, country or None, subdivision or None


@cache
def _locations() -> dict[Codes, dict[str, str]]:
    """Give what is shown of every location, in the order in which they are listed."""
    rows: dict[Codes, dict[str, str]] = {}
    for code, name in sorted(continents().items()):
        rows[code, None, None] = {"ContinentCode": code, "ContinentName": name}
    rows[None, EVERYWHERE, None] = _country(EVERYWHERE, "Default")
    for code, (_, name) in sorted(countries().items()):
        rows[None, code, None] = _country(code, name)
        for state, its_name in sorted(states().items()) if code == WITH_STATES else ():
            below = {"SubdivisionCode": state, "SubdivisionName": its_name}
            rows[None, code, state] = _country(code, name) | below
    return rows


def _country(code: str, name: str) -> dict[str, str]:
    return {"CountryCode": code, "CountryName": name}

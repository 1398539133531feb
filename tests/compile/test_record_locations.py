"""From which AWS Regions a geolocation record answers: the smallest place around each has it."""

import pytest

from genkan.compile.record_locations import answered_regions
from genkan.model.catalogue.locations import countries, region_locations, states
from genkan.model.catalogue.regions import REGIONS
from genkan.program.names import ELSEWHERE

DEFAULT, AMERICA = '{"CountryCode": "*"}', '{"ContinentCode": "NA"}'
USA, OREGON = '{"CountryCode": "US"}', '{"CountryCode": "US", "SubdivisionCode": "OR"}'


@pytest.mark.parametrize(
    ("region", "locations", "answers"),
    [
        ("us-west-2", [DEFAULT, AMERICA, USA, OREGON], OREGON),
        ("us-east-1", [DEFAULT, AMERICA, USA, OREGON], USA),
        ("us-west-2", [DEFAULT, AMERICA], AMERICA),
        ("ca-central-1", [DEFAULT, AMERICA, USA, OREGON], AMERICA),
        ("us-west-2", [DEFAULT], None),  # as everybody whom no place has
        ("eu-west-1", [DEFAULT, AMERICA, USA, OREGON], None),
        ("eu-west-1", [AMERICA, USA], None),
    ],
)
def test_the_smallest_place_that_holds_a_region_answers(region, locations, answers):
    regions = dict(zip(locations, answered_regions(locations), strict=True))
    assert [one for one, held in regions.items() if region in held] == (
        [answers] if answers else []
    )


def test_the_default_place_answers_everybody_else_and_no_other_does():
    assert answered_regions([AMERICA, DEFAULT])[1] == (ELSEWHERE,)
    assert not any(ELSEWHERE in one for one in answered_regions([AMERICA, USA, OREGON]))


def test_every_region_is_somewhere():
    assert {one.name for one in REGIONS.values()} == region_locations().keys()
    assert {country for _, country, _ in region_locations().values()} <= countries().keys()
    assert {state for _, _, state in region_locations().values() if state} <= states().keys()

"""Public addresses of AWS's services, as the site has them."""

from collections import Counter

import pytest

from genkan.model.catalogue.addresses import SERVICE_RANGES, is_given, public_addresses
from genkan.model.catalogue.services import ROWS

CODES = sorted({service.code for service in ROWS})


@pytest.mark.parametrize("region", SERVICE_RANGES)
def test_no_two_services_of_a_region_share_an_address(region: str) -> None:
    held = Counter(address for code in CODES for address in public_addresses(code, region))
    assert [address for address, count in held.items() if count > 1] == []
    assert all(is_given(address) for address in held)


@pytest.mark.parametrize("region", SERVICE_RANGES)
def test_a_service_has_addresses_in_order(region: str) -> None:
    for code in CODES:
        held = public_addresses(code, region)
        assert held
        assert list(held) == sorted(set(held))

"""What is told of tables of connections."""

import pytest

from genkan.engine.traffic import Table
from genkan.program.place import PlaceKind
from genkan.site.tables import why_crowded


@pytest.mark.parametrize(
    ("table", "kind", "said"),
    [
        (Table(10, 1000, 0, 0), PlaceKind.VPC, None),
        (Table(899, 1000, 5, 5), PlaceKind.VPC, None),
        (Table(900, 1000, 0, 0), PlaceKind.VPC, "full (900 of 1000)"),
        (Table(1000, 1000, 7, 0), PlaceKind.NAT_GATEWAY, "full (1000 of 1000)"),
        (Table(10, 1000, 3, 3), PlaceKind.NAT_GATEWAY, "3 connections were dropped"),
    ],
)
def test_a_table_that_is_nearly_full_is_told_and_so_are_ports(table, kind, said) -> None:
    why = why_crowded(table, kind)
    assert (why is None) if said is None else (said in str(why))

"""Values written down and read back."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genkan.codec import decode, encode


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True)
class Circle:
    radius: int


@dataclass(frozen=True)
class Square:
    side: int
    colour: Colour = Colour.RED


@dataclass(frozen=True)
class Drawing:
    name: str
    shape: Circle | Square | None
    shapes: tuple[Circle | Square, ...]
    at: datetime
    where: IPv4Network | IPv6Network | str
    host: IPv4Address | None = None
    pairs: tuple[tuple[str, int], ...] = ()
    seen: bool = False


shapes = st.builds(Circle, st.integers()) | st.builds(
    Square, st.integers(), st.sampled_from(Colour)
)
drawings = st.builds(
    Drawing,
    name=st.text(),
    shape=st.none() | shapes,
    shapes=st.lists(shapes).map(tuple),
    at=st.datetimes(timezones=st.just(UTC)),
    where=st.ip_addresses(v=4).map(IPv4Network)
    | st.ip_addresses(v=6).map(IPv6Network)
    | st.just("anywhere"),
    host=st.none() | st.ip_addresses(v=4),
    pairs=st.lists(st.tuples(st.text(), st.integers())).map(tuple),
    seen=st.booleans(),
)


@given(drawings)
def test_reading_is_the_inverse_of_writing(drawing: Drawing):
    assert decode(Drawing, json.loads(json.dumps(encode(drawing)))) == drawing


def test_a_default_is_left_out_so_that_new_fields_read_old_text():
    assert encode(Square(3)) == {"side": 3}
    assert decode(Square, {"side": 3}) == Square(3)


def test_the_class_of_a_union_is_told():
    drawing = Drawing("d", Square(1), (Circle(2),), datetime(2026, 1, 1, tzinfo=UTC), "x")
    written = encode(drawing)
    assert written["shape"]["~"] == "Square"
    assert written["shapes"][0]["~"] == "Circle"


@pytest.mark.parametrize("value", [object(), {1, 2}])
def test_what_has_no_text_form_is_refused(value: object):
    with pytest.raises(TypeError, match="cannot be written"):
        encode(value)


def test_text_that_is_none_of_a_union_is_refused():
    @dataclass(frozen=True)
    class Somewhere:
        at: IPv4Address | IPv4Network

    globals()["Somewhere"] = Somewhere
    with pytest.raises(ValueError, match="nowhere"):
        decode(Somewhere, {"at": "nowhere"})


def test_a_type_without_a_text_form_cannot_be_read():
    with pytest.raises(TypeError, match="cannot be read"):
        decode(set, [])

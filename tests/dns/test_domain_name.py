import dns.name
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genkan.dns import domain_name

LABELS = st.lists(st.binary(min_size=1, max_size=63), max_size=6).filter(
    lambda labels: sum(map(len, labels)) + len(labels) < 255
)


@settings(deadline=None)
@given(LABELS)
def test_presentation_text_is_read_as_another_implementation_writes_it(labels: list[bytes]):
    name = dns.name.Name([*labels, b""])
    for text in (name.to_text(), name.to_text(omit_final_dot=True)):
        assert domain_name.parse(text) == name.to_wire()


@pytest.mark.parametrize(
    "text",
    [
        "a..b",
        ".a",
        "a..",
        "x" * 64,
        ".".join(["x" * 63] * 4),
        "bücher.de",
        "a\\",
        "a\\25",
        "a\\999",
    ],
)
def test_what_is_no_name_is_refused(text: str):
    with pytest.raises(ValueError, match=r"^'"):
        domain_name.parse(text)


def test_a_names_lineage_goes_up_to_the_root():
    name = domain_name.parse("a.bc.d")
    assert list(domain_name.lineage(name)) == [
        domain_name.parse(text) for text in ("a.bc.d", "bc.d", "d", ".")
    ]
    assert domain_name.parent(name) == domain_name.parse("bc.d")

"""What is handed over comes out whole, however the bytes were cut."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from genkan import wire

texts = st.text(max_size=20)
requests = st.builds(
    wire.HttpRequest,
    method=st.sampled_from(["GET", "POST"]),
    path=texts,
    query=texts,
    headers=st.dictionaries(texts, texts, max_size=3),
    body=st.binary(max_size=60),
)
answers = st.builds(
    wire.HttpAnswer,
    status=st.integers(200, 599),
    headers=st.dictionaries(texts, texts, max_size=3),
    body=st.binary(max_size=60),
)


def cut(whole: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(whole) + 1) for place in places), len(whole)]
    return [whole[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(requests, max_size=4), st.lists(st.integers(0, 10_000), max_size=6))
def test_requests_come_out_as_they_went_in(sent, places):
    written = b"".join(wire.write_request(number, one) for number, one in enumerate(sent))
    frames = wire.Frames()
    got = [frame for part in cut(written, places) for frame in frames.feed(part)]
    assert [number for number, _, _ in got] == list(range(len(sent)))
    assert [wire.read_request(head, body) for _, head, body in got] == sent


@given(answers, st.integers(0, 2**63))
def test_an_answer_comes_out_as_it_went_in_under_its_number(answer, number):
    ((seen, head, body),) = wire.Frames().feed(wire.write_answer(number, answer))
    assert (seen, wire.read_answer(head, body)) == (number, answer)

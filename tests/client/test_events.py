"""Records read while they are written: none is lost, torn or told twice."""

import contextlib
import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from genkan.client.events import follow_events, read_events


@pytest.fixture
def following() -> Iterator[Callable[[Path], Iterator[dict]]]:
    with contextlib.ExitStack() as stack:
        yield lambda home: stack.enter_context(contextlib.closing(follow_events(home)))


def write(path: Path, *numbers: int) -> None:
    with path.open("a") as file:
        file.writelines(json.dumps({"n": number}) + "\n" for number in numbers)


@pytest.fixture
def home(tmp_path) -> Path:
    write(tmp_path / "events.jsonl.1", 1, 2)
    write(tmp_path / "events.jsonl", 3)
    return tmp_path


def test_the_oldest_comes_first_and_a_torn_line_is_passed_over(home):
    with (home / "events.jsonl").open("a") as file:
        file.write('{"n": 4')
    assert [one["n"] for one in read_events(home)] == [1, 2, 3]


def test_a_line_that_comes_in_two_parts_is_one_record(home, following):
    path = home / "events.jsonl"
    follower = following(home)
    assert [one["n"] for one in islice(follower, 3)] == [1, 2, 3]
    with path.open("a") as file:
        file.write('{"n": 4}\n{"n"')
    assert next(follower)["n"] == 4
    with path.open("a") as file:
        file.write(': 5}\n{"n": 6}\n')
    assert [one["n"] for one in islice(follower, 2)] == [5, 6]


def test_a_file_begun_anew_is_followed_from_its_start(home, following):
    path = home / "events.jsonl"
    follower = following(home)
    list(islice(follower, 3))
    write(path, 4)
    path.replace(home / "events.jsonl.1")
    write(path, 5, 6, 7, 8, 9)
    assert [one["n"] for one in islice(follower, 6)] == [4, 5, 6, 7, 8, 9]


def test_a_home_without_records_gives_them_when_they_come(tmp_path, following):
    assert list(read_events(tmp_path)) == []
    write(tmp_path / "events.jsonl", 1)
    assert next(following(tmp_path)) == {"n": 1}

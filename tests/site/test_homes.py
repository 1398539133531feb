"""The home that `up` is given: what is wrong with it is named, and nothing of it is lost."""

import os
import resource
import sqlite3

import pytest

from genkan.site.home import Home, HomeUnusable
from tests.site.homes import API_ALONE, a_home, processes_of, vpcs
from tests.story.conftest import until

pytestmark = pytest.mark.site


@pytest.fixture
def site():
    with a_home() as one:
        yield one


def test_a_path_may_be_long_and_have_blanks():
    with a_home(f"a b/{'x' * 100}/{'ü' * 60}") as site:
        site.genkan(*API_ALONE)
        assert vpcs(site) == []
        site.genkan("down", "--wipe")
        assert list(site.home.iterdir()) == []


def test_a_home_that_is_a_file_is_named_and_kept(site):
    site.home.write_text("mine")
    said = site.genkan(*API_ALONE, wrong=3).stderr
    assert str(site.home) in said
    assert "GENKAN_HOME" in said
    assert site.home.read_text() == "mine"


def test_a_home_that_may_not_be_written_is_named():
    with a_home(ordinary=os.geteuid() == 0) as site:
        site.home.mkdir(mode=0o555)
        assert "cannot be written" in site.genkan(*API_ALONE, wrong=3).stderr


def test_a_home_without_room_is_told_so_before_anything_of_a_network_is_made(tmp_path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, before[1]))
    try:
        with pytest.raises(HomeUnusable, match=f"{tmp_path} cannot be written") as caught:
            Home(tmp_path).make()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.words["todo"].startswith("make room there")
    assert {one.name for one in tmp_path.iterdir()} == {"console", "lock", "log"}


def test_settings_that_do_not_parse_are_named_and_kept_and_the_network_with_them(site):
    site.genkan(*API_ALONE)
    made = site.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    site.genkan("down")
    settings = site.home / "settings.json"
    for text in ('{"port": 43', "[]", '{"port": "x"}'):
        settings.write_text(text)
        assert str(settings) in site.genkan(*API_ALONE, wrong=3).stderr
        assert settings.read_text() == text
    settings.unlink()
    site.genkan(*API_ALONE)
    assert vpcs(site) == [made]


def test_a_database_that_is_none_is_named_and_kept_and_nothing_runs(site):
    site.home.mkdir()
    (site.home / "network.db").write_text("my precious network, it was")
    said = site.genkan(*API_ALONE, wrong=3).stderr
    assert "network.db" in said
    assert "down --wipe" in said
    assert (site.home / "network.db").read_text() == "my precious network, it was"
    until(lambda: processes_of(site.home), lambda left: not left)
    site.genkan("down", "--wipe")
    site.genkan(*API_ALONE)


def test_a_database_of_a_later_genkan_is_not_touched(site):
    site.genkan(*API_ALONE)
    site.genkan("down")
    with sqlite3.connect(site.home / "network.db") as database:
        database.execute("INSERT INTO state VALUES ('teleporter', 't-1', '{}')")
    database.close()
    assert "teleporter" in site.genkan(*API_ALONE, wrong=3).stderr


def test_a_process_that_cannot_start_ends_the_start_with_its_last_words(site):
    site.home.mkdir()
    (site.home / "ca.pem").write_text("no certificate")
    (site.home / "ca.key").write_text("no key")
    said = site.genkan(*API_ALONE, wrong=4).stderr
    assert "front" in said
    assert "front.log" in said
    until(lambda: processes_of(site.home), lambda left: not left)

"""`genkan collect`, and the script that does the same: a site's network as files."""

import subprocess
from pathlib import Path

import pytest

from genkan.imports import Imported, read_documents, read_network
from genkan.imports.collection_script import script
from genkan.model.network_interface import NetworkInterface
from genkan.model.vpc import Vpc

pytestmark = [pytest.mark.site, pytest.mark.kernel]
PATIENCE = 60


def asking(site) -> dict[str, str]:
    """Give the environment of who asks the site, and nobody else's settings."""
    kept = {name: one for name, one in site.environment.items() if not name.startswith("AWS_")}
    return kept | site.exported()


def collected(site, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["genkan", "collect", str(folder)]
    return subprocess.run(
        command,
        env=asking(site),
        timeout=PATIENCE,
        capture_output=True,
        text=True,
        check=False,
    )


def read(folder: Path) -> Imported:
    return read_network(*read_documents([folder]))


def test_a_site_is_collected_and_read(site, story, tmp_path):
    folder = tmp_path / "dump"
    told = collected(site, folder)
    assert told.returncode == 0, told.stderr
    imported = read(folder)
    assert imported.network.get(Vpc, story.vpc) is not None
    interfaces = {one.id for one in imported.network.where(NetworkInterface, vpc_id=story.vpc)}
    shown = story.ec2.describe_network_interfaces(
        Filters=[{"Name": "vpc-id", "Values": [story.vpc]}]
    )
    assert interfaces == {one["NetworkInterfaceId"] for one in shown["NetworkInterfaces"]}
    again = collected(site, folder)
    assert again.returncode == 2
    assert "is there already" in again.stderr


def test_the_script_writes_what_is_read_alike(site, story, tmp_path):
    (tmp_path / "collect.sh").write_text(script())
    wanted = ("describe-vpcs", "describe-vpc-attribute")
    command = ["sh", str(tmp_path / "collect.sh"), str(tmp_path / "dump"), *wanted]
    subprocess.run(
        command, env=asking(site), check=True, timeout=PATIENCE, capture_output=True, text=True
    )
    imported = read(tmp_path / "dump")
    vpc = imported.network.get(Vpc, story.vpc)
    assert vpc is not None
    assert vpc.dns_hostnames
    assert not any(note.about == story.vpc for note in imported.notes)


def test_without_an_account_it_says_what_to_do(site, tmp_path):
    environment = asking(site) | {"AWS_SECRET_ACCESS_KEY": "wrong"}
    command = ["genkan", "collect", str(tmp_path / "dump")]
    told = subprocess.run(
        command, env=environment, timeout=PATIENCE, capture_output=True, text=True, check=False
    )
    assert told.returncode == 3
    assert "error: no account answers" in told.stderr
    assert not (tmp_path / "dump").exists()

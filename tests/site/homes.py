"""Homes for sites that a test starts itself, and what of a site is left on this machine."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.story.conftest import RunningSite

API_ALONE = ("up", "--engine", "none")


@contextlib.contextmanager
def a_home(below: str = "home", ordinary: bool = False) -> Iterator[RunningSite]:
    """Give the commands of a site that is not up yet; it is ended and forgotten afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gk-"))
    if ordinary and os.geteuid() == 0:
        os.chown(folder, 61234, 61234)
    site = RunningSite(folder / below, ordinary)
    try:
        yield site
    finally:
        site.attempt("genkan", "down")
        shutil.rmtree(folder, ignore_errors=True)


def processes_of(named: Path | str) -> list[int]:
    """Give the processes on this machine whose command names a home, or an instance."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(named).encode() in path.read_bytes():
                found.append(int(path.parent.name))
    return found


def vpcs(site: RunningSite) -> list[str]:
    """Give the VPCs that a site's API tells of."""
    return [one["VpcId"] for one in site.client("ec2").describe_vpcs()["Vpcs"]]

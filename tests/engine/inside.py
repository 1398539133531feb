"""Programs that send packets, run in namespaces of their own; each prints a report as JSON."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
NAMESPACES = ("--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")
AS_ROOT = ("unshare", *NAMESPACES)
AS_USER = ("unshare", "--user", "--map-root-user", *NAMESPACES)


def report_of(
    module: str,
    ways: tuple[str, ...] = AS_USER,
    patience: float = 50,
    arguments: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Run a module inside and give its report; skip where the machine cannot."""
    import pytest  # not for the modules that run inside, which take `own_run` from here

    if ways == AS_ROOT and os.geteuid() != 0:
        pytest.skip("not root; the same is tested in a user namespace. Type: sudo pytest")
    if not (shutil.which("nft") and shutil.which("ip")):
        pytest.skip("nft and ip are not here. Type: apt-get install nftables iproute2")
    done = subprocess.run(
        [*ways, sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        timeout=patience,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def own_run() -> None:
    """Give the program a /run of its own, where its namespaces stand."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True, timeout=10)
    Path("/run/genkan").mkdir()

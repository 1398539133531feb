"""What changed in a network: asked of its control, or read from its home when it is down."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

from genkan.client.site import Site, SiteDown

PATIENCE = 120


def read_history(home: Path) -> list[dict[str, Any]]:
    """Give every change, oldest first. Raises subprocess.CalledProcessError, unreadable."""
    try:
        answer = Site(home).get("/history")
    except SiteDown:
        read = subprocess.run(
            [sys.executable, "-m", "genkan.site.history", str(home)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
            check=True,
        )
        answer = json.loads(read.stdout)
    return cast(list[dict[str, Any]], answer["history"])

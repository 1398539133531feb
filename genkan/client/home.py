"""Which home commands mean."""

import os
from pathlib import Path


def default_home() -> Path:
    """Give GENKAN_HOME, or the place of a user's state (XDG Base Directory Specification)."""
    named = os.environ.get("GENKAN_HOME")
    if named:
        return Path(named).absolute()
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local/state") / "genkan"

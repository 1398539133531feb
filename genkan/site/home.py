"""A site's home: the files that outlive it, and where its processes meet. Light to import."""

import json
import os
from pathlib import Path
from typing import Any

RUN = os.environ.get("GENKAN_RUN", "/run/genkan")  # in the site's own /run; nobody else sees it
DEFAULT_REGION = "ap-northeast-1"


class Home:
    """The files of one site."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "network.db"
        self.authority = path / "ca.pem"
        self.authority_key = path / "ca.key"
        self.events = path / "events.jsonl"
        self.lock = path / "lock"
        self.site_socket = path / "site.sock"
        self.control_socket = path / "control.sock"
        self.broker_socket = path / "broker.sock"
        self._settings = path / "settings.json"

    def make(self) -> None:
        """Make the home and its folders, for its owner alone."""
        for folder in (self.path, self.path / "log", self.path / "console"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def log(self, process: str) -> Path:
        return self.path / "log" / f"{process}.log"

    def console(self, instance_id: str) -> Path:
        return self.path / "console" / f"{instance_id}.log"

    def console_output(self, instance_id: str) -> bytes:
        """Give what an instance's first boot printed."""
        path = self.console(instance_id)
        return path.read_bytes() if path.is_file() else b""

    @property
    def settings(self) -> dict[str, Any]:
        try:
            return json.loads(self._settings.read_text())  # type: ignore[no-any-return]
        except (FileNotFoundError, ValueError):
            return {}

    def remember(self, **changed: object) -> None:
        """Write settings down, whole or not at all."""
        new = self._settings.with_suffix(".new")
        new.touch(mode=0o600)  # the database's URL may hold a password
        new.write_text(json.dumps({**self.settings, **changed}, indent=1))
        new.replace(self._settings)

    @property
    def port(self) -> int:
        """The port of the API on loopback; 0 until there was one."""
        return int(self.settings.get("port", 0))

    @property
    def region(self) -> str:
        return str(self.settings.get("region", DEFAULT_REGION))

    @property
    def database_url(self) -> str | None:
        """Where the state is, as SQLAlchemy writes it; None: in the home's own file."""
        return self.settings.get("database_url")

    @property
    def engine(self) -> str:
        return str(self.settings.get("engine", "linux"))

"""A site's home: the files that outlive it, and where its processes meet. Light to import."""

import errno
import json
import os
import shlex
from pathlib import Path
from typing import Any

RUN = os.environ.get("GENKAN_RUN", "/run/genkan")  # in the site's own /run; nobody else sees it
DEFAULT_REGION = "ap-northeast-1"
MOST_CONSOLE = 64 << 10
LEAST_ROOM = 4 << 20  # what a new database with its journal and the first logs take
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class HomeUnusable(Exception):
    """The home cannot hold a site: what is wrong, why, and what to do."""

    def __init__(self, what: str, why: str, todo: str) -> None:
        super().__init__(what)
        self.words = {"what": what, "why": why, "todo": todo}


class Home:
    """The files of one site."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = path / "network.db"
        self.authority = path / "ca.pem"
        self.authority_key = path / "ca.key"
        self.certificates = path / "certificates"
        self.events = path / "events.jsonl"
        self.lock = path / "lock"
        self.site_socket = path / "site.sock"
        self.control_socket = path / "control.sock"
        self.broker_socket = path / "broker.sock"
        self.flows_socket = path / "flows.sock"
        self.flow_logs = path / "flow-logs"
        self._settings = path / "settings.json"

    def make(self) -> None:
        """Make the home and its folders, for its owner alone. Raises HomeUnusable."""
        try:
            for folder in (self.path, self.path / "log", self.path / "console"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.lock.touch(mode=0o600)
            room = self.path / "room"
            with room.open("wb") as file:
                room.unlink(missing_ok=True)  # whatever comes, it goes when it is closed
                os.posix_fallocate(file.fileno(), 0, LEAST_ROOM)
        except OSError as error:
            full = f"make room there ({LEAST_ROOM >> 20} MiB at least), or "
            raise HomeUnusable(
                f"{error.filename or self.path} cannot be written: {error.strerror}.",
                f"A site keeps its network, its logs and its keys in its home, {self.path}.",
                f"{full if error.errno in FULL else ''}set GENKAN_HOME to a folder that you may "
                "write to",
            ) from error
        self.settings  # noqa: B018 - raises if they cannot be read

    def log(self, process: str) -> Path:
        return self.path / "log" / f"{process}.log"

    def console(self, instance_id: str) -> Path:
        return self.path / "console" / f"{instance_id}.log"

    def console_output(self, instance_id: str) -> bytes:
        """Give the end of what an instance's first boot printed, 64 KB as "GetConsoleOutput" has
        it."""
        path = self.console(instance_id)
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - MOST_CONSOLE))
            return file.read(MOST_CONSOLE)

    @property
    def settings(self) -> dict[str, Any]:
        """Give what is remembered; nothing for a new home. Raises HomeUnusable."""
        try:
            kept = json.loads(self._settings.read_text())
            if not isinstance(kept, dict) or not isinstance(kept.get("port", 0), int):
                raise ValueError("no object of settings")
        except FileNotFoundError:
            return {}
        except (ValueError, OSError) as error:
            raise HomeUnusable(
                f"{self._settings} cannot be read: {error}.",
                "It remembers the API's port and the Region of a new site; the network is not in "
                "it and not touched.",
                f"mend it, or let it be made anew: rm {shlex.quote(str(self._settings))}",
            ) from error
        return kept

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
    def default_vpc(self) -> bool:
        """Whether this start was asked for default VPCs and has not made them yet."""
        return bool(self.settings.get("default_vpc", False))

    @property
    def accelerator(self) -> str:
        """`auto`: where the kernel grants it; `off`."""
        return str(self.settings.get("accelerator", "auto"))

    @property
    def resolver_limit(self) -> int:
        """How many packets a second an interface may send to its VPC's resolver; 0: any."""
        return int(self.settings.get("resolver_limit", 0))

    @property
    def sources(self) -> list[Path]:
        """The files and folders that a new site's network is read from."""
        return [Path(one) for one in self.settings.get("sources", ())]

    @property
    def parameters(self) -> dict[str, str]:
        """What templates among those files are given, by name."""
        return dict(self.settings.get("parameters", {}))

    @property
    def engine(self) -> str:
        return str(self.settings.get("engine", "linux"))

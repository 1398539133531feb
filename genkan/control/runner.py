"""What `control` asks of whoever runs instances."""

from collections.abc import Mapping
from typing import Protocol

from genkan.program.place import Boot


class Runner(Protocol):
    """Boots and halts the programs at a place. Calls return when it is done."""

    def boots(self) -> Mapping[str, Boot]:
        """Give what runs now, by place."""
        ...

    def boot(self, entry: Boot, environment: Mapping[str, str]) -> None:
        """Start the first process at `entry.place`; another number than runs there is a reboot."""
        ...

    def halt(self, place: str) -> None:
        """End every process at `place`; nothing happens where nothing runs."""
        ...


class NoRunner:
    """Runs nothing: for a site that has the API alone."""

    def boots(self) -> Mapping[str, Boot]:
        return {}

    def boot(self, entry: Boot, environment: Mapping[str, str]) -> None:
        """Do nothing."""

    def halt(self, place: str) -> None:
        """Do nothing."""

"""The commands that people type. Drawing is pure; each command imports what it needs when it
runs."""

from genkan.cli.main import main

__all__ = ["main"]

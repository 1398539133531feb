"""The commands that people type. Drawing is pure; each command imports what it needs when it
runs."""

import sys

INTERRUPTED = 130  # as a shell says it: 128 and the number of SIGINT


def main() -> None:
    """Do what was typed; Ctrl-C ends it, also while it is being loaded, without a traceback."""
    try:
        from genkan.cli.main import main as command

        command()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)

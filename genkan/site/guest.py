"""A program for which somebody waits, on a host of the site: its namespaces, its bounds, its end.

It is the first process of a process namespace of its own, within the host's: when it ends, or who
waits does, the kernel ends all that it has started. See pid_namespaces(7), setrlimit(2).

    python -m genkan.site.guest PIDFD FOLDER MEMORY COMMAND…
"""

import os
import resource
import signal
import sys
from collections.abc import Callable

from genkan.site import namespaces

NOT_RUN = 127
STARTING = 96 << 20  # bytes that an interpreter takes before it does anything


def main() -> None:
    """Be the program; end as it ends, 128 and the signal if one ended it."""
    pidfd, folder, memory, *command = sys.argv[1:]
    namespaces.enter_process(int(pidfd), rootless=False)
    os.close(int(pidfd))
    sys.exit(_wait(_forked(lambda: _apart(folder, int(memory), command))))


def _forked(become: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            namespaces.die_with_parent(signal.SIGKILL)
            become()
        except OSError as error:
            print(error, file=sys.stderr)
        finally:
            os._exit(NOT_RUN)
    return child


def _apart(folder: str, memory: int, command: list[str]) -> None:
    namespaces.unshare_processes()
    os._exit(_wait(_forked(lambda: _become(folder, memory, command))))


def _become(folder: str, memory: int, command: list[str]) -> None:
    most = memory + STARTING
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.chdir(folder)
    os.execvp(command[0], command)  # noqa: S606 - no shell is meant


def _wait(child: int) -> int:
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    main()

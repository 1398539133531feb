"""Running a program in an instance: its namespaces, the caller's terminal, the program's exit code.

The instance's process namespace is entered by a child, so the command itself stays outside, passes
signals on, and says how the program ended. See setns(2) and pidfd_open(2).
"""

import ctypes
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from genkan.client.site import Inside

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWUSER = 0x00020000, 0x04000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
NOT_INHERITED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "SSL_CERT_DIR",
)
PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy")
NOT_FOUND, NOT_ALLOWED = 127, 126


def run_inside(inside: Inside, command: Sequence[str]) -> int:
    """Run a command in an instance; give its exit code, 128 and the signal if one ended it."""
    folder = os.getcwd()
    environment = environment_inside(os.environ, inside)
    _enter(inside)
    child = os.fork()
    if child == 0:
        _become(command, environment, folder)
    return _wait(child)


def environment_inside(outside: Mapping[str, str], inside: Inside) -> dict[str, str]:
    """Give the variables of a program inside: the caller's, but for what leads past the
    instance."""
    kept = {
        name: value
        for name, value in outside.items()
        if name not in NOT_INHERITED
        and not name.startswith("AWS_ENDPOINT_URL")
        and name.lower() not in PROXIES
    }
    return {**kept, **inside.environment}


def _enter(inside: Inside) -> None:
    kinds = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(inside.pidfd, kinds | (CLONE_NEWUSER if inside.rootless else 0)) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{inside.place} cannot be entered: {os.strerror(error)}")
    os.close(inside.pidfd)


def _become(command: Sequence[str], environment: dict[str, str], folder: str) -> None:
    try:
        os.chdir(folder)
    except OSError:
        os.chdir("/")
    try:
        os.execvpe(command[0], list(command), environment)  # noqa: S606 - no shell is meant
    except FileNotFoundError:
        print(f"genkan: there is no program {command[0]} on this machine.", file=sys.stderr)
        os._exit(NOT_FOUND)
    except OSError as error:
        print(f"genkan: {command[0]} cannot be run: {error.strerror}.", file=sys.stderr)
        os._exit(NOT_ALLOWED)


def _wait(child: int) -> int:
    for number in PASSED_ON:
        signal.signal(number, lambda got, _: os.kill(child, got))
    while True:
        try:
            _, status = os.waitpid(child, 0)
        except InterruptedError:
            continue
        return (
            os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        )

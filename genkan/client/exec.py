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

PASSED_ON = (
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT),
    *(signal.SIGUSR1, signal.SIGUSR2),
)
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
TAKEN = {*PASSED_ON, signal.SIGCHLD}
PR_SET_PDEATHSIG = 1
SI_KERNEL = 0x80


def run_inside(inside: Inside, command: Sequence[str]) -> int:
    """Run a command in an instance; give its exit code, 128 and the signal if one ended it."""
    folder = _folder()
    environment = environment_inside(os.environ, inside)
    _enter(inside)
    # Held back from here on, and taken one by one: none is lost between fork and wait.
    signal.pthread_sigmask(signal.SIG_BLOCK, TAKEN)
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


def _folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return "/"


def _become(command: Sequence[str], environment: dict[str, str], folder: str) -> None:
    """Be the program, as a shell would have started it; it does not outlive the command."""
    for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):  # Python has changed them
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TAKEN)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
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
    while True:
        got = signal.sigwaitinfo(TAKEN)
        if got.si_signo == signal.SIGCHLD:
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid == child:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
        elif got.si_code != SI_KERNEL:  # what a terminal sends, it sends to the program too
            os.kill(child, got.si_signo)

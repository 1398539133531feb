"""What this machine can and cannot do for a site, each with the reason and what to type.

    python -m genkan.site.check

Prints one JSON object a line: name, ok, needed (False: only for a part), found, why, todo.
Everything is tried for real in a child, in namespaces of its own.
"""

import ctypes
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from genkan.site import namespaces

PATIENCE = 10
FILES_A_VPC = 8  # descriptors that a VPC costs the site's processes, roughly
FILES_OF_A_SITE = 200
SYSTEM = Path("/proc/sys")
TABLE = b"""\
add table inet genkan_check
add chain inet genkan_check c { type filter hook input priority 0; }
add rule inet genkan_check c log prefix "check" group 103
"""


@dataclass(frozen=True)
class Finding:
    name: str
    ok: bool
    found: str
    why: str = ""
    todo: str = ""
    needed: bool = True


def findings() -> Iterator[Finding]:
    """Look at everything a site needs, in the order in which to mend it."""
    separate = _namespaces()
    yield separate
    yield _nftables(separate.ok)
    yield _iproute2()
    yield _accelerator(separate.ok)
    yield _program("dig", "bind9-dnsutils", "`genkan dig` runs it", needed=False)
    yield _program("curl", "curl", "the examples call services with it", needed=False)
    yield _open_files()


def missing() -> Iterator[Finding]:
    """Find what has to be installed first: what a start would trip over late, or not at all."""
    try:
        _library()
    except OSError as error:
        yield _without_nftables(str(error))
    if not (found := _iproute2()).ok:
        yield found


def _iproute2() -> Finding:
    why = "programs in instances, and you, look at an instance's network with it"
    return _program("ip", "iproute2", why, needed=True)


def _namespaces() -> Finding:
    try:
        _in_a_child(_enter_namespaces)
    except OSError as error:
        return Finding(
            "namespaces",
            False,
            f"refused: {error}",
            "A site and each instance live in network, mount and process namespaces of their own.",
            _namespace_remedy(),
        )
    how = "as root" if os.geteuid() == 0 else "in a user namespace, without root"
    return Finding("namespaces", True, how)


def _namespace_remedy() -> str:
    if os.geteuid() == 0:
        return (
            "This looks like a container without CAP_SYS_ADMIN: start it with --privileged, or run "
            "Genkan as an ordinary user of the machine."
        )
    if _setting("user/max_user_namespaces") == "0":
        return "sudo sysctl -w user.max_user_namespaces=15000"
    if _setting("kernel/unprivileged_userns_clone") == "0":
        return "sudo sysctl -w kernel.unprivileged_userns_clone=1"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        return (
            "Ubuntu's AppArmor holds user namespaces back. Type: "
            "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0  (or give "
            f"{os.path.realpath(sys.executable)} an AppArmor profile with the rule `userns,`)"
        )
    return "Start Genkan with sudo; without root it needs user namespaces."


def _setting(name: str) -> str:
    try:
        return (SYSTEM / name).read_text().strip()
    except OSError:
        return ""


def _enter_namespaces() -> None:
    namespaces.unshare_site()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            namespaces.make_private()
            namespaces.mount_proc()
            namespaces.mount_tmpfs("/run")
            namespaces.bring_up_loopback()
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1] != 0:
        raise OSError("mounting /proc or /run in them is not allowed")


def _nftables(separate: bool) -> Finding:
    """Load a table for real, where there are namespaces to do it in."""
    try:
        _in_a_child(_load_a_table if separate else _load_library)
    except OSError as error:
        return _without_nftables(str(error))
    found = "libnftables loads rules" if separate else "libnftables is there; no rules were tried"
    return Finding("nftables", True, found)


def _accelerator(separate: bool) -> Finding:
    """Load its program for real, and attach it to a device."""
    why = "Lasting flows through endpoint services are faster by tc/BPF; without, all go by rules."
    try:
        if not separate:
            raise OSError("there are no namespaces to try it in")
        _in_a_child(_accelerate)
    except OSError as error:
        todo = "sudo genkan up; in a container, start that with --privileged"
        return Finding("accelerator", False, str(error), why, todo, needed=False)
    return Finding("accelerator", True, "the kernel takes its program (tc/BPF)", needed=False)


def _accelerate() -> None:
    from genkan.engine.linux.shortcut import reason_of, try_out

    namespaces.unshare_site()
    try:
        try_out("lo")
    except OSError as error:
        raise OSError(reason_of(error)) from error


def _without_nftables(found: str) -> Finding:
    why = "Security groups and translations are nftables rules, loaded through its library."
    todo = (
        "apt-get install nftables libnftables1"
        if "libnftables" in found
        else "Load the kernel's modules: sudo modprobe -a nf_tables nft_log nfnetlink_log"
    )
    return Finding("nftables", False, found, why, todo)


def _library() -> ctypes.CDLL:
    try:
        return ctypes.CDLL("libnftables.so.1")
    except OSError as error:
        raise OSError(f"libnftables.so.1 is missing: {error}") from error


def _load_library() -> None:
    _library()


def _load_a_table() -> None:
    library = _library()
    namespaces.unshare_site()
    library.nft_ctx_new.restype = ctypes.c_void_p
    library.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
    context = ctypes.c_void_p(library.nft_ctx_new(0))
    library.nft_ctx_buffer_error(context)
    if library.nft_run_cmd_from_buffer(context, TABLE) != 0:
        said = library.nft_ctx_get_error_buffer(context).decode().strip()
        raise OSError(f"the kernel takes no table: {said.splitlines()[0] if said else 'no reason'}")


def _program(name: str, package: str, why: str, needed: bool) -> Finding:
    path = shutil.which(name)
    if path is None:
        todo = f"apt-get install {package}"
        return Finding(name, False, "missing", f"{why[0].upper()}{why[1:]}.", todo, needed)
    version = _version(path, "-V" if name == "ip" else "-v" if name == "dig" else "--version")
    return Finding(name, True, version or path, needed=needed)


def _version(path: str, flag: str) -> str:
    try:
        result = subprocess.run(
            [path, flag], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"\d+\.\d+[\w.\-]*", result.stdout + result.stderr)
    return found[0] if found else ""


def _open_files() -> Finding:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    vpcs = max(0, (hard - FILES_OF_A_SITE) // FILES_A_VPC)
    return Finding(
        "open files",
        vpcs >= 1,
        f"{hard}: enough for about {vpcs} VPCs",
        "Each VPC costs the site's processes some open files.",
        "ulimit -Hn 65536",
        needed=False,
    )


def _in_a_child(work: Callable[[], None]) -> None:
    """Do something that changes a process for good in a child. Raises OSError with its words."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        signal.alarm(PATIENCE)
        try:
            work()
        except BaseException as error:
            os.write(writer, str(error).encode()[:4000] or b"failed")
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        words = told.read()
    status = os.waitpid(child, 0)[1]
    if words or status:
        raise OSError(words or f"it took longer than {PATIENCE} s")


def main() -> None:
    """Print every finding."""
    for finding in findings():
        print(json.dumps(asdict(finding)))


if __name__ == "__main__":
    main()

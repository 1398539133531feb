"""Run a command as an ordinary user who can read this checkout and this Python, wherever they lie.

python tests/story/as_user.py COMMAND…

For a test that runs as root. The checkout or the interpreter may lie below a directory that only
root may enter; nothing of the machine is changed for that: in a mount namespace of its own such a
directory is covered by an empty one that everybody may enter, with the needed folders bound into
it.
"""

import ctypes
import os
import sys
from pathlib import Path

UID = 61234  # nobody's on any machine: no entry in /etc/passwd, no group
CLONE_NEWNS = 0x00020000
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000
NEEDED = (
    Path(__file__).resolve().parents[2],
    Path(sys.prefix),
    Path(sys.base_prefix),
    *(Path(entry) for entry in sys.path if entry and Path(entry).is_dir()),
)

LIBC = ctypes.CDLL(None, use_errno=True)


def main(command: list[str]) -> None:
    if os.geteuid() == 0:
        _become_ordinary()
    os.execvp(command[0], command)


def _become_ordinary() -> None:
    _check(LIBC.unshare(CLONE_NEWNS), "unshare")
    _mount(None, Path("/"), None, MS_REC | MS_PRIVATE)
    for covered in sorted({path for needed in NEEDED if (path := _closed(needed))}):
        _open_up(covered, [needed for needed in NEEDED if needed.is_relative_to(covered)])
    os.environ["HOME"] = "/tmp"
    os.setgroups([])
    os.setgid(UID)
    os.setuid(UID)


def _closed(path: Path) -> Path | None:
    """Give the topmost directory on the way to `path` that others may not enter."""
    for step in (*reversed(path.parents), path):
        if step.is_dir() and not step.stat().st_mode & 0o001:
            return step
    return None


def _open_up(covered: Path, needed: list[Path]) -> None:
    """Cover a directory by an empty one, and bind what is needed into it."""
    folders = [
        path for path in needed if not any(o != path and path.is_relative_to(o) for o in needed)
    ]
    opened = [(path, os.open(path, os.O_PATH | os.O_DIRECTORY)) for path in dict.fromkeys(folders)]
    _mount("tmpfs", covered, "tmpfs", 0, "mode=755")
    for path, descriptor in opened:
        path.mkdir(parents=True, exist_ok=True)
        _mount(f"/proc/self/fd/{descriptor}", path, None, MS_BIND | MS_REC)
        os.close(descriptor)


def _mount(source: str | None, target: Path, kind: str | None, flags: int, data: str = "") -> None:
    encoded = [text.encode() if text is not None else None for text in (source, str(target), kind)]
    _check(LIBC.mount(*encoded, ctypes.c_ulong(flags), data.encode() or None), f"mount {target}")


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


if __name__ == "__main__":
    main(sys.argv[1:])

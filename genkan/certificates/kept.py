"""`Kept`: a folder of certificates with their private keys, a file for an ARN.

A file is PEM as OpenSSL reads it (the key, the certificate, its chain) below a first line that
tells, as JSON, the ARN and whatever else its owner wants to know again; readers of PEM pass over
it. Files are replaced whole, and belong to their owner alone.
"""

import hashlib
import json
import os
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORM = ".pem"
Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate, its chain without the root, its private key; all PEM."""

    arn: str
    key: str
    certificate: str
    chain: str = ""
    about: dict[str, Any] = field(default_factory=dict)  # what JSON can say

    def text(self) -> str:
        """Give what its file holds."""
        told = {
            "arn": self.arn,
            "about": self.about,
            "lengths": [len(self.key), len(self.certificate)],
        }
        return f"{json.dumps(told, sort_keys=True)}\n{self.key}{self.certificate}{self.chain}"


class Kept:
    """The certificates in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, arn: str) -> Path:
        """Give where the certificate with this ARN is, if there is one."""
        return self._folder / f"{hashlib.sha256(arn.encode()).hexdigest()[:40]}{FORM}"

    def has(self, arn: str) -> bool:
        return self.path(arn).exists()

    def stamp(self, arn: str) -> Stamp | None:
        """Give what differs whenever the certificate does; None where there is none."""
        try:
            state = self.path(arn).stat()
        except FileNotFoundError:
            return None
        return state.st_ino, state.st_mtime_ns, state.st_size

    def put(self, held: Held) -> None:
        """Keep a certificate in place of what its ARN had. Raises OSError."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        path, text = self.path(held.arn), held.text()
        if path.exists() and path.read_text() == text:
            return
        new = path.with_suffix(".new")
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)

    def drop(self, arn: str) -> None:
        self.path(arn).unlink(missing_ok=True)

    def all(self) -> Iterator[Held]:
        """Give what is kept; what cannot be read is passed over."""
        for path in sorted(self._folder.glob(f"*{FORM}")):
            try:
                first, _, pem = path.read_text().partition("\n")
                told = json.loads(first)
                key, certificate = told["lengths"]
                yield Held(
                    told["arn"],
                    pem[:key],
                    pem[key : key + certificate],
                    pem[key + certificate :],
                    told["about"],
                )
            except (ValueError, KeyError, TypeError, RecursionError):
                continue


def why_unusable(held: Held) -> str | None:
    """Say why a server cannot show a certificate with this key; None when it can."""
    memory = os.memfd_create("certificate", os.MFD_CLOEXEC)
    try:
        os.write(memory, held.text().encode())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # An encrypted key would be asked for at the terminal.
        context.load_cert_chain(f"/proc/self/fd/{memory}", password=lambda: "")
    except (ssl.SSLError, ValueError) as error:
        return str(error)
    finally:
        os.close(memory)
    return None

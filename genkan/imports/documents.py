"""Files → documents: one answer of a call each, with what is known of the call.

A folder, a file, or several; JSON, JSON Lines, or answers that follow each other in one file, as a
client that goes through pages prints them, packed by gzip or not; YAML, if it is a template of
CloudFormation's. What a document holds is told by its content, never by the name of its file. Where
an answer does not say what it is about (GetManagedPrefixListEntries names no list), its collector
says it: `{"Operation": …, "Parameters": {…}, "Response": {…}}`.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from genkan.imports.notes import Note, NoteCode

SUFFIXES = (".json", ".jsonl", ".ndjson")
YAML_SUFFIXES = (".yaml", ".yml", ".template")
PACKED, GZIP = ".gz", b"\x1f\x8b"
MOST_UNPACKED = 1 << 30
TEMPLATE = re.compile(r"^(AWSTemplateFormatVersion|Resources)\s*:", re.MULTILINE)
REGION = re.compile(r"[a-z]{2}(-[a-z]+){1,2}-\d")
ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Document:
    """`account` and `region` are what the folders around a file are called, where they are called
    so: a hint, for answers that do not say it themselves."""

    source: str
    response: Mapping[str, Any]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None
    account: str | None = None
    region: str | None = None
    file: Path | None = None


def read_documents(paths: Iterable[Path]) -> tuple[list[Document], list[Note]]:
    """Read files and folders. What cannot be read is noted; nothing is raised for it.

    Raises FileNotFoundError for a path that is not there.
    """
    documents: list[Document] = []
    notes: list[Note] = []
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(path)
        files = sorted(_files(path)) if path.is_dir() else [path]
        for file in files:
            source = str(file.relative_to(path.parent)) if path.is_dir() else file.name
            try:
                text = _read(file)
            except (OSError, EOFError, zlib.error, ValueError) as error:
                notes.append(_unreadable(source, str(error)))
                continue
            if not _is_yaml(file, text):
                found_here = _documents(source, text, notes)
                documents.extend(replace(one, file=file) for one in found_here)
                continue
            found = _yaml(source, text)
            if isinstance(found, Document):
                documents.append(replace(found, file=file))
            elif not path.is_dir() or TEMPLATE.search(text):
                notes.append(found)  # other YAML lies in folders, and is none of ours
    return documents, notes


def _files(folder: Path) -> Iterator[Path]:
    known = (*SUFFIXES, *YAML_SUFFIXES)
    for file in folder.rglob("*"):
        if file.name.removesuffix(PACKED).endswith(known) and file.is_file():
            yield file


def _read(file: Path) -> str:
    """Give a file's text, unpacked where it is packed.

    Raises OSError, EOFError, zlib.error, and ValueError for what is no text or too much.
    """
    with file.open("rb") as opened:
        packed = opened.read(len(GZIP)) == GZIP
        opened.seek(0)
        if not packed:
            return opened.read().decode("utf-8-sig")
        held = gzip.GzipFile(fileobj=opened).read(MOST_UNPACKED + 1)
    if len(held) > MOST_UNPACKED:
        raise ValueError(f"unpacked it is more than {MOST_UNPACKED} bytes")
    return held.decode("utf-8-sig")


def _is_yaml(file: Path, text: str) -> bool:
    """Tell YAML from JSON by how it begins, and by its name only where there is nothing else."""
    if text.lstrip()[:1] in ("{", "["):
        return False
    return file.suffix in YAML_SUFFIXES or bool(TEMPLATE.search(text))


def _yaml(source: str, text: str) -> Document | Note:
    from genkan.imports.cloudformation import UnreadableYaml, is_template, read_yaml

    try:
        content = read_yaml(text)
    except UnreadableYaml as error:
        return _unreadable(source, str(error))
    if isinstance(content, dict) and is_template(content):
        return _document(source, content)
    return _unreadable(source, "it is YAML, and no template of CloudFormation's")


def _documents(source: str, text: str, notes: list[Note]) -> Iterator[Document]:
    try:
        for value in _values(text):
            if isinstance(value, dict):
                yield _document(source, value)
            elif isinstance(value, list):
                yield from (_document(source, one) for one in value if isinstance(one, dict))
            else:
                notes.append(_unreadable(source, f"{str(value)[:40]!r} is no answer of a call"))
    except (json.JSONDecodeError, RecursionError) as error:
        notes.append(_unreadable(source, str(error)))


def _values(text: str) -> Iterator[Any]:
    """Give the JSON values that follow each other in a text. Raises JSONDecodeError."""
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        value, at = decoder.raw_decode(text, at)
        yield value


def _document(source: str, value: Mapping[str, Any]) -> Document:
    parts = re.split(r"[/\\]", source)
    region = next((part for part in reversed(parts) if REGION.fullmatch(part)), None)
    account = next((part for part in reversed(parts) if ACCOUNT.fullmatch(part)), None)
    response = value.get("Response")
    if not isinstance(response, dict):
        return Document(source, value, account=account, region=region)
    parameters = value.get("Parameters")
    operation = value.get("Operation")
    return Document(
        source,
        response,
        parameters if isinstance(parameters, dict) else {},
        operation if isinstance(operation, str) else None,
        _text(value.get("Account")) or account,
        _text(value.get("Region")) or region,
    )


def _text(value: Any) -> str | None:  # noqa: ANN401 - whatever a file says
    return value if isinstance(value, str) and value else None


def _unreadable(source: str, why: str) -> Note:
    return Note(
        source,
        NoteCode.UNREADABLE,
        f"It was left out, for it cannot be read: {why}. Collect it again.",
    )

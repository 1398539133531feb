"""botocore's service models, held as text.

EC2's model takes 40 MB as Python objects and 1.2 MB as text without its documentation. So a model
is split, once, into the text of each operation and each shape; what is asked for is parsed and
kept. On the way in every value is read on its own: the whole model never stands in memory.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

# botocore has no types; these are its shapes and models, and what a shape describes.
Shape = Any
Value = Any
Model = Any
OperationModel = Any

DECODER = json.JSONDecoder()
SPACE = re.compile(r"\s*")
SPLIT = ("operations", "shapes")
KEPT = ("metadata", "version")
PROSE = ("documentation", "deprecatedMessage", "deprecatedSince", "pattern", "examples")


@cache
def snake_case(name: str) -> str:
    """Write an API name as botocore's clients do (`DescribeVpcs`: `describe_vpcs`)."""
    from botocore import xform_name

    return str(xform_name(name))


@cache
def service_model(name: str) -> "ServiceModel":
    """Give the newest model of a service by botocore's name of it (`ec2`, `elbv2`).

    Shapes come without documentation and patterns. Raises botocore's UnknownServiceError.
    """
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    loader = Loader()
    path = _model_file(loader, name)
    if path is None or _has_extras(path):
        return ServiceModel(_split(loader.load_service_model(name, "service-2")), name)
    return ServiceModel(_read(path), name)


class Texts(Mapping[str, Any]):
    """JSON values by name, each kept as text until it is asked for."""

    def __init__(self, texts: dict[str, bytes]) -> None:
        self._texts = texts
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Value:
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = json.loads(self._texts[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def _model_file(loader: "Loader", name: str) -> Path | None:
    from botocore.exceptions import DataNotFoundError, UnknownServiceError

    try:
        version = loader.determine_latest_version(name, "service-2")
    except DataNotFoundError as error:
        known = ", ".join(loader.list_available_services("service-2"))
        raise UnknownServiceError(service_name=name, known_service_names=known) from error
    for folder in loader.search_paths:
        path = Path(folder, name, version, "service-2.json.gz")
        if path.is_file():
            return path
    return None


def _has_extras(path: Path) -> bool:
    return any(path.parent.glob("service-2.sdk-extras.json*"))


def _read(path: Path) -> dict[str, Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        text = file.read()
    description: dict[str, Any] = {}
    decode = DECODER.raw_decode

    def read_section(key: str, at: int) -> int:
        if key not in SPLIT:
            description[key], at = decode(text, at)
            return at
        texts: dict[str, bytes] = {}

        def read_one(name: str, at: int) -> int:
            value, at = decode(text, at)
            texts[name] = _text(value)
            return at

        description[key] = Texts(texts)
        return _object(text, at, read_one)

    _object(text, 0, read_section)
    return {key: description[key] for key in (*KEPT, *SPLIT) if key in description}


def _split(model: Mapping[str, Any]) -> dict[str, Any]:
    return {key: model[key] for key in KEPT if key in model} | {
        key: Texts({name: _text(value) for name, value in model[key].items()}) for key in SPLIT
    }


def _object(text: str, at: int, read: Callable[[str, int], int]) -> int:
    """Read the object at `at`: `read` is given each key and where its value begins, and gives where
    it ends. Gives where the object ends."""
    at = _skip(text, _skip(text, at) + 1)
    while text[at] != "}":
        key, at = DECODER.raw_decode(text, at)
        at = _skip(text, read(key, _skip(text, _skip(text, at) + 1)))
        if text[at] == ",":
            at = _skip(text, at + 1)
    return at + 1


def _skip(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    return found.end() if found else at


def _text(value: dict[str, Any]) -> bytes:
    for key in PROSE:
        value.pop(key, None)
    for member in value.get("members", {}).values():
        _drop_prose(member)
    for key in ("member", "key", "value", "input", "output"):
        _drop_prose(value.get(key))
    return json.dumps(value, separators=(",", ":")).encode()


def _drop_prose(reference: Value) -> None:
    if isinstance(reference, dict):
        for key in PROSE:
            reference.pop(key, None)

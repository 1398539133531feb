"""What the expressions of a plan's configuration refer to, through modules.

"JSON Output Format" in Terraform's documentation: an expression lists what it refers to, and not
what it does with it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from genkan.imports.members import inner, rows, texts

INDEX = re.compile(r"\[[^\]]*\]")
TOKEN = re.compile(r"[^.\[\]]+|\[[^\]]*\]")
MOST_HOPS = 16  # from module to module


class Reference(NamedTuple):
    """What an expression refers to: an address without an index, the index of one instance if it
    has one, and the attribute, with the numbers of what stands in lists."""

    base: str
    attribute: str
    instance: str = ""


class Configuration:
    """What the expressions of a plan's configuration refer to."""

    def __init__(self, plan: Mapping[str, Any]) -> None:
        held = inner(plan, "configuration")
        self._modules: dict[str, Mapping[str, Any]] = {}
        self._resources: dict[str, Mapping[str, Any]] = {}
        self._calls: dict[str, Mapping[str, Any]] = {}
        self._after: dict[str, Sequence[str]] = {}  # what is said in depends_on
        self._take("", inner(held, "root_module"))

    def _take(self, path: str, module: Mapping[str, Any]) -> None:
        self._modules[path] = module
        for one in rows(module, "resources"):
            name = path + str(one.get("address"))
            self._resources[name] = inner(one, "expressions")
            self._after[name] = texts(one, "depends_on")
        calls = inner(module, "module_calls")
        for called in calls:
            call, inside = inner(calls, called), f"{path}module.{called}."
            self._calls[inside] = inner(call, "expressions")
            self._take(inside, inner(call, "module"))

    def references(self, base: str, attribute: str) -> list[Reference]:
        """Give what an attribute's expression refers to: resources, followed through modules."""
        return self.followed(base, self._resources.get(base, {}).get(attribute))

    def _followed(self, path: str, names: Sequence[str], hops: int) -> Iterator[Reference]:
        for name in _whole(names) if hops < MOST_HOPS else ():
            tokens = TOKEN.findall(name)
            parts = [one for one in tokens if not one.startswith("[")]
            if not parts:
                continue
            if parts[0] == "var" and len(parts) > 1 and path in self._calls:
                outer = _outer(path)
                yield from self._followed(outer, _named(self._calls[path].get(parts[1])), hops + 1)
            elif parts[0] == "module" and len(parts) > 2:
                inside = f"{path}module.{parts[1]}."
                output = inner(inner(self._modules.get(inside, {}), "outputs"), parts[2])
                yield from self._followed(inside, _named(output.get("expression")), hops + 1)
            elif parts[0] not in ("var", "local", "each", "count", "path", "terraform", "self"):
                at = 3 if parts[0] == "data" else 2
                rest = tokens[at:]
                index = rest.pop(0) if rest and rest[0].startswith("[") else ""
                attribute = ".".join(one.strip('[]"') for one in rest) or "id"
                yield Reference(path + ".".join(tokens[:at]), attribute, index)

    def is_written(self, base: str, attribute: str) -> bool:
        """Tell whether somebody wrote an expression for an attribute."""
        return bool(self._resources.get(base, {}).get(attribute))

    def blocks(self, base: str, attribute: str) -> list[Mapping[str, Any]]:
        """Give the blocks of a resource as they are written: an expression a member."""
        held = self._resources.get(base, {}).get(attribute)
        return [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []

    def followed(self, base: str, expression: Any) -> list[Reference]:  # noqa: ANN401 - JSON
        """Give what an expression of a resource refers to."""
        return list(dict.fromkeys(self._followed(_module_of(base), _named(expression), 0)))

    def depends(self, base: str) -> set[str]:
        """Give the resources that a resource refers to in any of its expressions."""
        path = _module_of(base)
        names = [name for one in self._resources.get(base, {}).values() for name in _named(one)]
        found = {one.base for one in self._followed(path, names, 0)}
        told = (f"{path}{INDEX.sub('', one)}" for one in self._after.get(base, ()))
        return found | {one for one in told if one in self._resources}


def _named(expression: Any) -> list[str]:  # noqa: ANN401 - JSON
    """Give the references in an expression, those in its blocks too."""
    if isinstance(expression, list):
        return [name for one in expression for name in _named(one)]
    if not isinstance(expression, dict):
        return []
    held = expression.get("references")
    if isinstance(held, list):
        return [str(one) for one in held]
    return [name for one in expression.values() for name in _named(one)]


def _whole(names: Sequence[str]) -> list[str]:
    """Take out what only repeats the beginning of the name before it: Terraform lists both
    `aws_vpc.main.id` and `aws_vpc.main`."""
    return [
        name
        for name in names
        if not any(other != name and other.startswith((f"{name}.", f"{name}[")) for other in names)
    ]


def _module_of(base: str) -> str:
    parts = base.split(".")
    at = 0
    while at + 1 < len(parts) and parts[at] == "module":
        at += 2
    return "".join(f"{part}." for part in parts[:at])


def _outer(path: str) -> str:
    return "".join(f"{part}." for part in path.rstrip(".").split(".")[:-2])

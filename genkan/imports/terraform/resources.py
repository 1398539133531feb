"""The resources in a state or a plan, in whichever form it is written.

"JSON Output Format" in Terraform's documentation: unknown members are to be ignored, and another
major version refused. The state's own file is version 4.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from genkan.imports.members import Row, inner, rows, texts

MAJOR = re.compile(r"1\.\d+")
STATE_FILE = 4


class UnknownFormat(Exception):
    """A file of Terraform's in a form that is not known; the message says which."""


@dataclass(frozen=True, slots=True)
class TerraformResource:
    """`address` is Terraform's name for it; `managed`: not a data source; `depends`: addresses,
    without indexes, of what it referred to when it was made."""

    address: str
    type: str
    values: Row
    managed: bool = True
    depends: tuple[str, ...] = ()


def is_plan(content: Mapping[str, Any]) -> bool:
    return "resource_changes" in content or "planned_values" in content


def is_state(content: Mapping[str, Any]) -> bool:
    shown = "terraform_version" in content and "values" in content
    own = "lineage" in content and "resources" in content
    return is_plan(content) or shown or own


def resources_of(content: Mapping[str, Any]) -> Iterator[TerraformResource]:
    """Give the resources of a state, or of what there is before a plan. Raises UnknownFormat."""
    if "lineage" in content:
        if content.get("version") != STATE_FILE:
            raise UnknownFormat(f"its version is {content.get('version')}, not {STATE_FILE}")
        yield from _of_state_file(content)
        return
    version = content.get("format_version")
    if version is not None and not MAJOR.fullmatch(str(version)):
        raise UnknownFormat(f"its format_version is {version}, not 1.x")
    held = inner(content, "prior_state") if is_plan(content) else content
    yield from _of_module(inner(inner(held, "values"), "root_module"))


def _of_module(module: Row) -> Iterator[TerraformResource]:
    for one in rows(module, "resources"):
        values = inner(one, "values")
        if isinstance(one.get("type"), str) and values:
            managed = one.get("mode", "managed") == "managed"
            depends = texts(one, "depends_on")
            yield TerraformResource(str(one.get("address")), one["type"], values, managed, depends)
    for child in rows(module, "child_modules"):
        yield from _of_module(child)


def _of_state_file(content: Mapping[str, Any]) -> Iterator[TerraformResource]:
    for one in rows(content, "resources"):
        name = f"{one.get('type')}.{one.get('name')}"
        module = f"{one['module']}." if one.get("module") else ""
        for instance in rows(one, "instances"):
            index = instance.get("index_key")
            shown = "" if index is None else f"[{index!r}]".replace("'", '"')
            values = inner(instance, "attributes")
            if isinstance(one.get("type"), str) and values:
                managed = one.get("mode", "managed") == "managed"
                yield TerraformResource(f"{module}{name}{shown}", one["type"], values, managed)

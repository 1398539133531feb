"""XML documents as small trees.

A document type declaration is refused (no entities to expand), and so is deep nesting. Namespaces
are dropped from element names: no AWS service tells members apart by them.
"""

from dataclasses import dataclass, field

# Expat itself is fed: the declaration's handler refuses what would be dangerous to a parser.
from xml.parsers import expat

DEEPEST = 64


class BadXml(ValueError):
    """What is no XML, or XML that no service sends."""


@dataclass(slots=True)
class Element:
    """An element: its local name, its attributes, its children and its text."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def child(self, name: str) -> "Element | None":
        """Give the first child with that name, or None."""
        return next((one for one in self.children if one.name == name), None)

    def text_of(self, *path: str) -> str | None:
        """Give the text of the element that the names lead to, or None."""
        found: Element | None = self
        for name in path:
            found = found.child(name) if found else None
        return found.text if found else None


def parse_xml(body: bytes) -> Element:
    """Read a document. Raises BadXml."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = builder.refuse_doctype
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise BadXml(str(error)) from error
    return builder.root.children[0]


class _Builder:
    def __init__(self) -> None:
        self.root = Element("")
        self._open = [self.root]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > DEEPEST:
            raise BadXml(f"elements stand more than {DEEPEST} deep")
        element = Element(name.rpartition(":")[2], attributes)
        self._open[-1].children.append(element)
        self._open.append(element)

    def end(self, name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].text += text

    def refuse_doctype(self, *declaration: object) -> None:
        raise BadXml("a document type declaration is not allowed")

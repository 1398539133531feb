"""What a mapping template finds: `$input`, `$context`, `$stageVariables` and `$util`.

"API Gateway mapping template and access logging variable reference" in the developer guide.
"""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from genkan.services.gateway.json_path import PathUnusable, find
from genkan.services.gateway.velocity import Offered, TemplateUnusable, render

QUOTE = "'"


def rendered(
    template: str,
    body: str,
    context: Mapping[str, Any],
    variables: Mapping[str, str],
    parameters: Mapping[str, Mapping[str, str]] | None = None,
) -> str:
    """Give what a template makes of a body. `parameters` are those of the path, the query string
    and the headers of the request, under `path`, `querystring` and `header`. Raises
    TemplateUnusable."""
    names = {
        "input": _Input(body, parameters or {}),
        "context": context,
        "stageVariables": dict(variables),
        "util": UTIL,
    }
    return render(template, names)


def document_of(body: str) -> Any:  # noqa: ANN401 - JSON
    """Read a body as JSON; what is none is a string of itself, and nothing an object."""
    if not body.strip():
        return {}
    try:
        return json.loads(body)
    except ValueError:
        return body


class _Input(Offered):
    """`$input`: the body, and the parameters of the request."""

    def __init__(self, body: str, parameters: Mapping[str, Mapping[str, str]]) -> None:
        self._parameters = parameters
        self._body = body
        self._document: Any = None
        self._is_read = False
        methods: dict[str, Callable[..., Any]] = {
            "path": self._path,
            "json": self._json,
            "params": self._params,
        }
        super().__init__(methods, {"body": body})

    def _path(self, path: str) -> Any:  # noqa: ANN401 - JSON
        if not self._is_read:
            self._document, self._is_read = document_of(self._body), True
        try:
            return find(self._document, path)
        except PathUnusable as error:
            raise TemplateUnusable(str(error)) from error

    def _json(self, path: str) -> str:
        found = self._path(path)
        return '""' if found is None else json.dumps(found, ensure_ascii=False)

    def _params(self, name: str | None = None) -> Any:  # noqa: ANN401 - a value, or all of them
        if name is None:
            return {kind: dict(held) for kind, held in self._parameters.items()}
        for kind in ("path", "querystring", "header"):
            for one, value in self._parameters.get(kind, {}).items():
                if one == name or (kind == "header" and one.lower() == name.lower()):
                    return value
        return ""


def escape_java_script(text: str) -> str:
    """Escape a string as `$util.escapeJavaScript` does: single quotes too."""
    return json.dumps(str(text))[1:-1].replace("/", "\\/").replace(QUOTE, "\\'")


def _parse_json(text: str) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError as error:
        raise TemplateUnusable(f"$util.parseJson: {error}") from error


UTIL = Offered(
    {
        "escapeJavaScript": escape_java_script,
        "parseJson": _parse_json,
        "urlEncode": lambda text: quote_plus(str(text)),
        "urlDecode": lambda text: unquote_plus(str(text)),
        "base64Encode": lambda text: base64.b64encode(str(text).encode()).decode(),
        "base64Decode": lambda text: base64.b64decode(str(text)).decode(errors="replace"),
    }
)

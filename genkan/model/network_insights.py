"""Network insights: paths, access scopes, and the analyses that were made of them.

"Reachability Analyzer" and "Network Access Analyzer" user guides.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from genkan.model.resource import Resource


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInsightsPath(Resource):
    """A question: does the destination answer the source? Filters are JSON text."""

    kind: ClassVar[str] = "network-insights-path"

    source: str
    destination: str | None
    protocol: str  # tcp or udp
    created_at: datetime
    source_ip: str | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
    filter_at_source: str | None = None
    filter_at_destination: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInsightsAnalysis(Resource):
    """What was found of a path when it was asked: `found` None and a message where nothing was.

    The path's components and the explanations are JSON text, by the API's names.
    """

    kind: ClassVar[str] = "network-insights-analysis"

    path_id: str
    started_at: datetime
    found: bool | None
    message: str | None = None
    forward: str = "[]"
    back: str = "[]"
    explanations: str = "[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInsightsAccessScope(Resource):
    """`content` is JSON text: MatchPaths and ExcludePaths by the API's names."""

    kind: ClassVar[str] = "network-insights-access-scope"

    created_at: datetime
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkInsightsAccessScopeAnalysis(Resource):
    """What was found of a scope when it was asked: `found` None and a message where nothing was;
    nothing yet while it is `running`.

    `findings` are JSON text: a list of components, by the API's names, a finding; `interfaces` is
    how many were looked at.
    """

    kind: ClassVar[str] = "network-insights-access-scope-analysis"

    scope_id: str
    started_at: datetime
    message: str | None = None
    found: bool | None = None
    findings: str = "[]"
    interfaces: int = 0
    running: bool = False
    ended_at: datetime | None = None

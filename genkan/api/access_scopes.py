"""Network insights access scopes, and analyses of them.

A scope is kept and shown. Its analysis is begun, and shown as running; who knows the program makes
it (`analysed`) beside the calls that come meanwhile, for it may take seconds. A finding is a way
from an interface, or from the internet, that MatchPaths look for and ExcludePaths do not except.
"Network Access Analyzer" user guide.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from genkan.api.call import Answer, Call
from genkan.api.idempotency import idempotent
from genkan.api.ids import need
from genkan.api.network_insights_answers import path_components
from genkan.api.output import present
from genkan.api.selection import Values, matching, page, select
from genkan.api.tagging import from_specifications, shown
from genkan.model.errors import DependencyViolation
from genkan.model.network import delete, put
from genkan.model.network_insights import (
    NetworkInsightsAccessScope,
    NetworkInsightsAccessScopeAnalysis,
)

MOST_FINDINGS = 1000  # that are kept; more are there where so many are
_SCOPES: Mapping[str, Values[NetworkInsightsAccessScope]] = {}
_ANALYSES: Mapping[str, Values[NetworkInsightsAccessScopeAnalysis]] = {}


@idempotent(NetworkInsightsAccessScope, lambda call, rows: _made(rows[0]), echoed=False)
def create_network_insights_access_scope(
    call: Call,
    *,
    match_paths: Sequence[Mapping[str, Any]] | None = None,
    exclude_paths: Sequence[Mapping[str, Any]] | None = None,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    content = {"MatchPaths": match_paths or [], "ExcludePaths": exclude_paths or []}
    scope = NetworkInsightsAccessScope(
        id=call.new_id("nis"),
        account=call.account,
        region=call.region,
        tags=from_specifications(NetworkInsightsAccessScope.kind, tag_specifications),
        created_at=call.now,
        content=json.dumps(content, sort_keys=True),
    )
    return Answer(_made(scope), put(scope))


def describe_network_insights_access_scopes(
    call: Call,
    *,
    network_insights_access_scope_ids: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    ids = network_insights_access_scope_ids
    rows = select(call, NetworkInsightsAccessScope, ids=ids, filters=filters, table=_SCOPES)
    some, token = page(rows, max_results, next_token)
    return Answer(
        present(NetworkInsightsAccessScopes=[_scope(row) for row in some], NextToken=token)
    )


def get_network_insights_access_scope_content(
    call: Call, *, network_insights_access_scope_id: str
) -> Answer:
    scope = need(call, NetworkInsightsAccessScope, network_insights_access_scope_id)
    return Answer({"NetworkInsightsAccessScopeContent": _content(scope)})


def delete_network_insights_access_scope(
    call: Call, *, network_insights_access_scope_id: str
) -> Answer:
    scope = need(call, NetworkInsightsAccessScope, network_insights_access_scope_id)
    held = list(call.network.where(NetworkInsightsAccessScopeAnalysis, scope_id=scope.id))
    if held:
        raise DependencyViolation(
            f"The access scope '{scope.id}' has {len(held)} analyses and cannot be deleted. "
            "Delete those first."
        )
    return Answer({"NetworkInsightsAccessScopeId": scope.id}, delete(scope))


@idempotent(NetworkInsightsAccessScopeAnalysis, lambda call, rows: _started(rows[0]), echoed=False)
def start_network_insights_access_scope_analysis(
    call: Call,
    *,
    network_insights_access_scope_id: str,
    tag_specifications: Sequence[Mapping[str, Any]] | None = None,
) -> Answer:
    scope = need(call, NetworkInsightsAccessScope, network_insights_access_scope_id)
    analysis = NetworkInsightsAccessScopeAnalysis(
        id=call.new_id("nisa"),
        account=call.account,
        region=call.region,
        tags=from_specifications(NetworkInsightsAccessScopeAnalysis.kind, tag_specifications),
        scope_id=scope.id,
        started_at=call.now,
        running=True,
    )
    return Answer(_started(analysis), put(analysis))


def analysed(
    call: Call, analysis: NetworkInsightsAccessScopeAnalysis
) -> NetworkInsightsAccessScopeAnalysis:
    """Make an analysis that is running; give it with what was found."""
    scope = need(call, NetworkInsightsAccessScope, analysis.scope_id)
    return replace(analysis, **_found(call, scope))


def describe_network_insights_access_scope_analyses(
    call: Call,
    *,
    network_insights_access_scope_analysis_ids: Sequence[str] | None = None,
    network_insights_access_scope_id: str | None = None,
    analysis_start_time_begin: datetime | None = None,
    analysis_start_time_end: datetime | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    rows = select(
        call,
        NetworkInsightsAccessScopeAnalysis,
        ids=network_insights_access_scope_analysis_ids,
        filters=None,
        table=_ANALYSES,
    )
    if network_insights_access_scope_id:
        scope = need(call, NetworkInsightsAccessScope, network_insights_access_scope_id)
        rows = [row for row in rows if row.scope_id == scope.id]
    first, last = analysis_start_time_begin or datetime.min, analysis_start_time_end or datetime.max
    inside = [row for row in rows if _naive(first) <= _naive(row.started_at) <= _naive(last)]
    some, token = page(matching(inside, filters, _ANALYSES), max_results, next_token)
    analyses = [_analysis(row) for row in some]
    return Answer(present(NetworkInsightsAccessScopeAnalyses=analyses, NextToken=token))


def get_network_insights_access_scope_analysis_findings(
    call: Call,
    *,
    network_insights_access_scope_analysis_id: str,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    row = need(call, NetworkInsightsAccessScopeAnalysis, network_insights_access_scope_analysis_id)
    findings = [
        {
            "NetworkInsightsAccessScopeAnalysisId": row.id,
            "NetworkInsightsAccessScopeId": row.scope_id,
            "FindingId": f"{row.id}-{number}",
            "FindingComponents": components,
        }
        for number, components in enumerate(json.loads(row.findings), 1)
    ]
    some, token = page(findings, max_results, next_token)
    return Answer(
        present(
            NetworkInsightsAccessScopeAnalysisId=row.id,
            AnalysisStatus=_status(row),
            AnalysisFindings=list(some),
            NextToken=token,
        )
    )


def delete_network_insights_access_scope_analysis(
    call: Call, *, network_insights_access_scope_analysis_id: str
) -> Answer:
    row = need(call, NetworkInsightsAccessScopeAnalysis, network_insights_access_scope_analysis_id)
    return Answer({"NetworkInsightsAccessScopeAnalysisId": row.id}, delete(row))


def _found(call: Call, scope: NetworkInsightsAccessScope) -> dict[str, Any]:
    """Ask the network; give what an analysis keeps of the answer."""
    access = call.find_access(call.network, scope.content)
    if access.refused is not None:
        return {"found": None, "message": access.refused}
    kept = access.ways[:MOST_FINDINGS]
    findings = [path_components(call, way, first) for first, way in kept]
    left = len(access.ways) - len(kept)
    return {
        "found": bool(findings),
        "findings": json.dumps(findings),
        "interfaces": access.interfaces,
        "message": f"{left} more findings are not kept; narrow the scope." if left else None,
    }


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _arn(row: NetworkInsightsAccessScope | NetworkInsightsAccessScopeAnalysis) -> str:
    return f"arn:aws:ec2:{row.region}:{row.account}:{row.kind}/{row.id}"


def _scope(row: NetworkInsightsAccessScope) -> dict[str, Any]:
    return {
        "NetworkInsightsAccessScopeId": row.id,
        "NetworkInsightsAccessScopeArn": _arn(row),
        "CreatedDate": row.created_at,
        "UpdatedDate": row.created_at,
        "Tags": shown(row.tags),
    }


def _content(row: NetworkInsightsAccessScope) -> dict[str, Any]:
    return {"NetworkInsightsAccessScopeId": row.id, **json.loads(row.content)}


def _made(row: NetworkInsightsAccessScope) -> dict[str, Any]:
    return {
        "NetworkInsightsAccessScope": _scope(row),
        "NetworkInsightsAccessScopeContent": _content(row),
    }


def _analysis(row: NetworkInsightsAccessScopeAnalysis) -> dict[str, Any]:
    return {
        "NetworkInsightsAccessScopeAnalysisId": row.id,
        "NetworkInsightsAccessScopeAnalysisArn": _arn(row),
        "NetworkInsightsAccessScopeId": row.scope_id,
        "Status": _status(row),
        **({"StatusMessage": row.message} if row.message else {}),
        "StartDate": row.started_at,
        **({} if row.running else {"EndDate": row.ended_at or row.started_at}),
        "FindingsFound": "unknown" if row.found is None else str(row.found).lower(),
        "AnalyzedEniCount": row.interfaces,
        "Tags": shown(row.tags),
    }


def _status(row: NetworkInsightsAccessScopeAnalysis) -> str:
    if row.running:
        return "running"
    return "failed" if row.found is None else "succeeded"


def _started(row: NetworkInsightsAccessScopeAnalysis) -> dict[str, Any]:
    return {"NetworkInsightsAccessScopeAnalysis": _analysis(row)}

"""Network insights: paths, access scopes, analyses of both."""

from tests.api.examples.example import by, example, tagged

MAKE = (
    example(
        "CreateNetworkInsightsPath",
        {
            "Source": "<instance>",
            "Destination": "<vpce>",
            "Protocol": "tcp",
            "DestinationPort": 443,
            "ClientToken": "path",
            "TagSpecifications": tagged("network-insights-path", "to metrics"),
        },
        nip="NetworkInsightsPath.NetworkInsightsPathId",
    ),
    example(
        "StartNetworkInsightsAnalysis",
        {"NetworkInsightsPathId": "<nip>", "ClientToken": "analysis"},
        nia="NetworkInsightsAnalysis.NetworkInsightsAnalysisId",
    ),
    example(
        "CreateNetworkInsightsAccessScope",
        {
            "MatchPaths": [
                {
                    "Source": {
                        "ResourceStatement": {"ResourceTypes": ["AWS::EC2::InternetGateway"]}
                    },
                    "Destination": {"PacketHeaderStatement": {"Protocols": ["tcp"]}},
                }
            ],
            "ClientToken": "scope",
        },
        nis="NetworkInsightsAccessScope.NetworkInsightsAccessScopeId",
    ),
    example(
        "StartNetworkInsightsAccessScopeAnalysis",
        {"NetworkInsightsAccessScopeId": "<nis>", "ClientToken": "scope analysis"},
        nisa="NetworkInsightsAccessScopeAnalysis.NetworkInsightsAccessScopeAnalysisId",
    ),
)
USE = (
    example("DescribeNetworkInsightsPaths", {"NetworkInsightsPathIds": ["<nip>"]}),
    example("DescribeNetworkInsightsAnalyses", {"NetworkInsightsAnalysisIds": ["<nia>"]}),
    example(
        "DescribeNetworkInsightsAnalyses",
        {"NetworkInsightsPathId": "<nip>", "Filters": by("status", "succeeded")},
    ),
    example("DescribeNetworkInsightsAccessScopes", {"NetworkInsightsAccessScopeIds": ["<nis>"]}),
    example("GetNetworkInsightsAccessScopeContent", {"NetworkInsightsAccessScopeId": "<nis>"}),
    example(
        "DescribeNetworkInsightsAccessScopeAnalyses", {"NetworkInsightsAccessScopeId": "<nis>"}
    ),
    example(
        "DescribeNetworkInsightsAccessScopeAnalyses",
        {"NetworkInsightsAccessScopeAnalysisIds": ["<nisa>"]},
    ),
    example(
        "GetNetworkInsightsAccessScopeAnalysisFindings",
        {"NetworkInsightsAccessScopeAnalysisId": "<nisa>"},
    ),
)
UNMAKE = (
    example(
        "DeleteNetworkInsightsAccessScopeAnalysis",
        {"NetworkInsightsAccessScopeAnalysisId": "<nisa>"},
    ),
    example("DeleteNetworkInsightsAccessScope", {"NetworkInsightsAccessScopeId": "<nis>"}),
    example("DeleteNetworkInsightsAnalysis", {"NetworkInsightsAnalysisId": "<nia>"}),
    example("DeleteNetworkInsightsPath", {"NetworkInsightsPathId": "<nip>"}),
)

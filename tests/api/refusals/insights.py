"""Network insights: paths, access scopes, their analyses."""

from tests.api.refusals.row import Row, rows

PATH = {"Source": "<instance>", "Destination": "<vpce>", "Protocol": "tcp", "ClientToken": "new"}

ROWS: tuple[Row, ...] = (
    *rows(
        "CreateNetworkInsightsPath",
        PATH,
        ({"Protocol": "icmp"}, "InvalidParameterValue", "icmp"),
        ({"Destination": None}, "MissingParameter", "destination"),
        ({"DestinationPort": 70_000}, "InvalidParameterValue", "70000"),
        ({"SourceIp": "ten"}, "InvalidParameterValue", "ten"),
    ),
    *rows(
        "DeleteNetworkInsightsPath",
        {"NetworkInsightsPathId": "<nip>"},
        ({}, "DependencyViolation", "<nip>"),
    ),
    *rows(
        "StartNetworkInsightsAnalysis",
        {"NetworkInsightsPathId": "<nip>", "ClientToken": "new"},
        ({"FilterInArns": ["arn:aws:ec2:::x"]}, "UnsupportedOperation", "FilterInArns"),
    ),
    *rows(
        "DeleteNetworkInsightsAccessScope",
        {"NetworkInsightsAccessScopeId": "<nis>"},
        ({}, "DependencyViolation", "<nis>"),
    ),
)

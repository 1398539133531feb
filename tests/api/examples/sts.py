"""Who asks, and keys for a while."""

from tests.api.examples.example import example

MAKE = (
    example(
        "sts:AssumeRole",
        {"RoleArn": "arn:aws:iam::<account>:role/web", "RoleSessionName": "me"},
        access_key="Credentials.AccessKeyId",
    ),
)
USE = (
    example("sts:GetCallerIdentity"),
    example("sts:GetAccessKeyInfo", {"AccessKeyId": "<access_key>"}),
    example("sts:GetSessionToken", {"DurationSeconds": 900}),
)
UNMAKE = ()

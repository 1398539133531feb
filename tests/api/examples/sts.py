"""Who asks, and keys for a while."""

from genkan import wire
from tests.api.examples.example import example

DENIAL = wire.encode_message({"allowed": False})

MAKE = (
    example(
        "sts:AssumeRole",
        {"RoleArn": "arn:aws:iam::<account>:role/web", "RoleSessionName": "me"},
        access_key="Credentials.AccessKeyId",
    ),
)
USE = (
    example("sts:GetCallerIdentity"),
    example("sts:DecodeAuthorizationMessage", {"EncodedMessage": DENIAL}),
    example("sts:GetAccessKeyInfo", {"AccessKeyId": "<access_key>"}),
    example(
        "sts:GetFederationToken",
        {
            "Name": "guest",
            "Policy": '{"Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}',
            "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
            "Tags": [{"Key": "team", "Value": "web"}],
        },
    ),
    example("sts:GetSessionToken", {"DurationSeconds": 900}),
)
UNMAKE = ()

"""An AWS account, or a site that stands for one, asked by the client's own settings: the
environment, a profile."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

PATIENCE = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard"})
META = "ResponseMetadata"


class Refused(Exception):
    """A call was refused or not answered; the message says why."""


class AwsAccount:
    """Asks read-only calls, all pages of each. `region` None: what the settings say.

    Raises Refused where no account can be asked.
    """

    def __init__(self, profile: str | None, region: str | None) -> None:
        try:
            self._session = boto3.Session(profile_name=profile, region_name=region)
            identity = self.ask("sts", "GetCallerIdentity", {})
        except BotoCoreError as error:
            raise Refused(str(error)) from error
        self.id = str(identity["Account"])
        self.region = str(self._session.region_name)

    def ask(self, service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Give the whole answer of a call, by AWS's names. Raises Refused."""
        try:
            client = self._session.client(service, config=PATIENCE)
            method = _snake_case(operation)
            if client.can_paginate(method):
                pages = client.get_paginator(method).paginate(**parameters)
                answer: dict[str, Any] = pages.build_full_result()
            else:
                answer = getattr(client, method)(**parameters)
        except (BotoCoreError, ClientError) as error:
            raise Refused(str(error)) from error
        return {name: value for name, value in answer.items() if name != META}


def _snake_case(operation: str) -> str:
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in operation).lstrip("_")

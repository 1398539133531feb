"""Policies of resources that the embedded services hold, asked of their gate."""

import logging

import aiohttp

from genkan.model.resource_policy import ResourcePolicies, ResourcePolicy
from genkan.model.role_policies import RolePolicies

LOG = logging.getLogger(__name__)
PATIENCE = aiohttp.ClientTimeout(total=10)
SERVICES = frozenset({"s3", "sqs", "sns", "kms", "secretsmanager"})  # that the gate tells of


async def policies_at(socket: str) -> ResourcePolicies:
    """Give the policies of all resources; where the services do not run there is no resource, and
    where they do not answer nothing is known."""
    connector = aiohttp.UnixConnector(socket)
    try:
        async with (
            aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as session,
            session.post(
                "http://embedded/", headers={"x-genkan-ask": "policies"}, json={}
            ) as answer,
        ):
            answer.raise_for_status()
            found = await answer.json()
    except aiohttp.ClientConnectorError:
        return ResourcePolicies(services=SERVICES)
    except (aiohttp.ClientError, TimeoutError) as error:
        LOG.warning("policies of resources are not known: %s", error)
        return ResourcePolicies()
    roles = (
        RolePolicies(
            one["arn"],
            one["account"],
            tuple(one["profiles"]),
            tuple(one["documents"]),
            None if one["boundary"] is None else tuple(one["boundary"]),
        )
        for one in found["roles"]
    )
    held = (ResourcePolicy(**one) for one in found["resources"])
    return ResourcePolicies(tuple(held), SERVICES, tuple(roles))

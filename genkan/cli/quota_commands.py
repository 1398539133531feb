"""What is typed after `genkan quota`."""

import click

from genkan.cli.options import ACCOUNT, JSON, OUTPUT, REGION


@click.group()
def quota() -> None:
    """How many of a thing an account may have."""


@quota.command("list")
@click.argument("service", required=False)
@ACCOUNT
@REGION
@OUTPUT
@JSON
def quota_list(
    service: str | None, account: str | None, region: str | None, output: str, as_json: bool
) -> None:
    """List the quotas, of a service (vpc, ec2, elasticloadbalancing) or all."""
    from genkan.cli import quotas

    quotas.show(service, account, region, as_json or output == "json")


@quota.command("set")
@click.argument("quota")
@click.argument("value", type=int)
@ACCOUNT
@REGION
@OUTPUT
@JSON
def quota_set(
    quota: str, value: int, account: str | None, region: str | None, output: str, as_json: bool
) -> None:
    """Set a quota, by its code or its name, to a number.

    genkan quota set L-F678F1CE 5: as AWS has it.
    """
    from genkan.cli import quotas

    quotas.change(quota, value, account, region, as_json or output == "json")

"""What else a service's callers have to reach: services that lean on another, or on a name of their
own that no endpoint answers to.

Facts from AWS's guides, as of November 2026; each row says which page. In a row, `{region}` stands
for the Region.
"""

from dataclasses import dataclass

ECR = 'Amazon ECR user guide, "Amazon ECR interface VPC endpoints (AWS PrivateLink)"'
TIMESTREAM = 'Timestream developer guide, "The Endpoint Discovery Pattern" and "VPC endpoints"'
CELL = (
    "turn endpoint discovery off, and give the SDK the cell's own address as its endpoint URL; "
    "describe-endpoints, asked from elsewhere, says which cell is the account's"
)


@dataclass(frozen=True, slots=True)
class Need:
    """Callers of the services `of` (codes of the catalogue) need `host`, a name of `service`.

    `action` on `resource` is what they call there, for policies; "" where it is not told. It is
    signed by the service's owner and not by them, the `callers`. `instead`: what does without it.
    """

    of: tuple[str, ...]
    service: str
    host: str
    why: str
    source: str
    action: str = ""
    resource: str = ""
    callers: str = ""
    instead: str = ""


NEEDS = (
    Need(
        of=("ecr.dkr",),
        service="s3",
        host="prod-{region}-starport-layer-bucket.s3.{region}.amazonaws.com",
        why="the layers of ECR's images are downloaded from there",
        source=ECR,
        action="s3:GetObject",
        resource="arn:aws:s3:::prod-{region}-starport-layer-bucket/*",
        callers="whoever pulls images from ECR",
    ),
    Need(
        of=("ecr.dkr",),
        service="ecr.api",
        host="api.ecr.{region}.amazonaws.com",
        why="the tokens with which images are pulled from ECR come from there",
        source=ECR,
    ),
    *(
        Need(
            of=(f"timestream.{api}-cell1", f"timestream.{api}-cell2"),
            service=f"timestream.{api}-cell1",
            host=f"{api}.timestream.{{region}}.amazonaws.com",
            why="SDKs ask there which cell is the account's (DescribeEndpoints), before anything "
            "else; no VPC endpoint answers to that name",
            source=TIMESTREAM,
            instead=CELL,
        )
        for api in ("ingest", "query")
    ),
)


def needs_of(code: str) -> tuple[Need, ...]:
    """Give what callers of a service need besides."""
    return tuple(one for one in NEEDS if code in one.of)


def needed_of(code: str) -> tuple[Need, ...]:
    """Give for what callers of other services need a service, as far as policies are asked."""
    return tuple(one for one in NEEDS if one.service == code and one.action)

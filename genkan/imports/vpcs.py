"""VPCs, their options, and the gateways that hang off a whole VPC, as their describe calls have
them."""

from collections.abc import Iterator

from genkan.imports.documents import Document
from genkan.imports.dump import Told
from genkan.imports.members import (
    BEGINNING,
    Row,
    Unusable,
    choice,
    inner,
    ipv4_block,
    ipv6_block,
    optional,
    rows,
    tags,
    text,
    truth,
)
from genkan.imports.notes import NoteCode
from genkan.imports.reading import MALFORMED, Reading, vpc_of
from genkan.model.block_public_access import (
    BlockMode,
    BlockPublicAccessExclusion,
    BlockPublicAccessOptions,
    ExclusionMode,
    options_id,
)
from genkan.model.dhcp_options import NONE, DhcpConfiguration, DhcpOptions
from genkan.model.resource import Resource
from genkan.model.vpc import (
    CidrAssociation,
    EgressOnlyInternetGateway,
    InternetGateway,
    Ipv6Association,
    Vpc,
)

STANDS = ("associated", "associating")


def read_vpcs(reading: Reading) -> Iterator[Resource]:
    """Give VPCs, DHCP options, and internet and egress-only gateways."""
    yield from reading.each("DhcpOptions", lambda told: _dhcp_options(reading, told))
    yield from reading.each("Vpcs", lambda told: _vpc(reading, told))
    yield from reading.each("InternetGateways", lambda told: _internet_gateway(reading, told))
    yield from reading.each("EgressOnlyInternetGateways", lambda told: _egress_only(reading, told))


def read_block_public_access(reading: Reading) -> Iterator[Resource]:
    """Give what accounts block of public access, and what they leave out of it."""
    for document in reading.dump.answers("VpcBlockPublicAccessOptions"):
        try:
            yield _block_options(reading, document)
        except (Unusable, *MALFORMED) as error:
            why = f"What the account blocks of public access is not known: {error}."
            reading.note(document.source, NoteCode.UNREADABLE, why)
    yield from reading.each(
        "VpcBlockPublicAccessExclusions", lambda told: _exclusion(reading, told)
    )


def _block_options(reading: Reading, document: Document) -> BlockPublicAccessOptions:
    row = inner(document.response, "VpcBlockPublicAccessOptions")
    account, region = reading.where(
        Told(
            {**row, "OwnerId": row.get("AwsAccountId")},
            document.source,
            document.account,
            optional(row, "AwsRegion") or document.region,
        )
    )
    return BlockPublicAccessOptions(
        id=options_id(account, region),
        account=account,
        region=region,
        mode=choice(BlockMode, row, "InternetGatewayBlockMode", BlockMode.OFF),
        updated_at=BEGINNING,
    )


def _vpc(reading: Reading, told: Told) -> Vpc:
    row = told.row
    account, region = reading.where(told)
    name = text(row, "VpcId")
    ipv4 = [one for one in rows(row, "CidrBlockAssociationSet") if _stands(one, "CidrBlockState")]
    primary = text(row, "CidrBlock")
    first = next((one for one in ipv4 if one.get("CidrBlock") == primary), {"CidrBlock": primary})
    ordered = [first, *(one for one in ipv4 if one is not first)]
    return Vpc(
        id=name,
        account=account,
        region=region,
        tags=tags(row),
        cidr_associations=tuple(
            CidrAssociation(
                id=optional(one, "AssociationId") or f"vpc-cidr-assoc-{name.removeprefix('vpc-')}",
                cidr=ipv4_block(text(one, "CidrBlock"), "CidrBlock"),
            )
            for one in ordered
        ),
        dhcp_options_id=_options_of(reading, row),
        dns_support=_attribute(reading, name, "EnableDnsSupport", True),
        dns_hostnames=_attribute(reading, name, "EnableDnsHostnames", truth(row, "IsDefault")),
        is_default=truth(row, "IsDefault"),
        instance_tenancy=optional(row, "InstanceTenancy") or "default",
        ipv6_associations=ipv6_associations(row),
    )


def ipv6_associations(row: Row) -> tuple[Ipv6Association, ...]:
    """Give the IPv6 blocks of a VPC or a subnet."""
    return tuple(
        Ipv6Association(
            id=text(one, "AssociationId"), cidr=ipv6_block(text(one, "Ipv6CidrBlock"), "block")
        )
        for one in rows(row, "Ipv6CidrBlockAssociationSet")
        if _stands(one, "Ipv6CidrBlockState")
    )


def _stands(row: Row, member: str) -> bool:
    return (optional(inner(row, member), "State") or STANDS[0]).lower() in STANDS


def _attribute(reading: Reading, vpc_id: str, member: str, default: bool) -> bool:
    """Give an attribute of DescribeVpcAttribute, which tells one a call."""
    for document in reading.dump.answers(member):
        if document.response.get("VpcId") == vpc_id:
            return truth(inner(document.response, member), "Value", default)
    word = "true" if default else "false"
    reading.note(
        vpc_id,
        NoteCode.ASSUMED_DEFAULT,
        f"No file says its {member}, so AWS's default, {word}, was taken. Add what "
        f"describe-vpc-attribute says of {member[0].lower()}{member[1:]}.",
    )
    return default


def _options_of(reading: Reading, row: Row) -> str | None:
    name = optional(row, "DhcpOptionsId")
    if name is None or name == NONE:
        return name
    if reading.dump.get("DhcpOptions", name):
        return name
    reading.note(
        name,
        NoteCode.ASSUMED_DEFAULT,
        "It is described nowhere, so Amazon's resolver was taken. Add describe-dhcp-options.",
    )
    return None


def _dhcp_options(reading: Reading, told: Told) -> DhcpOptions:
    account, region = reading.where(told)
    return DhcpOptions(
        id=text(told.row, "DhcpOptionsId"),
        account=account,
        region=region,
        tags=tags(told.row),
        configurations=tuple(
            DhcpConfiguration(
                key=text(one, "Key"),
                values=tuple(str(value.get("Value", "")) for value in rows(one, "Values")),
            )
            for one in rows(told.row, "DhcpConfigurations")
        ),
    )


def _internet_gateway(reading: Reading, told: Told) -> InternetGateway:
    account, region = reading.where(told)
    return InternetGateway(
        id=text(told.row, "InternetGatewayId"),
        account=account,
        region=region,
        tags=tags(told.row),
        vpc_id=vpc_of(told.row),
    )


def _egress_only(reading: Reading, told: Told) -> EgressOnlyInternetGateway:
    account, region = reading.where(told)
    vpc_id = vpc_of(told.row)
    if vpc_id is None:
        raise Unusable("it is attached to no VPC")
    return EgressOnlyInternetGateway(
        id=text(told.row, "EgressOnlyInternetGatewayId"),
        account=account,
        region=region,
        tags=tags(told.row),
        vpc_id=vpc_id,
    )


def _exclusion(reading: Reading, told: Told) -> BlockPublicAccessExclusion | None:
    account, region = reading.where(told)
    if (optional(told.row, "State") or "").startswith(("delete", "disable")):
        return None
    arn = text(told.row, "ResourceArn")
    kind, _, name = arn.rpartition(":")[2].partition("/")
    return BlockPublicAccessExclusion(
        id=text(told.row, "ExclusionId"),
        account=account,
        region=region,
        tags=tags(told.row),
        mode=choice(ExclusionMode, told.row, "InternetGatewayExclusionMode"),
        created_at=BEGINNING,
        vpc_id=name if kind == "vpc" else None,
        subnet_id=name if kind == "subnet" else None,
    )

"""Which calls CloudFormation makes for the resources of a template, in an order in which they can
be made.

Resources of types that are not here are named and left, and so is a property that no call here
takes; what cannot be known before the stack is made costs that resource and what needs it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from genkan.impact.stack import balancers, endpoints, groups, names, nested, networks
from genkan.impact.stack.stacking import Make, Stacking, Wanted
from genkan.imports.cloudformation import TRANSFORM, Evaluation, TemplateResource, Unresolved
from genkan.imports.notes import NoteCode

# Types that could be made at one time are made in this order: rules before what they let in.
MAKES: Mapping[str, Make] = {
    **networks.MAKES,
    **groups.MAKES,
    **balancers.MAKES,
    **endpoints.MAKES,
    **names.MAKES,
    nested.STACK: lambda wanted: nested.make(wanted, orders_of),
}
# Types that carry no packet and answer no name: to leave them out changes no answer.
BESIDE = (
    "AWS::ApplicationAutoScaling::",
    "AWS::Backup::",
    "AWS::Budgets::",
    "AWS::CDK::Metadata",
    "AWS::CertificateManager::",
    "AWS::CloudFormation::",
    "AWS::CloudTrail::",
    "AWS::CloudWatch::",
    "AWS::Config::",
    "AWS::DynamoDB::",
    "AWS::EC2::FlowLog",
    "AWS::EC2::KeyPair",
    "AWS::EC2::VPCEndpointConnectionNotification",
    "AWS::ECR::",
    "AWS::EC2::LaunchTemplate",
    "AWS::Events::",
    "AWS::IAM::",
    "AWS::KMS::",
    "AWS::Logs::",
    "AWS::S3::",
    "AWS::SNS::",
    "AWS::SQS::",
    "AWS::SSM::",
    "AWS::SecretsManager::",
    "Custom::",
)
MACRO = "AWS::CloudFormation::Macro"  # no network by itself, but what it makes may be
# Properties that say nothing of packets and names.
UNTOLD = frozenset(
    {
        "Affinity",
        "AdditionalInfo",
        "BlockDeviceMappings",
        "Comment",
        "ContributorInsightsEnabled",
        "CpuOptions",
        "CreditSpecification",
        "DisableApiTermination",
        "Domain",
        "EbsOptimized",
        "EnclaveOptions",
        "HealthCheckTags",
        "HibernationOptions",
        "HostId",
        "HostResourceGroupArn",
        "HostedZoneName",
        "HostedZoneTags",
        "ImageId",
        "InstanceInitiatedShutdownBehavior",
        "KernelId",
        "KeyName",
        "LicenseSpecifications",
        "MetadataOptions",
        "Monitoring",
        "NetworkBorderGroup",
        "PayerResponsibility",
        "PlacementGroupName",
        "PrivateDnsNameOptions",
        "PropagateTagsToVolumeOnCreation",
        "PublicIpv4Pool",
        "QueryLoggingConfig",
        "RamdiskId",
        "SsmAssociations",
        "Tags",
        "Tenancy",
        "UserData",
        "Volumes",
    }
)


def orders_of(stacking: Stacking) -> None:
    """Put into `stacking` the orders of its template, and what of it could not be put into one."""
    first = {of: at for at, of in enumerate(MAKES)}
    template = stacking.template
    for loop, why in template.left_out.items():
        stacking.note(loop, NoteCode.UNKNOWN_RESOURCE, f"What it makes was left out: {why}.")
    for transform in template.transforms():
        if transform == TRANSFORM:
            continue  # its loops are written out, its functions worked out
        stacking.note(
            template.source,
            NoteCode.UNSUPPORTED_COMPONENT,
            f"It is transformed by {transform}, and what that would add is not known. Take the "
            "template as it is processed: aws cloudformation get-template --template-stage "
            "Processed.",
        )
    for resource in template.in_order(first):
        stacking.owner = resource.name
        if _is_wanted(stacking, resource):
            _make(stacking, resource)
    stacking.owner = ""


def _is_wanted(stacking: Stacking, resource: TemplateResource) -> bool:
    if resource.condition is None:
        return True
    try:
        return stacking.condition(resource.condition)
    except Unresolved as error:
        _left_out(stacking, resource, f"whether it is wanted is not known, for {error}")
        return False


def _make(stacking: Stacking, resource: TemplateResource) -> None:
    make = MAKES.get(resource.type)
    if make is None:
        if not resource.type.startswith(BESIDE) or resource.type == MACRO:
            stacking.note(
                resource.name,
                NoteCode.UNSUPPORTED_COMPONENT,
                f"It is of type {resource.type or '(none)'}, which is not in the model, so what it "
                "does to packets and names is not known.",
            )
        return
    wanted = Wanted(stacking, resource)
    mark = stacking.mark()
    try:
        make(wanted)
    except Unresolved as error:
        stacking.back_to(mark)
        _left_out(stacking, resource, str(error))
        return
    _note_unread(wanted)


def _note_unread(wanted: Wanted) -> None:
    for name in wanted.resource.properties.keys() - wanted.read - UNTOLD:
        wanted.note(
            NoteCode.UNSUPPORTED_COMPONENT,
            f"Its {name} is not in the model, and was left out.",
        )


def _left_out(stacking: Stacking, resource: TemplateResource, why: str) -> None:
    stacking.note(
        resource.name,
        NoteCode.UNKNOWN_RESOURCE,
        f"It was left out: {why}. Answers about what depends on it are not known.",
    )


def exported(stacking: Stacking) -> dict[str, Any]:
    """Give what a template's outputs export, by name; those that are not known are not there."""
    found: dict[str, Any] = {}
    for one in stacking.template.exports():
        mark = stacking.mark()
        wanted = Wanted(stacking, TemplateResource("Outputs", "", one))
        try:
            found[str(wanted.value("Export")["Name"])] = wanted.value("Value")
        except (Unresolved, KeyError):
            stacking.back_to(mark)
    for child in stacking.children:
        found |= exported(child)
    return found


def export_names(stacking: Stacking) -> set[str]:
    """Give the names under which a template exports, as far as they are known."""
    return _texts(stacking, [one["Export"]["Name"] for one in stacking.template.exports()])


def imported_names(stacking: Stacking) -> set[str]:
    """Give the names that a template imports, as far as they are known."""
    return _texts(stacking, stacking.template.imports())


def _texts(stacking: Stacking, expressions: Iterable[Any]) -> set[str]:
    evaluation, found = Evaluation(stacking), set()
    for one in expressions:
        try:
            found.add(str(evaluation.value(one)))
        except Unresolved:
            continue
    return found

"""Account attributes: what EC2 lets an account have, under the names of EC2's first years."""

from collections.abc import Sequence

from genkan.api.call import Answer, Call
from genkan.api.default_vpc import find_default_vpc
from genkan.api.quotas import ELASTIC_IPS, GROUPS_OF_AN_INTERFACE, value_of
from genkan.model.errors import InvalidParameterValue

INSTANCES = 10_000


def describe_account_attributes(
    call: Call, *, attribute_names: Sequence[str] | None = None
) -> Answer:
    vpc = find_default_vpc(call)
    attributes = {
        "vpc-max-security-groups-per-interface": str(value_of(call, GROUPS_OF_AN_INTERFACE)),
        "max-instances": str(INSTANCES),
        "supported-platforms": "VPC",
        "default-vpc": vpc.id if vpc else "none",
        "max-elastic-ips": "0",  # of EC2-Classic
        "vpc-max-elastic-ips": str(value_of(call, ELASTIC_IPS)),
    }
    for name in attribute_names or ():
        if name not in attributes:
            raise InvalidParameterValue(
                f"Value ({name}) for parameter attributeName is invalid. "
                f"Choose from {', '.join(sorted(attributes))}."
            )
    shown = [
        {"AttributeName": name, "AttributeValues": [{"AttributeValue": value}]}
        for name, value in attributes.items()
        if not attribute_names or name in attribute_names
    ]
    return Answer({"AccountAttributes": shown})

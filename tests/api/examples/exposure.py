"""VPC block public access: the mode and its exclusions."""

from tests.api.examples.example import by, example, tagged

EXCLUSION = "vpc-block-public-access-exclusion"

MAKE = (
    example(
        "CreateVpcBlockPublicAccessExclusion",
        {
            "VpcId": "<vpc>",
            "InternetGatewayExclusionMode": "allow-egress",
            "TagSpecifications": tagged(EXCLUSION, "way out"),
        },
        vpcbpa="VpcBlockPublicAccessExclusion.ExclusionId",
    ),
)
USE = (
    example("DescribeVpcBlockPublicAccessOptions"),
    example(
        "ModifyVpcBlockPublicAccessOptions", {"InternetGatewayBlockMode": "block-bidirectional"}
    ),
    example("ModifyVpcBlockPublicAccessOptions", {"InternetGatewayBlockMode": "off"}),
    example(
        "CreateVpcBlockPublicAccessExclusion",
        {"SubnetId": "<subnet_c>", "InternetGatewayExclusionMode": "allow-egress"},
        subnet_vpcbpa="VpcBlockPublicAccessExclusion.ExclusionId",
    ),
    example("DescribeVpcBlockPublicAccessExclusions", {"ExclusionIds": ["<vpcbpa>"]}),
    example(
        "DescribeVpcBlockPublicAccessExclusions",
        {"Filters": by("internet-gateway-exclusion-mode", "allow-egress")},
    ),
    example(
        "ModifyVpcBlockPublicAccessExclusion",
        {"ExclusionId": "<vpcbpa>", "InternetGatewayExclusionMode": "allow-bidirectional"},
    ),
)
UNMAKE = (example("DeleteVpcBlockPublicAccessExclusion", {"ExclusionId": "<vpcbpa>"}),)

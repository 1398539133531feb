"""AWS services that have an endpoint service, and the names that each answers to.

Facts from the AWS PrivateLink guide ("AWS services that integrate with AWS PrivateLink") and
botocore 1.44's models, as of November 2026. In a row, `{region}` stands for the Region; an empty
service name is `com.amazonaws.{region}.CODE`; "=" is what follows by AWS's own rule: a model or
signing name equal to the code, the public host CODE.{region}.amazonaws.com, the one private name
that is the public host, the base name that inserts `vpce` into the first private name.
"""

from dataclasses import dataclass
from functools import cache

from genkan.model.endpoint_names import in_region

HOME = "us-east-1"  # where services without a Region in their name are at home
# Codes of those that endpoints of other Regions reach; "Cross-Region enabled AWS services" in the
# AWS PrivateLink guide.
CROSS_REGION = frozenset(
    {"ecr.api", "ecr.dkr", "ecs", "iam", "kinesis-firehose", "kinesisanalytics"}
    | {"kms", "lambda", "route53", "s3"}
)


@dataclass(frozen=True, slots=True)
class CatalogueService:
    """A row: templates for every Region.

    `types` are endpoint types ("Interface", "Gateway"). `policy_supported` None: the sources
    differ. `model` is botocore's name of the service, `signing_name` SigV4's; None where botocore
    has none. `public_host` is None where another row's service answers to the host.
    """

    code: str
    service_name: str
    types: tuple[str, ...]
    private_dns_names: tuple[str, ...]
    policy_supported: bool | None
    model: str | None
    signing_name: str | None
    public_host: str | None
    base_endpoint_dns_names: tuple[str, ...]


_TYPES = {"G": "Gateway", "I": "Interface"}
_POLICY = {"yes": True, "no": False, "?": None}

# code|service name|types|policies|model|signing name|public host|private names|base names
_TABLE = (
    "monitoring||I|yes|cloudwatch|=|=|monitoring.{region}.amazonaws.com monitoring.{region}.api.aws monitoring-fips.{region}.amazonaws.com monitoring-fips.{region}.api.aws|=",  # noqa: E501
    "logs||I|yes|=|=|=|=|=",
    "events||I|yes|=|=|=|=|=",
    "synthetics||I|yes|=|=|=|=|=",
    "rum||I|yes|=|=|=|=|=",
    "oam||I|yes|=|=|=|=|=",
    "xray||I|yes|=|=|=|=|=",
    "cloudtrail||I|yes|=|=|=|=|=",
    "config||I|yes|=|=|=|=|=",
    "ec2||I|yes|=|=|=|=|=",
    "ec2messages||I|yes||||ec2messages.{region}.amazonaws.com|=",
    "ssm||I|yes|=|=|=|=|=",
    "ssmmessages||I|yes||||ssmmessages.{region}.amazonaws.com|=",
    "ssm-incidents||I|yes|=|=|=|=|=",
    "ssm-contacts||I|yes|=|=|=|=|=",
    "ebs||I|yes|=|=|=|=|=",
    "autoscaling||I|yes|=|=|=|=|=",
    "application-autoscaling||I|yes|=|=|=|=|=",
    "autoscaling-plans||I|yes|=|=|=|=|=",
    "elasticloadbalancing||I|yes|elbv2|=|=|=|=",
    "imagebuilder||I|yes|=|=|=|=|=",
    "ecr.api||I|yes|ecr|ecr|api.ecr.{region}.amazonaws.com|=|=",
    "ecr.dkr||I|yes|ecr|ecr||*.dkr.ecr.{region}.amazonaws.com|=",
    "ecs||I|yes|=|=|=|=|=",
    "ecs-agent||I|yes||||ecs-a.{region}.amazonaws.com|=",
    "ecs-telemetry||I|yes||||ecs-t.{region}.amazonaws.com|=",
    "eks||I|yes|=|=|=|=|=",
    "eks-auth||I|yes|=|=|eks-auth.{region}.api.aws|=|eks-auth.{region}.vpce.amazonaws.com",
    "batch||I|yes|=|=|=|=|=",
    "lambda||I|yes|=|=|=|=|=",
    "apprunner||I|yes|=|=|=|=|=",
    "apprunner.requests||I|no||||=|requests.apprunner.{region}.vpce.amazonaws.com",
    "elasticbeanstalk||I|yes|=|=|=|=|=",
    "elasticbeanstalk-health||I|yes||||elasticbeanstalk-health.{region}.amazonaws.com|=",
    "execute-api||I|yes||execute-api||*.execute-api.{region}.amazonaws.com|=",
    "apigateway||I|yes|=|=|=|=|=",
    "s3||GI|yes|=|=|=|s3.{region}.amazonaws.com *.s3.{region}.amazonaws.com *.s3-accesspoint.{region}.amazonaws.com *.s3-control.{region}.amazonaws.com|=",  # noqa: E501
    "s3express||G|yes|s3|s3||=|s3express.{region}.amazonaws.com",
    "s3-outposts||I|yes|s3outposts|=|=|=|=",
    "s3tables||I|yes|=|=|=|=|=",
    "dynamodb||GI|yes|=|=|=||dynamodb.{region}.vpce.amazonaws.com",
    "dynamodb-streams||I|yes|dynamodbstreams|dynamodb|streams.dynamodb.{region}.amazonaws.com||dynamodb-streams.{region}.vpce.amazonaws.com",
    "sqs||I|yes|=|=|=|=|=",
    "sns||I|yes|=|=|=|=|=",
    "kms||I|yes|=|=|=|=|=",
    "secretsmanager||I|yes|=|=|=|=|=",
    "sts||I|yes|=|=|=|=|=",
    "acm||I|yes|=|=|=|=|=",
    "acm-pca||I|yes|=|=|=|=|=",
    "access-analyzer||I|yes|accessanalyzer|=|=|=|=",
    "rolesanywhere||I|yes|=|=|=|=|=",
    "guardduty||I|yes|=|=|=|=|=",
    "guardduty-data||I|yes||||guardduty-data.{region}.amazonaws.com|=",
    "securityhub||I|yes|=|=|=|=|=",
    "inspector2||I|yes|=|=|=|=|=",
    "macie2||I|yes|=|=|=|=|=",
    "detective||I|yes|=|=|api.detective.{region}.amazonaws.com|=|=",
    "network-firewall||I|yes|=|=|=|=|=",
    "wafv2||I|yes|=|=|=|=|=",
    "fms||I|yes|=|=|=|=|=",
    "kinesis-streams||I|yes|kinesis|kinesis|kinesis.{region}.amazonaws.com|=|=",
    "kinesis-firehose||I|yes|firehose|firehose|firehose.{region}.amazonaws.com|=|=",
    "kinesisanalytics||I|yes|kinesisanalyticsv2|=|=|=|=",
    "kafka||I|yes|=|=|=|=|=",
    "athena||I|yes|=|=|=|=|=",
    "glue||I|yes|=|=|=|=|=",
    "lakeformation||I|yes|=|=|=|=|=",
    "databrew||I|yes|=|=|=|=|=",
    "elasticmapreduce||I|yes|emr|=|=|=|=",
    "emr-containers||I|yes|=|=|=|=|=",
    "emr-serverless||I|yes|=|=|=|=|=",
    "redshift||I|yes|=|=|=|=|=",
    "redshift-data||I|?|=|=|=|=|=",
    "redshift-serverless||I|yes|=|=|=|=|=",
    "rds||I|yes|=|=|=|=|=",
    "rds-data||I|yes|=|=|=|=|=",
    "elasticache||I|yes|=|=|=|=|=",
    "memory-db||I|yes|memorydb|memorydb|=|=|=",
    "dms||I|yes|=|=|=|=|=",
    "cassandra||I|yes|keyspaces|=|=|=|=",
    "timestream-influxdb||I|yes|=|=|=|=|=",
    # An account's cell is one of some; which there are, AWS says to the account alone.
    "timestream.ingest-cell1||I|yes|timestream-write|timestream|ingest-cell1.timestream.{region}.amazonaws.com|=|=",
    "timestream.ingest-cell2||I|yes|timestream-write|timestream|ingest-cell2.timestream.{region}.amazonaws.com|=|=",
    "timestream.query-cell1||I|yes|timestream-query|timestream|query-cell1.timestream.{region}.amazonaws.com|=|=",
    "timestream.query-cell2||I|yes|timestream-query|timestream|query-cell2.timestream.{region}.amazonaws.com|=|=",
    "elasticfilesystem||I|yes|efs|=|=|=|=",
    "fsx||I|yes|=|=|=|=|=",
    "backup||I|yes|=|=|=|=|=",
    "storagegateway||I|?|=|=|=|=|=",
    "datasync||I|?|=|=|=|=|=",
    "transfer||I|yes|=|=|=|=|=",
    "transfer.server||I|no||||=|server.transfer.{region}.vpce.amazonaws.com",
    "cloudformation||I|?|=|=|=|=|=",
    "cloudcontrolapi||I|yes|cloudcontrol|=|=|=|=",
    "servicecatalog||I|?|=|=|=|=|=",
    "servicediscovery||I|yes|=|=|=|=|=",
    "data-servicediscovery||I|yes|servicediscovery|servicediscovery||data-servicediscovery.{region}.amazonaws.com|=",
    "servicequotas||I|yes|service-quotas|=|=|=|=",
    "organizations||I|yes|=|=|=|=|=",
    "tagging||I|yes|resourcegroupstaggingapi|=|=|=|=",
    "resource-groups||I|yes|=|=|=|=|=",
    "ram||I|yes|=|=|=|=|=",
    "account||I|yes|=|=|=|=|=",
    "appconfig||I|yes|=|=|=|=|=",
    "appconfigdata||I|yes|=|appconfig|=|=|=",
    "appmesh||I|yes|=|=|=|=|=",
    "appmesh-envoy-management||I|no||||appmesh-envoy-management.{region}.amazonaws.com|=",
    "appstream.api||I|no|appstream|appstream|appstream2.{region}.amazonaws.com||api.appstream.{region}.vpce.amazonaws.com",
    "appstream.streaming||I|no||||=|streaming.appstream.{region}.vpce.amazonaws.com",
    "appsync-api||I|yes|appsync|appsync|appsync.{region}.amazonaws.com|*.appsync-api.{region}.amazonaws.com|=",
    "states||I|yes|stepfunctions|=|=|=|=",
    "sync-states||I|yes|stepfunctions|states||sync-states.{region}.amazonaws.com|=",
    "scheduler||I|yes|=|=|=|=|=",
    "pipes||I|yes|=|=|=|=|=",
    "mq||I|yes|=|=|=|=|=",
    "swf||I|yes|=|=|=|=|=",
    "airflow.api||I|yes|mwaa|airflow|airflow.{region}.amazonaws.com|api.airflow.{region}.amazonaws.com|=",
    "airflow.env||I|yes|mwaa|airflow||env.airflow.{region}.amazonaws.com|=",
    "aps||I|yes|amp|=|=|=|=",
    "aps-workspaces||I|yes|amp|aps||aps-workspaces.{region}.amazonaws.com|=",
    "grafana||I|yes|=|=|=|=|=",
    "codeartifact.api||I|yes|codeartifact|codeartifact|codeartifact.{region}.amazonaws.com|=|=",
    "codeartifact.repositories||I|yes||||*.d.codeartifact.{region}.amazonaws.com|=",
    "codebuild||I|yes|=|=|=|=|=",
    "codecommit||I|yes|=|=|=|=|=",
    "git-codecommit||I|yes||||git-codecommit.{region}.amazonaws.com|=",
    "codedeploy||I|yes|=|=|=|=|=",
    "codedeploy-commands-secure||I|yes||||codedeploy-commands-secure.{region}.amazonaws.com|=",
    "codepipeline||I|?|=|=|=|=|=",
    "bedrock||I|yes|=|=|=|=|=",
    "bedrock-runtime||I|yes|=|bedrock|=|=|=",
    "bedrock-agent||I|yes|=|bedrock|=|=|=",
    "bedrock-agent-runtime||I|yes|=|bedrock|=|=|=",
    "sagemaker.api||I|yes|sagemaker|sagemaker|api.sagemaker.{region}.amazonaws.com|=|=",
    "sagemaker.runtime||I|yes|sagemaker-runtime|sagemaker|runtime.sagemaker.{region}.amazonaws.com|=|=",
    "sagemaker.featurestore-runtime||I|yes|sagemaker-featurestore-runtime|sagemaker|featurestore-runtime.sagemaker.{region}.amazonaws.com|=|=",
    "notebook|aws.sagemaker.{region}.notebook|I|yes|sagemaker|sagemaker||*.notebook.{region}.sagemaker.aws|notebook.{region}.vpce.sagemaker.aws",
    "studio|aws.sagemaker.{region}.studio|I|yes|sagemaker|sagemaker||*.studio.{region}.sagemaker.aws|studio.{region}.vpce.sagemaker.aws",
    "comprehend||I|yes|=|=|=|=|=",
    "rekognition||I|yes|=|=|=|=|=",
    "textract||I|yes|=|=|=|=|=",
    "transcribe||I|yes|=|=|=|=|=",
    "transcribestreaming||I|yes||||transcribestreaming.{region}.amazonaws.com|=",
    "translate||I|yes|=|=|=|=|=",
    "polly||I|yes|=|=|=|=|=",
    "kendra||I|yes|=|=|=|=|=",
    "iot.data||I|no|iot-data|iotdata|data-ats.iot.{region}.amazonaws.com||data.iot.{region}.vpce.amazonaws.com",
    "iot.credentials||I|no||||=|credentials.iot.{region}.vpce.amazonaws.com",
    "iotsitewise.api||I|?|iotsitewise|iotsitewise|iotsitewise.{region}.amazonaws.com|api.iotsitewise.{region}.amazonaws.com|=",
    "greengrass||I|yes|=|=|=|=|=",
    "email-smtp||I|no||||email-smtp.{region}.amazonaws.com|=",
    "verifiedpermissions||I|yes|=|=|=|=|=",
    "vpc-lattice||I|yes|=|=|=|=|=",
    "workspaces||I|yes|=|=|=|=|=",
    "license-manager||I|yes|=|=|=|=|=",
    "iam|com.amazonaws.iam|I|yes|=|=|iam.amazonaws.com|=|iam.{region}.vpce.amazonaws.com",
    "route53|com.amazonaws.route53|I|yes|=|=|route53.amazonaws.com|=|route53.{region}.vpce.amazonaws.com",
    "route53resolver||I|yes|=|=|=|=|=",
    "cloudfront|com.amazonaws.cloudfront|I|yes|=|=|cloudfront.amazonaws.com|=|cloudfront.{region}.vpce.amazonaws.com",
    "accesspoint|com.amazonaws.s3-global.accesspoint|I|yes|s3|s3||*.accesspoint.s3-global.amazonaws.com|accesspoint.s3-global.{region}.vpce.amazonaws.com",
)


def _read(row: str) -> CatalogueService:
    code, name, types, policy, model, signing, host, private, bases = row.split("|")
    public = f"{code}.{{region}}.amazonaws.com" if host == "=" else host or None
    names = ((public,) if public else ()) if private == "=" else tuple(private.split())
    return CatalogueService(
        code=code,
        service_name=name or f"com.amazonaws.{{region}}.{code}",
        types=tuple(_TYPES[letter] for letter in types),
        private_dns_names=names,
        policy_supported=_POLICY[policy],
        model=code if model == "=" else model or None,
        signing_name=code if signing == "=" else signing or None,
        public_host=public,
        base_endpoint_dns_names=_bases(names) if bases == "=" else tuple(bases.split()),
    )


def _bases(names: tuple[str, ...]) -> tuple[str, ...]:
    suffix = ".amazonaws.com"
    first = names[0].removeprefix("*.") if names else ""
    return (f"{first.removesuffix(suffix)}.vpce{suffix}",) if first else ()


ROWS = tuple(map(_read, _TABLE))
SERVICES: dict[str, CatalogueService] = {service.code: service for service in ROWS}

# Names beside a Region's own: dual stack, global ones, which are at home in us-east-1, and older
# ones that the AWS CLI 1 still asks for ("Amazon SQS endpoints and quotas", legacy endpoints).
_MORE_HOSTS = {
    "s3": (
        "s3.dualstack.{region}.amazonaws.com",
        "*.s3.dualstack.{region}.amazonaws.com",
        "s3.amazonaws.com",
        "*.s3.amazonaws.com",
    ),
    "sts": ("sts.amazonaws.com",),
    "sqs": ("{region}.queue.amazonaws.com", "queue.amazonaws.com"),
    "rds": ("rds.amazonaws.com",),
    "timestream.ingest-cell1": ("ingest.timestream.{region}.amazonaws.com",),  # any cell's
    "timestream.query-cell1": ("query.timestream.{region}.amazonaws.com",),
    "elasticmapreduce": ("{region}.elasticmapreduce.amazonaws.com",),
}


@cache
def _by_name(region: str) -> dict[str, CatalogueService]:
    return {service.service_name.replace("{region}", region): service for service in ROWS}


def find_service(service_name: str, region: str) -> CatalogueService | None:
    """Give the service that is called `service_name` in a Region, or None."""
    return _by_name(region).get(service_name)


def hosts(service: CatalogueService, region: str) -> tuple[str, ...]:
    """Give every name the service answers to in a Region; a name without a Region only at home."""
    names = (
        *((service.public_host,) if service.public_host else ()),
        *service.private_dns_names,
        *_MORE_HOSTS.get(service.code, ()),
    )
    here = [name for name in names if "{region}" in name or region == HOME]
    return tuple(dict.fromkeys(in_region(tuple(here), region)))

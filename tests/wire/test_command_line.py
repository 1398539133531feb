"""The AWS CLI's words mean what the AWS CLI makes of them: its own parser is asked the same."""

import shlex
from typing import Any

import pytest

from genkan import wire
from genkan.impact.order import Order

SAME = [
    "ec2 create-vpc-endpoint --vpc-id vpc-1 --service-name com.amazonaws.ap-northeast-1.s3",
    "ec2 create-vpc-endpoint --vpc-id vpc-1 --service-name x --vpc-endpoint-type Interface "
    "--subnet-ids subnet-1 subnet-2 --security-group-ids sg-1 --no-private-dns-enabled "
    "--dns-options DnsRecordIpType=ipv4,PrivateDnsOnlyForInboundResolverEndpoint=false "
    "--tag-specifications 'ResourceType=vpc-endpoint,Tags=[{Key=Name,Value=a b},{Key=x,Value=y}]'",
    "ec2 create-vpc-endpoint --vpc-id vpc-1 --service-name x --private-dns-enabled --dry-run "
    """--tag-specifications '[{"ResourceType":"vpc-endpoint","Tags":[{"Key":"a","Value":"b"}]}]'""",
    "ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-support",
    "ec2 modify-vpc-attribute --vpc-id vpc-1 --no-enable-dns-hostnames",
    """ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-support '{"Value":true}'""",
    "ec2 modify-vpc-attribute --vpc-id vpc-1 --enable-dns-support Value=false",
    "ec2 modify-network-interface-attribute --network-interface-id eni-1 --no-source-dest-check",
    "ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 443 "
    "--source-group sg-2",
    "ec2 authorize-security-group-ingress --group-id sg-1 --protocol all --cidr 10.0.0.0/8",
    "ec2 authorize-security-group-egress --group-id sg-1 --protocol icmp --port -1 "
    "--cidr 10.0.0.0/8",
    "ec2 revoke-security-group-ingress --group-id sg-1 --ip-permissions "
    "\"IpProtocol=tcp,FromPort=1,ToPort=2,IpRanges=[{CidrIp=10.0.0.0/8,Description='a, b'}]\" "
    "IpProtocol=-1,UserIdGroupPairs=[{GroupId=sg-1}]",
    "ec2 create-network-acl-entry --network-acl-id acl-1 --rule-number 90 --protocol tcp "
    "--port-range From=1024,To=65535 --ingress --rule-action allow --cidr-block 0.0.0.0/0",
    "ec2 create-network-acl-entry --network-acl-id=acl-1 --rule-number=90 --protocol=-1 --egress "
    "--rule-action=deny --cidr-block=0.0.0.0/0",
    "ec2 create-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1",
    "ec2 run-instances --image-id ami-1 --count 2:3 --subnet-id subnet-1 "
    "--security-group-ids sg-1 --associate-public-ip-address --private-ip-address 10.0.0.9 "
    "--tag-specifications ResourceType=instance,Tags=[{Key=Name,Value=web}]",
    "ec2 run-instances --image-id ami-1 --network-interfaces "
    "DeviceIndex=0,SubnetId=subnet-1,Groups=sg-1,sg-2,AssociatePublicIpAddress=true",
    "ec2 describe-vpcs --filters Name=vpc-id,Values=vpc-1,vpc-2 Name=tag:Name,Values=a",
    "ec2 delete-vpc-endpoints --vpc-endpoint-ids vpce-1 vpce-2 --region eu-west-1",
    "elbv2 create-target-group --name a --protocol TCP --port 80 --vpc-id vpc-1",
    "elbv2 register-targets --target-group-arn arn --targets Id=i-1,Port=80 Id=i-2",
    "elbv2 create-listener --load-balancer-arn arn --protocol TCP --port 80 "
    "--default-actions Type=forward,TargetGroupArn=arn:a:b",
    "elbv2 modify-load-balancer-attributes --load-balancer-arn arn "
    "--attributes Key=load_balancing.cross_zone.enabled,Value=true",
    "route53 create-hosted-zone --name a.example --caller-reference 1 "
    "--vpc VPCRegion=eu-west-1,VPCId=vpc-1 --hosted-zone-config Comment=x,PrivateZone=true",
    "ec2 modify-vpc-endpoint --vpc-endpoint-id vpce-1 --reset-policy --add-subnet-ids subnet-1 "
    """--cli-input-json '{"VpcEndpointId":"vpce-0","RemoveSubnetIds":["subnet-9"]}'""",
]


@pytest.fixture(scope="module")
def loader() -> Any:
    from awscli.clidriver import create_clidriver

    return create_clidriver().session.get_component("data_loader")


@pytest.fixture
def driver(loader, monkeypatch) -> Any:
    """The AWS CLI itself, stopped before it sends anything. One remembers options of commands that
    it had before, so each test has its own."""
    from awscli.clidriver import create_clidriver

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
    made = create_clidriver()
    made.session.register_component("data_loader", loader)
    said: list[tuple[str, str, dict[str, Any]]] = []

    def keep(params: dict[str, Any], model: Any, **more: Any) -> None:
        said.append((model.service_model.service_name, model.name, params))
        raise KeyboardInterrupt

    # After the AWS CLI's own customizations of the same event.
    made.session.get_component("event_emitter").register_last("before-parameter-build", keep)
    return made, said


@pytest.mark.parametrize("line", SAME)
def test_words_are_read_as_the_aws_cli_reads_them(driver, line):
    cli, said = driver
    words = shlex.split(line)
    cli.main(words)
    ((service, operation, parameters),) = said
    for name in _tokens(service, operation):  # the AWS CLI makes one where none is given
        parameters.pop(name, None)
    found = wire.parse_command(words)
    assert (found.service, found.operation) == (service, operation)
    assert found.parameters == parameters


def _tokens(service: str, operation: str) -> list[str]:
    return list(wire.service_model(service).operation_model(operation).idempotent_members)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "no operation"),
        ("make-vpc-endpoint", "no operation of ec2"),
        ("create-vpc --cidr-block 10.0.0.0/16 --colour red", "no option --colour"),
        ("create-vpc --cidr-block", "takes one value, not 0"),
        ("create-vpc --cidr-block 10.0.0.0/16 10.1.0.0/16", "takes one value, not 2"),
        ("create-vpc --cidr-block a --cidr-block b", "said twice"),
        ("create-vpc stray", "stands after no option"),
        ("create-vpc --dry-run yes", "takes no value"),
        ("run-instances --image-id a --count few", "--count"),
        ("create-route --route-table-id x --profile me", "no option --profile"),
        ("describe-vpcs --filters Name", "cannot be read"),
        ("describe-vpcs --filters Name=a,Name=b", "no second Name"),
        ("describe-vpcs --filters Nane=a", "there is no Nane, but Name, Values"),
        ("describe-vpcs --filters '[{'", "is no JSON"),
        ("describe-vpcs --filters '{'", "cannot be read"),
        ("describe-vpcs --max-results many", "cannot be read"),
        ("describe-vpcs --cli-input-json nothing", "is no JSON"),
        ("describe-vpcs --output", "takes 1 words"),
        ("create-subnet --cidr-block 10.0.0.0/24", "Missing required parameter"),
        ("""describe-vpcs --filters '[{"Nane":"a"}]'""", "cannot be called so"),
        ("elbv2 create-vpc", "no operation of elbv2"),
        ("authorize-security-group-ingress --group-id sg-1 --protocol tpc", "--protocol"),
    ],
)
def test_what_is_no_command_is_told_with_its_words(line, words):
    with pytest.raises(wire.CommandUnreadable, match=words):
        wire.parse_command(shlex.split(line))


def test_what_is_about_the_answer_is_passed_over():
    words = "aws ec2 create-vpc --cidr-block 10.0.0.0/16 --query Vpc.VpcId --output text"
    found = wire.parse_command([*words.split(), "--no-cli-pager", "--region", "eu-west-1"])
    assert (found.parameters, found.region) == ({"CidrBlock": "10.0.0.0/16"}, "eu-west-1")


@pytest.mark.parametrize("line", SAME)
def test_an_order_says_itself_in_words_that_mean_it(line):
    found = wire.parse_command(shlex.split(line))
    said = Order(found.operation, found.parameters, found.service).words
    again = wire.parse_command(shlex.split(said))
    assert (again.service, again.operation) == (found.service, found.operation)
    assert again.parameters == found.parameters

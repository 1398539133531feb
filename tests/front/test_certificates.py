"""Certificates of the embedded ACM and IAM as load balancers find them: there while they are, gone
when they are, with a key that is the certificate's, through the death of who holds them."""

import os
import signal
import ssl
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from genkan.certificates.kept import Kept
from tests.certificates.paper import made
from tests.front.conftest import Api
from tests.story.conftest import REGION, until

NAMES = ["orders.example.com", "*.orders.example.com"]


@dataclass
class World:
    acm: Any
    iam: Any
    elb: Any
    kept: Kept
    pid: Any
    balancer: str
    group: str

    def listener(self, arn: str, port: int = 443) -> str:
        return self.elb.create_listener(
            LoadBalancerArn=self.balancer,
            Protocol="TLS",
            Port=port,
            Certificates=[{"CertificateArn": arn}],
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}],
        )["Listeners"][0]["ListenerArn"]


@pytest.fixture(scope="module")
def world(api: Api) -> World:
    client = api.site.client
    ec2, elb = client("ec2"), client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    balancer = elb.create_load_balancer(
        Name="orders", Type="network", Scheme="internal", Subnets=[subnet]
    )["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(
        Name="orders", Protocol="TCP", Port=80, VpcId=vpc, TargetType="ip"
    )["TargetGroups"][0]["TargetGroupArn"]
    kept = Kept(api.site.home / "certificates")
    pid = lambda name: api.site.processes().get(name)  # noqa: E731
    return World(client("acm"), client("iam"), elb, kept, pid, balancer, group)


def refusal(call, **parameters) -> str:
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return error.value.response["Error"]["Code"]


def imported(world: World, held: Any, **more: Any) -> str:
    return world.acm.import_certificate(
        Certificate=held.certificate.encode(), PrivateKey=held.key.encode(), **more
    )["CertificateArn"]


def test_a_requested_certificate_is_the_authoritys_and_a_listener_shows_it(world, api):
    arn = world.acm.request_certificate(
        DomainName=NAMES[0], SubjectAlternativeNames=NAMES, Tags=[{"Key": "a", "Value": "b"}]
    )["CertificateArn"]
    shown = world.acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (shown["Status"], shown["Type"], shown["InUseBy"]) == ("ISSUED", "AMAZON_ISSUED", [])
    assert shown["SubjectAlternativeNames"] == NAMES
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(world.kept.path(arn))
    listener = world.listener(arn)
    shown = world.acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert shown["InUseBy"] == [world.balancer]
    assert refusal(world.acm.delete_certificate, CertificateArn=arn) == "ResourceInUseException"
    assert world.kept.has(arn)
    world.elb.delete_listener(ListenerArn=listener)
    world.acm.delete_certificate(CertificateArn=arn)
    assert not world.kept.has(arn)
    assert refusal(world.listener, arn=arn) == "CertificateNotFound"


def test_an_imported_certificate_is_what_was_imported_and_renewed_under_its_arn(world):
    old, new = made("", *NAMES), made("", *NAMES)
    arn = imported(world, old)
    found = {one.arn: one for one in world.kept.all()}[arn]
    assert (found.key, found.certificate, found.chain) == (old.key, old.certificate, "")
    assert imported(world, new, CertificateArn=arn) == arn
    assert {one.arn: one for one in world.kept.all()}[arn].certificate == new.certificate
    with_chain = imported(world, old, CertificateChain=new.certificate.encode())
    assert {one.arn: one for one in world.kept.all()}[with_chain].chain == new.certificate


def test_a_key_that_is_not_the_certificates_is_refused(world):
    one, other = made("", *NAMES), made("", *NAMES)
    code = refusal(
        world.acm.import_certificate,
        Certificate=one.certificate.encode(),
        PrivateKey=other.key.encode(),
    )
    assert code == "ValidationException"


def test_a_server_certificate_of_iam_is_shown_too(world):
    held = made("", *NAMES)
    arn = world.iam.upload_server_certificate(
        ServerCertificateName="orders", CertificateBody=held.certificate, PrivateKey=held.key
    )["ServerCertificateMetadata"]["Arn"]
    listener = world.listener(arn, 8443)
    world.elb.delete_listener(ListenerArn=listener)
    world.iam.delete_server_certificate(ServerCertificateName="orders")
    assert refusal(world.listener, arn=arn) == "CertificateNotFound"


def test_nobody_shows_a_certificate_that_is_not_there(world):
    arn = f"arn:aws:acm:{REGION}:123456789012:certificate/00000000-0000-0000-0000-000000000000"
    assert refusal(world.listener, arn=arn) == "CertificateNotFound"


def test_certificates_outlive_the_process_of_their_services(world):
    tags = [{"Key": "team", "Value": "orders"}]
    asked = world.acm.request_certificate(DomainName=NAMES[0], Tags=tags)["CertificateArn"]
    brought = imported(world, made("", "brought.example.com"))
    before = {
        arn: world.acm.describe_certificate(CertificateArn=arn)["Certificate"]
        for arn in (asked, brought)
    }
    chain = world.acm.get_certificate(CertificateArn=asked)
    gone = world.pid("embedded")
    os.kill(gone, signal.SIGKILL)
    until(lambda: world.pid("embedded"), lambda pid: pid not in (None, gone))
    for arn, told in before.items():
        again = world.acm.describe_certificate(CertificateArn=arn)["Certificate"]
        for name in ("DomainName", "Serial", "Status", "Type", "SubjectAlternativeNames"):
            assert again[name] == told[name]
    assert world.acm.list_tags_for_certificate(CertificateArn=asked)["Tags"] == tags
    assert world.acm.get_certificate(CertificateArn=asked) | chain == chain | {
        "ResponseMetadata": chain["ResponseMetadata"]
    }

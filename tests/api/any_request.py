"""Requests that people send and requests that nobody would: drawn from botocore's shapes.

`draw_form` fills an operation's input with values that mostly fit their members' names, among them
the ids of what is there; then it may spoil the form: a member gone, a strange one, another type,
something huge. A seed gives the same request each time for the same network.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any
from urllib.parse import urlencode

from botocore.serialize import create_serializer

from genkan import wire
from genkan.api import registry
from genkan.api.ids import FORMS
from genkan.model.network import Network

DEEPEST = 8
SPOILED = 0.25  # of all requests
OPTIONAL = (0.05, 0.3)  # of optional members, in one request or in another
PREFIXES = {of: form.prefix for of, form in FORMS.items()}
ZONES = ("ap-northeast-1a", "ap-northeast-1c", "us-east-1a", "")
NUMBERS = (0, 1, 1, 1, 2, 5, 22, 443, 65535, 65536, 1000, -1, -2, 2**31 - 1, -(2**31))
POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}'
PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBMZB0bM3tGYJXQVjJ0mvuA7oKBmbzvmvYYc1pJVvKZx a@b"
STRANGE = (  # among it digits that are none to AWS
    *("", " ", "\0", "\x1f", "\ufffe", "é日本𝔘", "<a>&\"'", "%", "*", "?", "\\", "-1", "0", "1e9"),
    *(
        "2147483648",
        "\u0661\u0662",
        "null",
        "true",
        "NaN",
        "None",
        "{}",
        "[]",
        "a" * 300,
        "b" * 70_000,
    ),
    *(
        "10.0.0.0/33",
        "\u0661\u0660.0.0.0/8",
        "::/0",
        "0.0.0.0/0",
        "255.255.255.255",
        "fe80::1%lo",
        "vpc-",
    ),
    *("arn:aws:ec2:::x", "2026-13-01T00:00:00Z", "..", "/", "\n", "\u202e", "vpc-" + "0" * 17),
)
WORDS: dict[str, tuple[str, ...]] = {
    "cidrblock": (
        "10.0.0.0/16",
        "10.0.0.0/16",
        "10.1.0.0/16",
        "10.0.2.0/24",
        "10.0.0.0/24",
        "10.0.1.0/28",
        "172.16.0.0/15",
    ),
    "dnsname": ("example.org", "a.example.org", "corp", "*.corp", "amazonaws.com", "a..b"),
    "domainname": ("corp", "example.org.", ".", "a..b"),
    "caller": ("1", "2"),
    "rdata": ("10.0.0.1", "a.example.org", '"text"', "10 mail.corp", "2001:db8::1"),
    "maxitems": ("1", "2", "300", "0", "x"),
    "vpcregion": ("ap-northeast-1", "ap-northeast-1", "us-east-1"),
    "creatorrequestid": ("1", "2", "3"),
    "rolearn": ("arn:aws:iam::123456789012:role/a", "arn:aws:iam::1:role/a"),
    "rolesessionname": ("me", "m"),
    "cidripv4": ("0.0.0.0/0", "10.0.0.0/8"),
    "cidrip": ("0.0.0.0/0", "10.0.0.0/8", "10.0.0.7/32", "10.0.0.0"),
    "cidripv6": ("::/0", "2001:db8::/32"),
    "destinationcidrblock": ("0.0.0.0/0", "10.0.0.0/16", "10.9.0.0/16", "10.0.0.0/24"),
    "privateipaddress": ("10.0.0.4", "10.0.0.5", "10.0.0.1", "10.0.1.9", "10.200.0.1"),
    "availabilityzone": ZONES,
    "zonename": ZONES,
    "regionname": ("ap-northeast-1", "nowhere"),
    "servicename": (
        "com.amazonaws.ap-northeast-1.monitoring",
        "com.amazonaws.ap-northeast-1.s3",
        "com.amazonaws.ap-northeast-1.ec2",
        "com.amazonaws.vpce.ap-northeast-1.vpce-svc-1",
    ),
    "vpcendpointtype": ("Interface", "Interface", "Gateway", "GatewayLoadBalancer"),
    "connectionnotificationarn": ("arn:aws:sns:ap-northeast-1:123456789012:topic",),
    "connectionevents": ("Accept", "Connect", "Delete", "Reject"),
    "loadbalancertypeenum": ("network", "network", "gateway", "application"),
    "loadbalancerschemeenum": ("internal", "internal", "internet-facing"),
    "protocolenum": ("TCP", "TCP", "TCP", "UDP", "TCP_UDP", "TLS", "GENEVE", "HTTP"),
    "targettypeenum": ("ip", "ip", "instance", "lambda"),
    "actiontypeenum": ("forward", "forward", "redirect"),
    "addallowedprincipals": ("*", "arn:aws:iam::210987654321:root", "anna"),
    "privatednsname": ("api.example.com", "*.example.com", "-"),
    "instancetype": ("t3.micro", "m5.large", "t9.pico"),
    "imageid": ("ami-0123456789abcdef0", "ami-x"),
    "ipprotocol": ("tcp", "tcp", "tcp", "udp", "icmp", "-1", "6", "58", "banana", "256"),
    "groupname": ("web", "app", "default"),
    "keyname": ("k", "l"),
    "clienttoken": ("token-1", "token-2"),
    "policydocument": (POLICY, "{}", "{"),
    "userdata": (base64.b64encode(b"#!/bin/sh\n").decode(), "?"),
    "nexttoken": ("0", "1", "2", "x"),
    "device": ("eth0",),
    "resourcetype": ("vpc", "subnet", "instance", "security-group", "network-interface"),
}
COUNTS = {"MinCount": (1,) * 12 + (2, 0, -1), "MaxCount": (1, 1, 2, 2, 3, 2**31 - 1)}
PORTS = (22, 80, 443, 443, 65535, 0, -1, 65536, -(2**31))
# What a call or a structure usually holds, one of these at a time: by chance alone it would hardly
# ever be something that makes sense.
USUAL: dict[str, tuple[tuple[str, ...], ...]] = {
    "AssociateAddress": (
        ("AllocationId", "NetworkInterfaceId"),
        ("AllocationId", "InstanceId"),
        ("AllocationId", "NetworkInterfaceId", "AllowReassociation", "PrivateIpAddress"),
    ),
    "AuthorizeSecurityGroupEgress": (("GroupId", "IpPermissions"),),
    "AuthorizeSecurityGroupIngress": (("GroupId", "IpPermissions"),),
    "RevokeSecurityGroupEgress": (
        ("GroupId", "IpPermissions"),
        ("GroupId", "SecurityGroupRuleIds"),
    ),
    "RevokeSecurityGroupIngress": (
        ("GroupId", "IpPermissions"),
        ("GroupId", "SecurityGroupRuleIds"),
    ),
    "UpdateSecurityGroupRuleDescriptionsIngress": (("GroupId", "IpPermissions"),),
    "UpdateSecurityGroupRuleDescriptionsEgress": (
        ("GroupId", "SecurityGroupRuleDescriptions"),
        ("GroupId", "IpPermissions"),
    ),
    "ModifySecurityGroupRules": (("GroupId", "SecurityGroupRules"),),
    "SecurityGroupRuleUpdate": (("SecurityGroupRuleId", "SecurityGroupRule"),),
    "SecurityGroupRuleRequest": (
        ("IpProtocol", "FromPort", "ToPort", "CidrIpv4"),
        ("IpProtocol", "FromPort", "ToPort", "ReferencedGroupId", "Description"),
    ),
    "CreateHostedZone": (("Name", "CallerReference"), ("Name", "CallerReference", "VPC")),
    "VPC": (("VPCRegion", "VPCId"),),
    "ResourceRecordSet": (
        ("Name", "Type", "TTL", "ResourceRecords"),
        ("Name", "Type", "TTL", "ResourceRecords", "SetIdentifier", "Weight"),
        ("Name", "Type", "AliasTarget"),
    ),
    "AliasTarget": (("HostedZoneId", "DNSName", "EvaluateTargetHealth"),),
    "CreateResolverRule": (
        ("CreatorRequestId", "RuleType", "DomainName"),
        ("CreatorRequestId", "RuleType", "DomainName", "TargetIps", "ResolverEndpointId"),
    ),
    "CreateSecurityGroup": (("GroupName", "Description", "VpcId"),),
    "DeleteSecurityGroup": (("GroupId",),),
    "CreateRoute": (
        ("RouteTableId", "DestinationCidrBlock", "GatewayId"),
        ("RouteTableId", "DestinationCidrBlock", "NatGatewayId"),
        ("RouteTableId", "DestinationCidrBlock", "NetworkInterfaceId"),
        ("RouteTableId", "DestinationCidrBlock", "InstanceId"),
    ),
    "ReplaceRoute": (
        ("RouteTableId", "DestinationCidrBlock", "GatewayId"),
        ("RouteTableId", "DestinationCidrBlock", "NatGatewayId"),
        ("RouteTableId", "DestinationCidrBlock", "NetworkInterfaceId"),
    ),
    "DeleteRoute": (("RouteTableId", "DestinationCidrBlock"),),
    "CreateVpcEndpoint": (
        ("VpcId", "ServiceName", "VpcEndpointType", "SubnetIds", "SecurityGroupIds"),
        ("VpcId", "ServiceName", "VpcEndpointType", "SubnetIds", "PrivateDnsEnabled"),
        ("VpcId", "ServiceName", "VpcEndpointType"),
    ),
    "CreateLoadBalancer": (
        ("Name", "Type", "Scheme", "Subnets"),
        ("Name", "Type", "Subnets", "SecurityGroups"),
        ("Name", "Type", "Scheme", "SubnetMappings"),
    ),
    "CreateTargetGroup": (
        ("Name", "Protocol", "Port", "VpcId", "TargetType"),
        ("Name", "Protocol", "Port", "VpcId", "HealthCheckProtocol"),
    ),
    "CreateListener": (
        ("LoadBalancerArn", "Protocol", "Port", "DefaultActions"),
        ("LoadBalancerArn", "DefaultActions"),
    ),
    "Action": (("Type", "TargetGroupArn"), ("Type", "ForwardConfig")),
    "TargetDescription": (("Id",), ("Id", "Port")),
    "CreateVpcEndpointServiceConfiguration": (
        ("NetworkLoadBalancerArns",),
        ("NetworkLoadBalancerArns", "AcceptanceRequired"),
        ("GatewayLoadBalancerArns", "PrivateDnsName"),
    ),
    "CreateVpcEndpointConnectionNotification": (
        ("ServiceId", "ConnectionNotificationArn", "ConnectionEvents"),
        ("VpcEndpointId", "ConnectionNotificationArn", "ConnectionEvents"),
    ),
    "CreateNatGateway": (
        ("SubnetId", "AllocationId"),
        ("SubnetId", "ConnectivityType"),
        ("SubnetId", "AllocationId", "ClientToken", "TagSpecifications"),
    ),
    "CreateNetworkInterface": (("SubnetId", "Groups"), ("SubnetId", "PrivateIpAddress")),
    "CreateSubnet": (
        ("VpcId", "CidrBlock"),
        ("VpcId", "CidrBlock", "AvailabilityZone", "TagSpecifications"),
    ),
    "CreateTags": (("Resources", "Tags"),),
    "RunInstances": (
        ("ImageId", "InstanceType", "MinCount", "MaxCount", "SubnetId", "SecurityGroupIds"),
        ("ImageId", "InstanceType", "MinCount", "MaxCount", "NetworkInterfaces"),
        ("ImageId", "MinCount", "MaxCount", "SubnetId", "UserData", "ClientToken", "KeyName"),
    ),
    "InstanceNetworkInterfaceSpecification": (
        ("DeviceIndex", "SubnetId", "Groups", "AssociatePublicIpAddress"),
        ("DeviceIndex", "NetworkInterfaceId"),
        ("DeviceIndex", "SubnetId", "PrivateIpAddress", "DeleteOnTermination"),
    ),
    "DescribeInstanceAttribute": (("InstanceId", "Attribute"),),
    "ModifySubnetAttribute": (("SubnetId", "MapPublicIpOnLaunch"),),
    "ModifyVpcAttribute": (("VpcId", "EnableDnsSupport"), ("VpcId", "EnableDnsHostnames")),
    "ImportKeyPair": (("KeyName", "PublicKeyMaterial"),),
    "IpPermission": (
        ("IpProtocol", "FromPort", "ToPort", "IpRanges"),
        ("IpProtocol", "FromPort", "ToPort", "UserIdGroupPairs"),
        ("IpProtocol", "IpRanges", "Ipv6Ranges"),
    ),
    "IpRange": (("CidrIp",), ("CidrIp", "Description")),
    "UserIdGroupPair": (("GroupId",), ("GroupId", "UserId", "Description")),
    "Filter": (("Name", "Values"),),
    "Tag": (("Key", "Value"),),
    "TagSpecification": (("ResourceType", "Tags"),),
    "AttributeBooleanValue": (("Value",),),
}
FILTERS = (
    "vpc-id",
    "subnet-id",
    "state",
    "tag:Name",
    "tag-key",
    "owner-id",
    "group-name",
    "colour",
)


@cache
def operations(service: str) -> tuple[str, ...]:
    """Give the operations that there are, under AWS's names."""
    ours = registry.operations(service)
    model = wire.service_model(service)
    return tuple(name for name in model.operation_names if wire.snake_case(name) in ours)


def draw_form(service: str, operation: str, network: Network, seed: int) -> wire.HttpRequest:
    """Give one request for `operation`, the same for the same seed and network."""
    random = Random(seed)
    model = wire.service_model(service)
    shape = model.operation_model(operation).input_shape
    function = registry.operations(service)[wire.snake_case(operation)]
    names = _Names(random, network, operation, function)
    parameters = names.structure(shape, operation, 0) if shape is not None else {}
    protocol = model.metadata["protocol"]
    serializer = create_serializer(protocol, include_validation=False)
    made = serializer.serialize_to_request(parameters, model.operation_model(operation))
    if protocol not in ("ec2", "query"):
        whole = _whole(made)
        return _spoil_whole(random, whole) if random.random() < SPOILED else whole
    pairs = [(name, _text(value)) for name, value in made["body"].items()]
    if random.random() < SPOILED:
        pairs = _spoil(random, pairs)
    return wire.HttpRequest("POST", "/", body=urlencode(pairs).encode())


def _whole(made: Mapping[str, Any]) -> wire.HttpRequest:
    """Give a request whose method, path and headers say something too."""
    body = made["body"] or b""
    return wire.HttpRequest(
        made["method"],
        made["url_path"],
        urlencode(made["query_string"], errors="replace"),
        {name.lower(): str(value) for name, value in made["headers"].items()},
        body.encode() if isinstance(body, str) else body,
    )


class _Names:
    """Draws values by the names of their members."""

    def __init__(self, random: Random, network: Network, operation: str, function: Any) -> None:
        self._random = random
        self._operation = operation
        self._optional = random.choice(OPTIONAL)
        self._taken = registry._parameters(function)
        self._ids = {prefix: sorted(ids) for prefix, ids in _ids(network).items()}

    def structure(self, shape: Any, name: str, depth: int) -> dict[str, Any]:
        usual = USUAL.get(name if depth == 0 else shape.name)
        if usual and self._random.random() < 0.8:
            wanted = self._random.choice(usual)
        else:
            wanted = tuple(name for name in shape.members if self._wanted(shape, name, depth))
        return {member: self.value(shape.members[member], member, depth + 1) for member in wanted}

    def value(self, shape: Any, name: str, depth: int) -> Any:
        match shape.type_name:
            case "structure":
                return self.structure(shape, name, depth) if depth < DEEPEST else {}
            case "list":
                count = (
                    self._random.choice((1, 1, 1, 1, 2, 3)) if self._random.random() < 0.97 else 0
                )
                return [self.value(shape.member, name, depth + 1) for _ in range(count)]
            case "map":
                return {"k": self.value(shape.value, name, depth + 1)}
            case "boolean":
                return self._random.random() < 0.6
            case "integer" | "long":
                return self._number(name)
            case "float" | "double":
                return self._random.choice((0.0, -1.5, 1e30))
            case "blob":
                return self._random.choice((PUBLIC_KEY.encode(), b"", b"\xff\x00"))
            case "timestamp":
                return self._random.choice(("2026-01-01T00:00:00Z", "1969-01-01T00:00:00Z"))
        return self._string(shape, name)

    def _wanted(self, shape: Any, member: str, depth: int) -> bool:
        if member == "DryRun":
            return self._random.random() < 0.05
        if shape.members[member].serialization.get("location") == "uri":
            return True  # a request has no way to be without it
        if depth == 0:
            parameter = self._taken.get(wire.snake_case(member))
            if parameter is None:
                return self._random.random() < 0.005
            if parameter.default is parameter.empty or member == "CidrBlock":
                return self._random.random() < 0.98
        elif member in shape.required_members:
            return self._random.random() < 0.97
        return self._random.random() < self._optional

    def _number(self, name: str) -> int:
        if name in ("MinCount", "MaxCount"):
            return self._random.choice(COUNTS[name])
        if name in ("FromPort", "ToPort"):
            return self._random.choice(PORTS)
        if name == "DeviceIndex":
            return self._random.choice((0, 0, 0, 1, -1))
        return self._random.choice(NUMBERS)

    def _string(self, shape: Any, name: str) -> str:
        if self._random.random() < 0.06:
            return self._random.choice(STRANGE)
        word = name.lower()
        if word == "resourcetype" and self._random.random() < 0.8:
            return self._made()
        services = self._ids.get("vpce-svc")
        if word.startswith("servicename") and services and self._random.random() < 0.4:
            return f"com.amazonaws.vpce.ap-northeast-1.{self._random.choice(services)}"
        for known in (word, word.removesuffix("s"), shape.name.lower()):
            if known in WORDS:
                return self._random.choice(WORDS[known])
        if shape.enum and self._random.random() < 0.95:
            return self._random.choice(shape.enum)
        if word.endswith(("arn", "arns")):
            return self._arn(word)
        if word == "publicip":
            return self._random.choice(self._ids.get("address") or ["198.51.100.1"])
        if word in ("filters", "name"):
            return self._random.choice(FILTERS)
        if word.endswith(("id", "ids", "groups", "resources", "values")):
            return self._id(word)
        return self._random.choice(("Name", "a", "b", "web"))

    def _made(self) -> str:
        """Give the type of what the operation makes, as TagSpecifications call it."""
        name = wire.snake_case(self._operation).partition("_")[2].replace("_", "-")
        others = {"instances": "instance", "address": "elastic-ip", "nat-gateway": "natgateway"}
        return others.get(name, name)

    def _id(self, word: str) -> str:
        stem = word.removesuffix("s").removesuffix("id")
        if not stem or stem == "resource":  # Route 53's own members
            stem = "change" if self._operation == "GetChange" else "hostedzone"
        if stem.endswith("association") and not stem.startswith("resolver"):
            return self._of_prefix("eipassoc" if "Address" in self._operation else "rtbassoc")
        for name, prefix in PREFIX_OF.items():
            if stem.endswith(name) and self._random.random() < 0.95:
                return self._of_prefix(prefix)
        return self._of_prefix(self._random.choice(sorted(self._ids) or ["vpc"]))

    def _arn(self, word: str) -> str:
        kinds = [kind for kind in ARNS if kind in word] or list(ARNS)
        return self._of_prefix(f"{ARN}{self._random.choice(kinds)}")

    def _of_prefix(self, prefix: str) -> str:
        known = self._ids.get(prefix)
        if known and self._random.random() < 0.95:
            return self._random.choice(known)
        return f"{prefix}-{self._random.randrange(16**17):017x}"


ARN = "arn:"
ARNS = ("loadbalancer", "listener", "targetgroup")
PREFIX_OF = {
    "connectionnotification": "vpce-nfn",
    "service": "vpce-svc",
    "hostedzone": "Z",
    "change": "C",
    "resolverruleassociation": "rslvr-rrassoc",
    "resolverrule": "rslvr-rr",
    "resolverendpoint": "rslvr-out",
    "routetable": "rtb",
    "securitygrouprule": "sgr",
    "group": "sg",
    "vpcendpoint": "vpce",
    "networkinterface": "eni",
    "natgateway": "nat",
    "gateway": "igw",
    "vpc": "vpc",
    "subnet": "subnet",
    "instance": "i",
    "allocation": "eipalloc",
    "keypair": "key",
}


def _ids(network: Network) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in network:
        for name in (row.id, *_parts(row)):
            found.setdefault(_kind(name), set()).add(name)
    found.pop("", None)
    return found


def _parts(row: Any) -> Iterator[str]:
    yield from (str(part.id) for part in getattr(row, "associations", ()))
    rules = getattr(row, "rules", ())  # a firewall's have no id
    yield from (str(part.id) for part in rules if hasattr(part, "id"))
    yield from (str(row.association_id),) if getattr(row, "association_id", None) else ()
    yield from (str(row.public_ip),) if getattr(row, "public_ip", None) else ()


def _kind(name: str) -> str:
    if name[:1].isdigit() and "." in name:
        return "address"
    if name[:1] in "ZC" and name.isalnum():
        return name[0]  # Route 53's ids have no dash
    if name.startswith("arn:aws:elasticloadbalancing:"):
        return ARN + name.split(":")[5].partition("/")[0]
    parts = name.split("-")
    if parts[0] == "vpce":
        return name.rpartition("-")[0]
    prefix = "-".join(parts[:2]) if parts[0] == "rslvr" else parts[0]
    return prefix if "-" in name and "/" not in name else ""


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)


def _spoil_whole(random: Random, request: wire.HttpRequest) -> wire.HttpRequest:
    """Spoil a request whose path and body are documents: cut, doubled, swapped, strange."""
    body, strange = request.body, random.choice(STRANGE).encode(errors="replace")
    at = random.randrange(len(body) + 1)
    spoiled = random.choice(
        (
            body[:at],
            body[:at] + strange + body[at:],
            body[:at] + bytes([random.randrange(256)]) + body[at + 1 :],
            body * 2,
            strange,
            body.replace(b'":"', b'":["', 1).replace(b">", b"><x>", 1),
            b"[" * 5_000 + body,
            b"<a>" * 5_000 + body,
            body.replace(b'"', b"", 1),
        )
    )
    path = request.path + random.choice(("", "", "", "/", "/x", "%00", "%2F..", "?x"))
    query = request.query + random.choice(("", "", "&x=1", "&maxitems=%F0"))
    return replace(request, body=spoiled, path=path, query=query)


def _spoil(random: Random, pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Spoil a form once: nothing of it has to make sense afterwards."""
    places = [at for at, (name, _) in enumerate(pairs) if name not in ("Action", "Version")]
    if not places:
        return [*pairs, (random.choice(STRANGE), random.choice(STRANGE))]
    at = random.choice(places)
    name, value = pairs[at]
    spoiled = random.choice(
        (
            [],
            [(name, random.choice(STRANGE))],
            [(name, value), (name, value)],
            [(f"{name}.1", value)],
            [(f"{name}.member.1", value)],
            [(name.replace("1", "7"), value)],
            [(name.replace("1", random.choice(("0", "-1", "10001", "x", "²"))), value)],
            [(name.partition(".")[0], value)],
            [(name.lower(), value)],
            [(name, value), (f"{name}{random.choice(STRANGE)}", value)],
            [(name, value * 3)],
        )
    )
    return [*pairs[:at], *spoiled, *pairs[at + 1 :]]

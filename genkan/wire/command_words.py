"""Words that the AWS CLI has beside those of botocore's models, for EC2.

`--protocol tcp --port 443 --source-group sg-…` for groups, `--ingress` for entries of
ACLs, names of protocols there, `--count`, and interfaces said flat when instances are launched.
"""

from collections.abc import Sequence
from typing import Any

PERMISSIONS = (
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
)
PROTOCOLS = {"tcp": "6", "udp": "17", "icmp": "1", "all": "-1"}
NAMED = ("tcp", "udp", "icmp", "all")
FLAT = (
    "PrivateIpAddresses",
    "SecondaryPrivateIpAddressCount",
    "AssociatePublicIpAddress",
)
Given = dict[str, Any]


def take(service: str, operation: str, given: Given, option: str, words: Sequence[str]) -> bool:
    """Take an option that is the AWS CLI's own; tell whether it is. Raises ValueError."""
    if service != "ec2":
        return False
    if operation in PERMISSIONS:
        return _permission(given, option, words)
    if operation.endswith("NetworkAclEntry") and option == "--ingress":
        given["Egress"] = False
        return True
    if operation == "RunInstances":
        return _launch(given, option, words)
    return False


def finish(service: str, operation: str, given: Given) -> None:
    """Put in order what can be only when every option is known."""
    if service != "ec2":
        return
    if operation in ("CreateNetworkAclEntry", "ReplaceNetworkAclEntry"):
        said = given.get("Protocol")
        if said in PROTOCOLS:
            given["Protocol"] = PROTOCOLS[said]
    if operation == "RunInstances":
        given.setdefault("MinCount", 1)
        given.setdefault("MaxCount", 1)
        _inside_interface(given)


def _permission(given: Given, option: str, words: Sequence[str]) -> bool:
    if option not in ("--protocol", "--port", "--cidr", "--source-group", "--group-owner"):
        return False
    (word,) = words
    (permission,) = given.setdefault("IpPermissions", [{}])
    match option:
        case "--protocol":
            if word not in NAMED and not -1 <= int(word) <= 255:
                raise ValueError(f"{word} is no protocol")
            permission["IpProtocol"] = "-1" if word == "all" else word
        case "--port":
            first, last = _ports(word)
            permission |= {"FromPort": first, "ToPort": last}
        case "--cidr":
            permission["IpRanges"] = [{"CidrIp": word}]
        case "--source-group":
            pair = permission.setdefault("UserIdGroupPairs", [{}])[0]
            pair["GroupId" if word.startswith("sg-") else "GroupName"] = word
        case _:
            permission.setdefault("UserIdGroupPairs", [{}])[0]["UserId"] = word
    return True


def _ports(word: str) -> tuple[int, int]:
    if word in ("-1", "all"):
        return -1, -1
    first, dash, last = word.partition("-")
    return int(first), int(last if dash else first)


def _launch(given: Given, option: str, words: Sequence[str]) -> bool:
    match option:
        case "--count":
            (word,) = words
            least, colon, most = word.partition(":")
            given["MinCount"] = int(least)
            given["MaxCount"] = int(most if colon else least)
        case "--associate-public-ip-address" | "--no-associate-public-ip-address":
            _interface(given)["AssociatePublicIpAddress"] = not option.startswith("--no-")
        case "--secondary-private-ip-addresses":
            _interface(given)["PrivateIpAddresses"] = [
                {"PrivateIpAddress": word, "Primary": False} for word in words
            ]
        case "--secondary-private-ip-address-count":
            (word,) = words
            _interface(given)["SecondaryPrivateIpAddressCount"] = int(word)
        case _:
            return False
    return True


def _interface(given: Given) -> dict[str, Any]:
    first: dict[str, Any] = given.setdefault("NetworkInterfaces", [{"DeviceIndex": 0}])[0]
    return first


def _inside_interface(given: Given) -> None:
    """Move what is said of an interface beside it into it: EC2 takes it in one place alone."""
    interfaces = given.get("NetworkInterfaces")
    if not interfaces or not any(name in interfaces[0] for name in FLAT):
        return
    into = interfaces[0]
    for name, inside in (
        ("SubnetId", "SubnetId"),
        ("SecurityGroupIds", "Groups"),
        ("Ipv6AddressCount", "Ipv6AddressCount"),
        ("Ipv6Addresses", "Ipv6Addresses"),
        ("EnablePrimaryIpv6", "PrimaryIpv6"),
    ):
        if name in given:
            into[inside] = given.pop(name)
    if "PrivateIpAddress" in given:
        address = given.pop("PrivateIpAddress")
        into["PrivateIpAddresses"] = [{"PrivateIpAddress": address, "Primary": True}]

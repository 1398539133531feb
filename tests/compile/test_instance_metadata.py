"""What an instance's metadata says, and who is told it."""

import json
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from genkan.compile import compile_network, recompile
from genkan.compile.scope import touched
from genkan.model.account import KeyPair
from genkan.model.instance import Instance, InstanceState
from genkan.model.network import Network, delete, put
from genkan.program.metadata import InstanceMetadata
from genkan.program.place import Boot
from genkan.program.route import Deliver, Local, Route
from tests.compile.scenario import attached, interface, resources

EVERYTHING = [
    *resources(),
    interface("eni-web-2", "subnet-back", "172.16.2.17", attachment=attached("i-web", 1)),
]


def described(**members) -> Network:
    """Give the scenario, with things said at the launch of i-web."""
    network = Network.of(EVERYTHING)
    web = replace(network.get(Instance, "i-web"), key_name="key", described=json.dumps(members))
    return network.apply(put(web))


def metadata(network: Network, name: str = "i-web") -> InstanceMetadata | None:
    found = compile_network(network).program.get(("instance-metadata", name))
    return found if isinstance(found, InstanceMetadata) else None


def items(network: Network, below: str = "meta-data/") -> dict[str, str]:
    found = metadata(network).items
    return {path.removeprefix(below): text for path, text in found if path.startswith(below)}


def test_an_instance_learns_what_it_is_and_where():
    found = items(described())
    assert found["instance-id"] == "i-web"
    assert found["instance-type"] == "t3.micro"
    assert found["placement/availability-zone"] == "ap-northeast-1a"
    assert found["placement/availability-zone-id"] == "apne1-az4"
    assert found["services/domain"] == "amazonaws.com"
    assert found["public-keys/"] == "0=key"
    assert found["public-keys/0/openssh-key"] == "ssh-rsa AAAA"
    document = json.loads(items(described(), "dynamic/")["instance-identity/document"])
    assert (document["instanceId"], document["region"]) == ("i-web", "ap-northeast-1")
    assert document["pendingTime"] == "2026-01-01T00:00:00Z"


def test_each_interface_is_below_its_mac():
    network = described()
    found = items(network, "meta-data/network/interfaces/macs/")
    (second,) = (path.partition("/")[0] for path, text in found.items() if text == "eni-web-2")
    assert found[f"{second}/device-number"] == "1"
    assert found[f"{second}/local-ipv4s"] == "172.16.2.17"
    assert found[f"{second}/subnet-ipv4-cidr-block"] == "172.16.2.0/24"
    assert f"{second}/public-ipv4s" not in found
    assert metadata(network).sources[-1] == IPv4Address("172.16.2.17")


def test_tags_are_told_where_the_instance_may_know_them():
    assert "tags/instance/Name" not in items(described())
    allowed = described(MetadataOptions={"InstanceMetadataTags": "enabled"})
    assert items(allowed)["tags/instance/Name"] == "web"


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, (True, False, 1)),
        ({"HttpTokens": "required"}, (True, True, 1)),
        ({"HttpEndpoint": "disabled", "HttpPutResponseHopLimit": 7}, (False, False, 7)),
    ],
)
def test_the_options_say_how_it_may_ask(options, shown):
    found = metadata(described(MetadataOptions=options))
    assert (found.enabled, found.tokens_required, found.hops) == shown


def test_a_profile_gives_a_role_in_place_of_the_accounts_key():
    network = described(IamInstanceProfile={"Name": "reader"})
    role = metadata(network).role
    assert role.session == "arn:aws:sts::123456789012:assumed-role/reader/i-web"
    assert role.profile_arn == "arn:aws:iam::123456789012:instance-profile/reader"
    boots = {boot.place: boot.access_key for boot in compile_network(network).program.of(Boot)}
    assert (boots["i-web"], boots["i-app"]) == ("", "AKIA1")


def test_an_instance_that_does_not_run_asks_nothing():
    network = described()
    stopped = replace(network.get(Instance, "i-web"), state=InstanceState.STOPPED)
    assert metadata(network.apply(put(stopped))) is None


def test_a_key_pair_that_goes_takes_its_public_half():
    network = described()
    change = delete(network.get(KeyPair, "key-1"))
    after = network.apply(change)
    before = compile_network(network)
    compilation, delta = recompile(before, after, touched(network, after, change))
    assert [entry.key for entry in delta.put] == [("instance-metadata", "i-web")]
    assert compilation.program == compile_network(after).program


def test_no_route_of_a_subnet_leads_away_from_the_service():
    routes = {
        (route.table, str(route.destination)): route.action
        for route in compile_network(described()).program.of(Route)
        if route.place == "vpc-1" and route.destination.subnet_of(IPv4Network("169.254.0.0/16"))
    }
    assert routes["place", "169.254.169.254/32"] == Deliver()
    assert routes["rtb-front", "169.254.168.0/22"] == Local()

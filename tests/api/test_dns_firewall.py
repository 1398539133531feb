"""DNS Firewall: what is kept of lists and rules, and answered for a request that came before."""

import pytest

from tests.build import Client


@pytest.fixture
def client() -> Client:
    return Client()


def ask(client: Client, operation: str, **parameters: object) -> dict:
    return client.ask(f"route53resolver:{operation}", **parameters)


def test_domains_are_added_removed_and_replaced(client):
    made = ask(client, "CreateFirewallDomainList", Name="l")["FirewallDomainList"]
    by_id = {"FirewallDomainListId": made["Id"]}
    for operation, domains, after in (
        ("ADD", ["A.test", "*.b.test."], ["a.test.", "*.b.test."]),
        ("ADD", ["a.test", "*"], ["a.test.", "*.b.test.", "*"]),
        ("REMOVE", ["a.test", "none.test"], ["*.b.test.", "*"]),
        ("REPLACE", ["c.test"], ["c.test."]),
    ):
        ask(client, "UpdateFirewallDomains", **by_id, Operation=operation, Domains=domains)
        assert ask(client, "ListFirewallDomains", **by_id)["Domains"] == after
    seen = ask(client, "GetFirewallDomainList", **by_id)["FirewallDomainList"]
    assert (seen["DomainCount"], seen["Status"]) == (1, "COMPLETE")


def test_the_same_request_again_makes_nothing_more(client):
    given = {"Name": "l", "CreatorRequestId": "once"}
    first = ask(client, "CreateFirewallDomainList", **given)["FirewallDomainList"]["Id"]
    assert ask(client, "CreateFirewallDomainList", **given)["FirewallDomainList"]["Id"] == first
    group = ask(client, "CreateFirewallRuleGroup", **given)["FirewallRuleGroup"]["Id"]
    assert ask(client, "CreateFirewallRuleGroup", **given)["FirewallRuleGroup"]["Id"] == group
    rule = {
        "FirewallRuleGroupId": group,
        "FirewallDomainListId": first,
        "CreatorRequestId": "rule",
        "Name": "r",
        "Priority": 1,
        "Action": "ALLOW",
    }
    for _ in range(2):
        ask(client, "CreateFirewallRule", **rule)
    assert len(ask(client, "ListFirewallRules", FirewallRuleGroupId=group)["FirewallRules"]) == 1
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    asked = {"FirewallRuleGroupId": group, "VpcId": vpc, "Priority": 200, **given}
    made = [ask(client, "AssociateFirewallRuleGroup", **asked) for _ in range(2)]
    assert len({one["FirewallRuleGroupAssociation"]["Id"] for one in made}) == 1


def test_a_rule_is_changed_in_what_is_said_and_forgets_what_no_longer_goes(client):
    listed = ask(client, "CreateFirewallDomainList", Name="l")["FirewallDomainList"]["Id"]
    group = ask(client, "CreateFirewallRuleGroup", Name="g")["FirewallRuleGroup"]["Id"]
    by_id = {"FirewallRuleGroupId": group, "FirewallDomainListId": listed}
    override = {
        "BlockResponse": "OVERRIDE",
        "BlockOverrideDomain": "sink.test",
        "BlockOverrideDnsType": "CNAME",
        "BlockOverrideTtl": 0,
    }
    made = ask(
        client, "CreateFirewallRule", **by_id, Name="r", Priority=1, Action="BLOCK", **override
    )["FirewallRule"]
    assert {name: made[name] for name in override} == override
    renamed = ask(client, "UpdateFirewallRule", **by_id, Name="s")["FirewallRule"]
    assert {name: renamed[name] for name in override} == override
    alert = ask(client, "UpdateFirewallRule", **by_id, Action="ALERT")["FirewallRule"]
    assert not override.keys() & alert.keys()
    for qtype in ("A", "TYPE28"):
        more = {"Name": qtype, "Priority": 2 if qtype == "A" else 3, "Action": "ALLOW"}
        ask(client, "CreateFirewallRule", **by_id, **more, Qtype=qtype)
    ask(client, "DeleteFirewallRule", **by_id, Qtype="A")
    left = ask(client, "ListFirewallRules", FirewallRuleGroupId=group)["FirewallRules"]
    assert [one.get("Qtype") for one in left] == [None, "TYPE28"]


def test_a_vpcs_deletion_ends_what_filters_it(client):
    group = ask(client, "CreateFirewallRuleGroup", Name="g")["FirewallRuleGroup"]["Id"]
    vpc = client.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    asked = {"FirewallRuleGroupId": group, "VpcId": vpc, "Priority": 200, "Name": "a"}
    ask(client, "AssociateFirewallRuleGroup", **asked)
    ask(client, "UpdateFirewallConfig", ResourceId=vpc, FirewallFailOpen="ENABLED")
    client.ask("DeleteVpc", VpcId=vpc)
    ask(client, "DeleteFirewallRuleGroup", FirewallRuleGroupId=group)
    assert ask(client, "ListFirewallConfigs")["FirewallConfigs"] == []

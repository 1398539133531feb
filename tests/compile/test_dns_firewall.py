"""DNS Firewall in the program: rules in the order in which they count, lists that are named."""

import pytest

from genkan.compile import compile_network
from genkan.compile.compilation import recompile
from genkan.compile.scope import touched
from genkan.program import Program
from genkan.program.firewall import DomainList, Firewall
from tests.build import Client


class Site(Client):
    def __init__(self) -> None:
        super().__init__()
        self.vpc = self.ask("CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.lists = {name: self.a_list(name) for name in ("bad", "good")}

    def firewall(self, operation: str, **parameters: object) -> dict:
        return self.ask(f"route53resolver:{operation}", **parameters)

    def a_list(self, name: str) -> str:
        made = self.firewall("CreateFirewallDomainList", Name=name)["FirewallDomainList"]["Id"]
        self.firewall(
            "UpdateFirewallDomains",
            FirewallDomainListId=made,
            Operation="ADD",
            Domains=[f"{name}.test"],
        )
        return made

    def group(self, name: str, priority: int, *rules: tuple[int, str, str]) -> str:
        made = self.firewall("CreateFirewallRuleGroup", Name=name)["FirewallRuleGroup"]["Id"]
        for number, listed, action in rules:
            more = {"BlockResponse": "NXDOMAIN"} if action == "BLOCK" else {}
            self.firewall(
                "CreateFirewallRule",
                FirewallRuleGroupId=made,
                FirewallDomainListId=self.lists[listed],
                Name=f"{name}-{listed}",
                Priority=number,
                Action=action,
                **more,
            )
        answer = self.firewall(
            "AssociateFirewallRuleGroup",
            FirewallRuleGroupId=made,
            VpcId=self.vpc,
            Priority=priority,
            Name=name,
        )
        return answer["FirewallRuleGroupAssociation"]["Id"]

    @property
    def program(self) -> Program:
        return compile_network(self.call.network).program


@pytest.fixture
def site() -> Site:
    return Site()


def order(program: Program) -> list[str]:
    return [rule.because.rule for one in program.of(Firewall) for rule in one.rules]


def test_rules_stand_by_their_groups_priority_and_their_own(site):
    assert list(site.program.of(Firewall)) == []
    site.group("late", 300, (1, "good", "ALLOW"))
    early = site.group("early", 200, (20, "good", "ALERT"), (10, "bad", "BLOCK"))
    assert order(site.program) == ["early-bad", "early-good", "late-good"]
    by_id = {"FirewallRuleGroupAssociationId": early}
    site.firewall("UpdateFirewallRuleGroupAssociation", **by_id, Priority=400)
    assert order(site.program) == ["late-good", "early-bad", "early-good"]
    site.firewall("DisassociateFirewallRuleGroup", **by_id)
    assert order(site.program) == ["late-good"]


def test_a_list_is_there_where_a_rule_names_it(site):
    site.group("one", 200, (1, "bad", "BLOCK"))
    assert [one.domains for one in site.program.of(DomainList)] == [("bad.test.",)]


def test_what_a_change_makes_of_a_program_is_what_the_network_compiles_to(site):
    before = compile_network(site.call.network)
    steps = (
        lambda: site.group("one", 200, (1, "bad", "BLOCK")),
        lambda: site.firewall(
            "UpdateFirewallDomains",
            FirewallDomainListId=site.lists["bad"],
            Operation="REPLACE",
            Domains=["worse.test"],
        ),
        lambda: site.ask("DeleteVpc", VpcId=site.vpc),
    )
    for step in steps:
        old = site.call.network
        step()
        new = site.call.network
        change = _difference(old, new)
        before, _ = recompile(before, new, touched(old, new, change))
        assert before.program == site.program


def _difference(old, new):
    from genkan.model.network import Change

    rows = {(row.kind, row.id): row for row in old}
    there = {(row.kind, row.id): row for row in new}
    puts = tuple(row for key, row in there.items() if rows.get(key) != row)
    return Change(puts=puts, deletes=tuple(key for key in rows if key not in there))

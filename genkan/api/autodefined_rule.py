"""The rule that is in every account and that every VPC follows: all else is asked of the internet.

"VPCs and autodefined rules" in the Amazon Route 53 developer guide. What it is called is what the
AWS CLI's examples of list-resolver-rules and list-resolver-rule-associations show.
"""

from typing import Any

from genkan.api.call import Call
from genkan.api.output import present
from genkan.model.resolver import ResolverRule, ResolverRuleAssociation
from genkan.model.vpc import Vpc

INTERNET_RESOLVER = "rslvr-autodefined-rr-internet-resolver"
RECURSIVE = "RECURSIVE"
AWS = "Route 53 Resolver"


def internet_rule(call: Call) -> ResolverRule:
    """Give the rule as its account and Region have it; it is kept nowhere."""
    return ResolverRule(
        id=INTERNET_RESOLVER,
        account=call.account,
        region=call.region,
        domain_name=".",
        rule_type=RECURSIVE,
        creator_request_id="",
        created_at=call.now,
        modified_at=call.now,
        rule_name="Internet Resolver",
    )


def internet_associations(call: Call) -> list[ResolverRuleAssociation]:
    """Give what joins each VPC of the caller in the Region to the rule."""
    return [
        ResolverRuleAssociation(
            id=f"rslvr-autodefined-assoc-{vpc.id}-internet-resolver",
            account=call.account,
            region=call.region,
            rule_id=INTERNET_RESOLVER,
            vpc_id=vpc.id,
            association_name="System Rule Association",
        )
        for vpc in call.mine(Vpc)
    ]


def shown_internet_rule(rule: ResolverRule) -> dict[str, Any]:
    """Write the rule as AWS does: nobody's, and of no time."""
    return present(
        Id=rule.id,
        CreatorRequestId="",
        Arn=f"arn:aws:route53resolver:{rule.region}::autodefined-rule/{rule.id}",
        DomainName=rule.domain_name,
        Status="COMPLETE",
        RuleType=rule.rule_type,
        Name=rule.rule_name,
        OwnerId=AWS,
        ShareStatus="NOT_SHARED",
    )

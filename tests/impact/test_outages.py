"""What lies between the first of some orders and the last: states that are made once, and what
fails in them."""

from dataclasses import replace

from genkan.impact.impact import impact
from genkan.impact.order import Order
from genkan.impact.state import Ordered
from tests.build import Tokens
from tests.impact.story import ANYWHERE, Story, build


def rule(story: Story, word: str, port: int) -> Order:
    permission = {
        "IpProtocol": "tcp",
        "FromPort": port,
        "ToPort": port,
        "IpRanges": [{"CidrIp": ANYWHERE}],
    }
    return Order(
        f"{word}SecurityGroupIngress", {"GroupId": story.app_group, "IpPermissions": [permission]}
    )


def test_orders_lead_through_what_each_number_of_them_leads_to():
    story = build()
    begun = story.state.settled(story.client.call.now)
    orders = [
        rule(story, "Authorize", 80),
        Order("CreateKeyPair", {"KeyName": "k"}),  # alters no program
        rule(story, "Authorize", 81),
        rule(story, "Revoke", 80),
        Order("CreateSubnet", {"VpcId": story.vpc, "CidrBlock": "172.16.7.0/24"}),
    ]

    def ordered(many: int) -> Ordered:
        call = replace(
            story.client.call, token=Tokens(99), new_key_pair=lambda kind: ("k", "p", "f")
        )
        return begun.ordered(call, orders[:many])

    states = list(begun.through(ordered(5).changes))
    assert [one.program for one in states] == [ordered(many).state.program for many in (1, 3, 4, 5)]
    assert all(one.origin is None for one in states)
    assert states[-1].names.addresses(story.vpc, "example.com")


def test_each_of_many_orders_is_done_once():
    story = build()
    made: list[str] = []

    def new_key_pair(kind: str) -> tuple[str, str, str]:
        made.append(kind)
        return ("private", "public", "print")

    call = replace(story.client.call, new_key_pair=new_key_pair)
    orders = [Order("CreateKeyPair", {"KeyName": f"k{number}"}) for number in range(9)]
    report = impact(story.state, call, orders)
    assert report.refused is None
    assert len(made) == len(orders)

"""Default VPCs that `genkan up` was asked for: one for each account, in its home Region."""

from collections.abc import Callable

from genkan.api.call import Call
from genkan.api.default_vpc import find_default_vpc
from genkan.control import Control
from genkan.model.account import Account

MakeCall = Callable[[str, str], Call]  # account, Region


def make_default_vpcs(control: Control, make_call: MakeCall) -> None:
    """Make those that are not there yet, as CreateDefaultVpc does."""
    for account in list(control.network.all(Account)):
        call = make_call(account.id, account.region)
        if find_default_vpc(call) is None:
            control.run(call, "ec2", "CreateDefaultVpc", {})

"""The account and the access key that a new site starts with."""

from collections.abc import Callable

from genkan.model.account import AccessKey, Account
from genkan.model.network import Change, put

DEFAULT_ACCOUNT = "123456789012"  # the account of AWS's own examples
GLOBAL = "aws-global"
KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"  # noqa: S105


def first_account(region: str, token: Callable[[int, str], str]) -> Change:
    """Give the default account, at home in `region`, and its root user's key."""
    account = Account(
        id=DEFAULT_ACCOUNT, account=DEFAULT_ACCOUNT, region=region, account_name="default"
    )
    key = AccessKey(
        id=f"AKIA{token(16, KEY_ALPHABET)}",
        account=DEFAULT_ACCOUNT,
        region=GLOBAL,
        secret=token(40, SECRET_ALPHABET),
        principal=f"arn:aws:iam::{DEFAULT_ACCOUNT}:root",
    )
    return put(account, key)

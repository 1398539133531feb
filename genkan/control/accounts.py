"""Accounts and their access keys: the first one that a site starts with, and more."""

from collections.abc import Callable

from genkan.model.account import FIRST, AccessKey, Account, standing_keys
from genkan.model.errors import InvalidParameterValue
from genkan.model.hosted_zone import GLOBAL
from genkan.model.network import Change, Network, put

DEFAULT_ACCOUNT = "123456789012"  # the account of AWS's own examples
DIGITS = "0123456789"
KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SECRET_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"  # noqa: S105
LONGEST_NAME = 50

Token = Callable[[int, str], str]


def first_account(region: str, token: Token) -> Change:
    """Give the default account, at home in `region`, and its root user's key."""
    return _account(DEFAULT_ACCOUNT, FIRST, region, token)


def another_account(network: Network, name: str, region: str, token: Token) -> Change:
    """Give an account of that name and its root user's key. Raises InvalidParameterValue."""
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable() or name.isdigit():
        raise InvalidParameterValue(
            f"'{name[:LONGEST_NAME]}' cannot be an account's name. Give 1 to {LONGEST_NAME} "
            "printable characters that are not all digits."
        )
    taken = next((one for one in network.all(Account) if one.account_name == name), None)
    if taken is not None:
        raise InvalidParameterValue(
            f"{taken.id} is called {name} already. Give another name, or use that account."
        )
    number = DEFAULT_ACCOUNT
    while network.get(Account, number):
        number = token(1, DIGITS[1:]) + token(11, DIGITS)
    return _account(number, name, region, token)


def find_account(network: Network, name: str | None) -> Account | None:
    """Give the account with this name or number, the first one for None; or None."""
    wanted = FIRST if name is None else name
    for account in network.all(Account):
        if wanted in (account.account_name, account.id):
            return account
    return None


def keys_of(network: Network, account: Account) -> list[AccessKey]:
    """Give an account's lasting keys, by id."""
    return standing_keys(network.where(AccessKey, account=account.id))


def root_key(number: str, token: Token) -> AccessKey:
    """Give a new key of an account's root user."""
    return AccessKey(
        id=f"AKIA{token(16, KEY_ALPHABET)}",
        account=number,
        region=GLOBAL,
        secret=token(40, SECRET_ALPHABET),
        principal=f"arn:aws:iam::{number}:root",
    )


def _account(number: str, name: str, region: str, token: Token) -> Change:
    account = Account(id=number, account=number, region=region, account_name=name)
    return put(account, root_key(number, token))

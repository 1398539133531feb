"""Endpoint policies in requests: is this text one?

Checked is the form alone, as AWS does: JSON, statements, an effect, and who, what and which in each
("Control access to VPC endpoints using endpoint policies" in the AWS PrivateLink guide). The policy
is not checked against the endpoint's service: another service's action in it harms nothing.
"""

import json
from collections.abc import Mapping
from typing import Any

from genkan.model.errors import Refused

LONGEST = 20_480  # characters, white space counted
VERSIONS = ("2008-10-17", "2012-10-17")
EFFECTS = ("Allow", "Deny")
NEEDED = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
ELEMENTS = frozenset({"Sid", "Effect", "Condition"}.union(*NEEDED))

# AWS writes its default like this: no Version, and a space before each line's end.
DEFAULT_POLICY = """\
{
  "Statement": [
    {
      "Action": "*", \n\
      "Effect": "Allow", \n\
      "Principal": "*", \n\
      "Resource": "*"
    }
  ]
}"""


# and a gateway endpoint's on one line, with one
DEFAULT_GATEWAY_POLICY = (
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*",'
    '"Resource":"*"}]}'
)


class InvalidPolicyDocument(Refused):
    code = "InvalidPolicyDocument"


def check_policy(text: str) -> None:
    """Raise InvalidPolicyDocument for a text that is no endpoint policy."""
    if len(text) > LONGEST:
        raise _invalid(f"It has {len(text)} characters and {LONGEST} is the limit")
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise _invalid(f"Syntax error at position ({error.lineno},{error.colno})") from None
    except RecursionError:
        raise _invalid("It is nested too deeply") from None
    _check_document(document)


def _check_document(document: Any) -> None:  # noqa: ANN401 - whatever the JSON holds
    if not isinstance(document, dict):
        raise _invalid("It is no JSON object")
    unknown = sorted(set(document) - {"Version", "Id", "Statement"})
    if unknown:
        raise _invalid(f"There is no policy element '{unknown[0]}'")
    if document.get("Version", VERSIONS[0]) not in VERSIONS:
        raise _invalid(f"The Version is one of {', '.join(VERSIONS)}")
    statements = document.get("Statement")
    several = statements if isinstance(statements, list) else [statements]
    if not several:
        raise _invalid("It has to have a Statement")
    for one in several:
        if not isinstance(one, dict):
            raise _invalid("It has to have a Statement")
        _check_statement(one)


def _check_statement(statement: Mapping[str, Any]) -> None:
    unknown = sorted(set(statement) - ELEMENTS)
    if unknown:
        raise _invalid(f"There is no statement element '{unknown[0]}'")
    if statement.get("Effect") not in EFFECTS:
        raise _invalid(f"The Effect of a statement is one of {', '.join(EFFECTS)}")
    for pair in NEEDED:
        if sum(name in statement for name in pair) != 1:
            raise _invalid(f"A statement has one of {' and '.join(pair)}")
    if not isinstance(statement.get("Condition", {}), dict):
        raise _invalid("A Condition is a JSON object")


def _invalid(why: str) -> InvalidPolicyDocument:
    return InvalidPolicyDocument(f"The Policy Document is not valid. {why}.")

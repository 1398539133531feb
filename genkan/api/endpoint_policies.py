"""Endpoint policies in requests: is this text one?

Checked is the form alone, as AWS does: what `policy` can read, with who, what and which in each
("Control access to VPC endpoints using endpoint policies" in the AWS PrivateLink guide). The policy
is not checked against the endpoint's service: another service's action in it harms nothing.
"""

from genkan.model.errors import Refused
from genkan.policy import PolicyUnreadable, parse_policy

LONGEST = 20_480  # characters, white space counted

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
        policy = parse_policy(text)
    except PolicyUnreadable as error:
        line, column = error.position or (0, 0)
        where = f"Syntax error at position ({line},{column}). " if line else ""
        raise _invalid(f"{where}{error}") from error
    if not policy.statements:
        raise _invalid("It has to have a Statement")
    named = [one.sid for one in policy.statements if one.sid]
    for sid in named:
        if named.count(sid) > 1:
            raise _invalid(f"Each Sid is of one statement, and '{sid}' is of several")
    for one in policy.statements:
        if one.principals is None:
            raise _invalid("A statement has one of Principal and NotPrincipal")
        if one.resources is None:
            raise _invalid("A statement has one of Resource and NotResource")


def _invalid(why: str) -> InvalidPolicyDocument:
    return InvalidPolicyDocument(f"The Policy Document is not valid. {why}.")

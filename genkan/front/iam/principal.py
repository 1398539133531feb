"""Who signed, as policies name them: root users, users, and sessions of roles."""

from genkan.policy import Principal
from genkan.program.service import Credential

ASSUMED = ":assumed-role/"


def principal_of(credential: Credential | None) -> Principal | None:
    """Give the principal of a key; None for nobody's."""
    if credential is None:
        return None
    arn = credential.principal
    role = role_arn(arn)
    return Principal(credential.account, (arn, role) if role else (arn,))


def role_arn(arn: str) -> str | None:
    """Give the role of a session's ARN; None for the ARN of anything else."""
    if ASSUMED not in arn:
        return None
    account = arn.split(":")[4]
    name = arn.partition(ASSUMED)[2].partition("/")[0]
    return f"arn:aws:iam::{account}:role/{name}"


def principal_keys(credential: Credential | None) -> dict[str, tuple[str, ...]]:
    """Give the condition keys that tell of who signed."""
    if credential is None:
        return {"aws:PrincipalType": ("Anonymous",)}
    arn = credential.principal
    keys: dict[str, tuple[str, ...]] = {
        "aws:PrincipalAccount": (credential.account,),
        "aws:PrincipalArn": (role_arn(arn) or arn,),
    }
    if arn.endswith(":root"):
        keys |= {"aws:PrincipalType": ("Account",), "aws:userid": (credential.account,)}
    elif ASSUMED in arn:
        keys["aws:PrincipalType"] = ("AssumedRole",)
    else:
        keys |= {"aws:PrincipalType": ("User",), "aws:username": (arn.rpartition("/")[2],)}
    return keys

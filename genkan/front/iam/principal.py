"""Who signed, as policies name them: root users, users, federated users, sessions of roles."""

from genkan.policy import Principal
from genkan.program.service import Credential

ASSUMED, FEDERATED = ":assumed-role/", ":federated-user/"


def principal_of(credential: Credential | None) -> Principal | None:
    """Give the principal of a key; None for nobody's."""
    if credential is None:
        return None
    arn = credential.principal
    behind = role_arn(arn) or credential.issuer
    return Principal(credential.account, (arn, behind) if behind else (arn,))


def role_arn(arn: str) -> str | None:
    """Give the role of a session's ARN; None for the ARN of anything else."""
    if ASSUMED not in arn:
        return None
    account = arn.split(":")[4]
    name = arn.partition(ASSUMED)[2].partition("/")[0]
    return f"arn:aws:iam::{account}:role/{name}"


def session_policies(credential: Credential | None) -> tuple[str, ...] | None:
    """Give the policies that bind a session; None where none do. A federated user's always do:
    without one it may do nothing."""
    if credential is None or not (credential.session_policies or credential.issuer):
        return None
    return credential.session_policies


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
    elif FEDERATED in arn:
        userid = f"{credential.account}:{arn.partition(FEDERATED)[2]}"
        keys |= {"aws:PrincipalType": ("FederatedUser",), "aws:userid": (userid,)}
    else:
        keys |= {"aws:PrincipalType": ("User",), "aws:username": (arn.rpartition("/")[2],)}
    return keys | {f"aws:PrincipalTag/{key}": (held,) for key, held in credential.session_tags}

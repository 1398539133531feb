"""Who is asking. "GetCallerIdentity" in the AWS STS API reference."""

from genkan.api.call import Answer, Call


def get_caller_identity(call: Call) -> Answer:
    root = call.principal.endswith(":root")
    return Answer(
        {
            "UserId": call.account if root else call.principal.rpartition("/")[2],
            "Account": call.account,
            "Arn": call.principal,
        }
    )

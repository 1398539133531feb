"""What a request says before its body: whether it is signed, and the name of what it asks."""

from genkan import wire

SIGNATURE = "AWS4-"
LONGEST_NAME = 200


def is_signed(head: wire.HttpRequest, *, by_us_alone: bool = True) -> bool:
    """Tell whether a request says that it is signed; where not `by_us_alone`, Authorization may
    hold what is somebody else's, such as a token."""
    header = head.header("authorization")
    ours = header is not None and (by_us_alone or header.startswith(SIGNATURE))
    return ours or "X-Amz-Signature=" in head.query


def host_of(head: wire.HttpRequest) -> str:
    """Give the name that a request asks, without its port; none where it says none."""
    return (head.header("host") or "").partition(":")[0].lower()


def named_by_head(head: wire.HttpRequest, body: bytes) -> str:
    """Give the operation of a request whose service has no model: what it calls itself."""
    target = head.header("x-amz-target")
    if target:
        return target.rpartition(".")[2][:LONGEST_NAME]
    for text in (head.query, body[:4096].decode("ascii", "replace")):
        for pair in text.split("&"):
            if pair.startswith("Action="):
                return pair.removeprefix("Action=")[:LONGEST_NAME]
    return f"{head.method} {head.path}"[:LONGEST_NAME]

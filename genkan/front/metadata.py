"""What the instance metadata service answers: pure, a question in, an answer out.

"Use the Instance Metadata Service to access instance metadata" in the Amazon EC2 user guide: a
session begins with a PUT that says how long its token holds; a question that comes with a token
needs a good one; one without is answered where tokens are optional. A PUT that passed a proxy
(X-Forwarded-For) is refused.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from genkan.front.role_credentials import RoleCredentials
from genkan.program.metadata import InstanceMetadata

TOKEN = "x-aws-ec2-metadata-token"  # noqa: S105 - a header
TTL = "x-aws-ec2-metadata-token-ttl-seconds"
LONGEST = 21_600  # seconds
TOKEN_PATH = "api/token"  # noqa: S105 - a path
CREDENTIALS = "meta-data/iam/security-credentials/"
FILE, TEXT = "application/octet-stream", "text/plain"
SEAL = 16
# Every version has the tree of the latest one.
VERSIONS = (
    *("1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01"),
    *("2008-09-01", "2009-04-04", "2011-01-01", "2011-05-01", "2012-01-12", "2014-02-25"),
    *("2014-11-05", "2015-10-20", "2016-04-19", "2016-06-30", "2016-09-02", "2018-03-28"),
    *("2018-08-17", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03", "2021-03-23"),
    *("2021-07-15", "2022-09-24", "latest"),
)
WHY = {
    400: ("Bad Request", "A PUT to /latest/api/token says how long its token holds: "
          f"{TTL}, 1 to {LONGEST} seconds."),
    401: ("Unauthorized", "Ask with a token that this instance was given and that holds: "
          f"PUT /latest/api/token, then {TOKEN}."),
    403: ("Forbidden", "The metadata of this instance is turned off (HttpEndpoint, "
          "HttpProtocolIpv6), or a proxy "
          "asked."),
    404: ("Not Found", "There is no such metadata here. A path ending in / lists what there is."),
    405: ("Method Not Allowed", "Metadata is read: GET, HEAD, and PUT for a token."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """`headers` by names in lower case; `by_ipv6`: it came by IPv6."""

    method: str
    path: str
    headers: Mapping[str, str]
    by_ipv6: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `hops`: how many routers it may cross, where that is bounded."""

    status: int
    body: bytes
    content_type: str = TEXT
    headers: tuple[tuple[str, str], ...] = ()
    hops: int | None = None


class MetadataAnswers:
    """Answers by what an instance's entry says."""

    def __init__(self, secret: bytes, credentials: RoleCredentials) -> None:
        self._secret = hashlib.blake2b(secret, digest_size=32, person=b"genkan-imds-toks").digest()
        self._credentials = credentials

    def answer(self, entry: InstanceMetadata | None, question: Question, now: datetime) -> Reply:
        """Answer a question of the instance that `entry` tells of; None: of nobody's."""
        if entry is None:
            return refused(404)
        if not entry.enabled or (question.by_ipv6 and not entry.ipv6):
            return refused(403)
        version, _, path = question.path.partition("?")[0].lstrip("/").partition("/")
        if question.method == "PUT" and version in VERSIONS and path == TOKEN_PATH:
            return self._token_given(entry, question, now)
        if question.method not in ("GET", "HEAD"):
            return refused(405)
        token = question.headers.get(TOKEN)
        if (token is not None or entry.tokens_required) and not self._holds(entry, token, now):
            return refused(401)
        return self._read(entry, version, path, now)

    def _token_given(self, entry: InstanceMetadata, question: Question, now: datetime) -> Reply:
        if "x-forwarded-for" in question.headers:
            return refused(403)
        given = question.headers.get(TTL, "")
        if not (given.isascii() and given.isdigit() and 1 <= int(given[:6]) <= LONGEST):
            return refused(400)
        until = int(now.timestamp()) + int(given)
        token = base64.urlsafe_b64encode(until.to_bytes(8) + self._seal(entry, until))
        return Reply(200, token, headers=((TTL, given),), hops=entry.hops)

    def _holds(self, entry: InstanceMetadata, token: str | None, now: datetime) -> bool:
        try:
            found = base64.urlsafe_b64decode((token or "").encode("ascii", "replace"))
        except (ValueError, binascii.Error):
            return False
        until = int.from_bytes(found[:8])
        good = hmac.compare_digest(found[8:], self._seal(entry, until))
        return good and now.timestamp() < until

    def _seal(self, entry: InstanceMetadata, until: int) -> bytes:
        message = f"{entry.instance} {until}".encode()
        return hashlib.blake2b(message, key=self._secret, digest_size=SEAL).digest()

    def _read(self, entry: InstanceMetadata, version: str, path: str, now: datetime) -> Reply:
        if version == "":
            return Reply(200, "\n".join(VERSIONS).encode())
        if version not in VERSIONS:
            return refused(404)
        if path.strip("/") == "user-data":
            return _user_data(entry)
        tree = dict(entry.items)
        tree |= self._of_role(entry, path, now)
        found = tree.get(path)
        if found is None and (listed := _listed(tree, path, entry.user_data is not None)):
            found = "\n".join(listed)
        return refused(404) if found is None else Reply(200, found.encode())

    def _of_role(self, entry: InstanceMetadata, path: str, now: datetime) -> dict[str, str]:
        """Give what there is of an instance's role; the credentials only where they are asked."""
        if entry.role is None:
            return {}
        issued = self._credentials.issue(entry.account, entry.role.session, now)
        info = {
            "Code": "Success",
            "LastUpdated": _instant(issued.at),
            "InstanceProfileArn": entry.role.profile_arn,
            "InstanceProfileId": entry.role.profile_id,
        }
        one = issued.credential
        credentials = {
            "Code": "Success",
            "LastUpdated": _instant(issued.at),
            "Type": "AWS-HMAC",
            "AccessKeyId": one.id,
            "SecretAccessKey": one.secret,
            "Token": one.session_token,
            "Expiration": _instant(one.expires or issued.at),
        }
        return {
            "meta-data/iam/info": json.dumps(info, indent=2),
            CREDENTIALS + entry.role.name: json.dumps(credentials, indent=2),
        }


def refused(status: int) -> Reply:
    """Give a refusal, with its reason as the service writes it."""
    title, why = WHY[status]
    page = (
        '<?xml version="1.0" encoding="iso-8859-1"?>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">\n'
        f" <head><title>{status} - {title}</title></head>\n"
        f" <body><h1>{status} - {title}</h1><p>{why}</p></body>\n</html>\n"
    )
    return Reply(status, page.encode(), "text/html")


def _user_data(entry: InstanceMetadata) -> Reply:
    if entry.user_data is None:
        return refused(404)
    return Reply(200, base64.b64decode(entry.user_data), FILE)


def _listed(tree: Mapping[str, str], path: str, user_data: bool) -> list[str]:
    """Give the names below a path, directories with a slash; none where nothing is."""
    below = f"{path.strip('/')}/" if path.strip("/") else ""
    if below in tree:
        return tree[below].split("\n")
    names = {
        head + slash
        for item in tree
        if item.startswith(below)
        for head, slash, _ in [item.removeprefix(below).partition("/")]
        if head
    }
    if not below:
        names = {name.rstrip("/") for name in names} | ({"user-data"} if user_data else set())
    return sorted(names)


def _instant(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")

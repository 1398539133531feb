"""ECR's registry by the OCI Distribution Specification: images are pushed, shown and pulled."""

import base64
import gzip
import hashlib
import json
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.front.conftest import Api, Reply
from tests.story.conftest import REGION

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
OCTETS = "application/octet-stream"


def digest_of(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Registry:
    """A plain client of the protocol."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.ecr = api.site.client("ecr")
        self.account = api.site.client("sts").get_caller_identity()["Account"]
        self.host = f"{self.account}.dkr.ecr.{REGION}.amazonaws.com"
        self.token = self.token_of(self.ecr)

    def token_of(self, ecr):
        (told,) = ecr.get_authorization_token()["authorizationData"]
        return told["authorizationToken"]

    def ask(self, verb, path, body=b"", *, token=None, host="", **headers) -> Reply:
        given = {
            "Host": host or self.host,
            "Authorization": f"Basic {self.token if token is None else token}",
            "Content-Length": str(len(body)),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value)
        if verb == "HEAD":
            lines += "Connection: close\r\n"
        return self.api.send(f"{verb} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)

    def push_blob(self, name, content, *, chunk=0):
        """Push a blob, in chunks of so many bytes or by one PUT; give its descriptor."""
        begun = self.ask("POST", f"/v2/{name}/blobs/uploads/")
        assert begun.status == 202
        where, digest = begun.headers["location"], digest_of(content)
        rest = content
        for at in range(0, len(content), chunk) if chunk else ():
            part = content[at : at + chunk]
            span = f"{at}-{at + len(part) - 1}"
            went = self.ask("PATCH", where, part, Content_Range=span, Content_Type=OCTETS)
            assert (went.status, went.headers["range"]) == (202, f"0-{at + len(part) - 1}")
            where, rest = went.headers["location"], b""
        done = self.ask("PUT", f"{where}?digest={digest}", rest, Content_Type=OCTETS)
        assert (done.status, done.headers["docker-content-digest"]) == (201, digest)
        return {"mediaType": OCTETS, "digest": digest, "size": len(content)}

    def push(self, name, tag, layer, **how):
        """Push an image of one layer; give its manifest."""
        config = self.push_blob(name, json.dumps({"architecture": "amd64", "os": "linux"}).encode())
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": config,
                "layers": [self.push_blob(name, layer, **how)],
            }
        ).encode()
        path = f"/v2/{name}/manifests/{tag}"
        assert self.ask("PUT", path, manifest, Content_Type=MANIFEST).status == 201
        return manifest

    def fetch(self, address):
        """Get what a redirect leads to, from the S3 that it names."""
        url = urlsplit(address)
        head = f"GET {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n"
        return url.netloc, self.api.send(head.encode())


@pytest.fixture(scope="module")
def registry(api: Api):
    made = Registry(api)
    for name in ("orders", "team/other"):
        made.ecr.create_repository(repositoryName=name)
    return made


def test_an_image_that_was_pushed_is_pulled_through_s3(registry):
    layer = gzip.compress(b"tea" * 1000)
    manifest = registry.push("orders", "v1", layer)
    for reference in ("v1", digest_of(manifest)):
        got = registry.ask("GET", f"/v2/orders/manifests/{reference}", Accept=MANIFEST)
        assert (got.status, got.body) == (200, manifest)
        assert got.headers["content-type"] == MANIFEST
        assert got.headers["docker-content-digest"] == digest_of(manifest)
    head = registry.ask("HEAD", "/v2/orders/manifests/v1")
    assert (head.status, head.headers["content-length"]) == (200, str(len(manifest)))
    head = registry.ask("HEAD", f"/v2/orders/blobs/{digest_of(layer)}")
    assert (head.status, head.headers["content-length"]) == (200, str(len(layer)))
    sent = registry.ask("GET", f"/v2/orders/blobs/{digest_of(layer)}")
    assert sent.status == 307
    host, got = registry.fetch(sent.headers["location"])
    assert host == f"prod-{REGION}-starport-layer-bucket.s3.{REGION}.amazonaws.com"
    assert (got.status, got.body) == (200, layer)
    other = sent.headers["location"].replace("X-Amz-Signature=", "X-Amz-Signature=0")
    assert registry.fetch(other)[1].status == 403


def test_the_api_shows_what_was_pushed(registry):
    layer = b"x" * 5000
    manifest = registry.push("team/other", "v1", layer)
    (image,) = registry.ecr.describe_images(repositoryName="team/other")["imageDetails"]
    assert (image["imageDigest"], image["imageTags"]) == (digest_of(manifest), ["v1"])
    assert image["imageSizeInBytes"] == 5000 + json.loads(manifest)["config"]["size"]
    (listed,) = registry.ecr.list_images(repositoryName="team/other")["imageIds"]
    assert listed == {"imageDigest": digest_of(manifest), "imageTag": "v1"}
    (got,) = registry.ecr.batch_get_image(
        repositoryName="team/other", imageIds=[{"imageTag": "v1"}]
    )["images"]
    assert (got["imageManifest"], got["imageManifestMediaType"]) == (manifest.decode(), MANIFEST)
    url = registry.ecr.get_download_url_for_layer(
        repositoryName="team/other", layerDigest=digest_of(layer)
    )["downloadUrl"]
    assert registry.fetch(url)[1].body == layer
    with pytest.raises(ClientError, match="LayersNotFound"):
        registry.ecr.get_download_url_for_layer(
            repositoryName="team/other", layerDigest=digest_of(b"no")
        )


def test_a_large_layer_comes_in_chunks(registry):
    layer = b"".join(number.to_bytes(8, "big") for number in range(1 << 19))  # 4 MiB
    registry.push("orders", "large", layer, chunk=1 << 20)
    sent = registry.ask("GET", f"/v2/orders/blobs/{digest_of(layer)}")
    assert registry.fetch(sent.headers["location"])[1].body == layer


def test_a_chunk_out_of_order_or_a_wrong_digest_is_refused(registry):
    where = registry.ask("POST", "/v2/orders/blobs/uploads/").headers["location"]
    assert registry.ask("PATCH", where, b"abc", Content_Range="0-2").status == 202
    gap = registry.ask("PATCH", where, b"abc", Content_Range="7-9")
    assert (gap.status, gap.headers["range"]) == (416, "0-2")
    wrong = registry.ask("PUT", f"{where}?digest={digest_of(b'other')}")
    assert (wrong.status, json.loads(wrong.body)["errors"][0]["code"]) == (400, "DIGEST_INVALID")
    asked = registry.ask("GET", where)
    assert (asked.status, asked.headers["range"]) == (204, "0-2")
    assert registry.ask("DELETE", where).status == 204
    assert registry.ask("GET", where).status == 404


def test_one_request_may_bring_a_blob_and_another_repository_may_lend_it(registry):
    content = b"whole"
    path = f"/v2/orders/blobs/uploads/?digest={digest_of(content)}"
    assert registry.ask("POST", path, content, Content_Type=OCTETS).status == 201
    asked = f"mount={digest_of(content)}&from=orders"
    assert registry.ask("POST", f"/v2/team/other/blobs/uploads/?{asked}").status == 201
    assert registry.ask("HEAD", f"/v2/team/other/blobs/{digest_of(content)}").status == 200
    asked = f"mount={digest_of(b'none')}&from=orders"
    assert registry.ask("POST", f"/v2/team/other/blobs/uploads/?{asked}").status == 202


def test_an_index_names_images_that_are_there(registry):
    manifest = registry.push("orders", "for-index", b"layer of an index")
    entry = {"mediaType": MANIFEST, "digest": digest_of(manifest), "size": len(manifest)}
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}).encode()
    put = registry.ask("PUT", "/v2/orders/manifests/multi", index, Content_Type=INDEX)
    assert put.status == 201
    assert registry.ask("GET", "/v2/orders/manifests/multi").body == index
    entry["digest"] = digest_of(b"none")
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [entry]}).encode()
    put = registry.ask("PUT", "/v2/orders/manifests/multi", index, Content_Type=INDEX)
    assert json.loads(put.body)["errors"][0]["code"] == "MANIFEST_BLOB_UNKNOWN"


def test_tags_are_listed_in_pages_and_move_unless_they_may_not(registry):
    registry.ecr.create_repository(repositoryName="tags")
    first = registry.push("tags", "b", b"1")
    for tag in ("a", "c"):
        registry.ask("PUT", f"/v2/tags/manifests/{tag}", first, Content_Type=MANIFEST)
    page = registry.ask("GET", "/v2/tags/tags/list?n=2")
    assert json.loads(page.body) == {"name": "tags", "tags": ["a", "b"]}
    following = page.headers["link"].partition("<")[2].partition(">")[0]
    assert json.loads(registry.ask("GET", following).body)["tags"] == ["c"]
    second = registry.push("tags", "b", b"2")
    assert registry.ask("GET", "/v2/tags/manifests/b").body == second
    assert registry.ask("GET", f"/v2/tags/manifests/{digest_of(first)}").body == first
    registry.ecr.put_image_tag_mutability(repositoryName="tags", imageTagMutability="IMMUTABLE")
    again = registry.ask("PUT", "/v2/tags/manifests/b", first, Content_Type=MANIFEST)
    assert (again.status, json.loads(again.body)["errors"][0]["code"]) == (400, "TAG_INVALID")


@pytest.mark.parametrize(
    ("verb", "path", "status", "code"),
    [
        ("GET", "/v2/none/manifests/v1", 404, "NAME_UNKNOWN"),
        ("GET", "/v2/orders/manifests/none", 404, "MANIFEST_UNKNOWN"),
        ("GET", f"/v2/orders/blobs/{digest_of(b'none')}", 404, "BLOB_UNKNOWN"),
        ("PATCH", "/v2/orders/blobs/uploads/none", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("PUT", "/v2/orders/manifests/v9", 400, "MANIFEST_INVALID"),
        ("PUT", "/v2/orders/manifests/.bad", 400, "TAG_INVALID"),
        ("DELETE", "/v2/orders/manifests/v1", 405, "UNSUPPORTED"),
        ("GET", "/v2/_catalog", 405, "UNSUPPORTED"),
    ],
)
def test_a_refusal_has_the_specifications_code(registry, verb, path, status, code):
    reply = registry.ask(verb, path)
    assert (reply.status, json.loads(reply.body)["errors"][0]["code"]) == (status, code)


def test_who_has_no_token_is_asked_for_one(registry):
    assert registry.ask("GET", "/v2/").status == 200
    forged = base64.b64encode(b"AWS:" + base64.b64encode(bytes(99))).decode()
    for token in ("", "none", forged):
        asked = registry.ask("GET", "/v2/", token=token)
        assert asked.status == 401
        assert asked.headers["www-authenticate"].startswith('Basic realm="https://')


def test_policies_decide_who_pushes_and_who_pulls(registry):
    iam = registry.api.site.client("iam")
    iam.create_user(UserName="puller")
    statement = {
        "Effect": "Allow",
        "Action": ["ecr:GetAuthorizationToken", "ecr:BatchGetImage"],
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="puller", PolicyName="p", PolicyDocument=policy)
    key = iam.create_access_key(UserName="puller")["AccessKey"]
    import boto3

    mine = boto3.client(
        "ecr",
        region_name=REGION,
        endpoint_url=registry.api.url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    token = registry.token_of(mine)
    registry.push("orders", "mine", b"layer")
    assert registry.ask("GET", "/v2/orders/manifests/mine", token=token).status == 200
    denied = registry.ask("POST", "/v2/orders/blobs/uploads/", token=token)
    assert denied.status == 403
    assert b"ecr:InitiateLayerUpload on resource: arn:aws:ecr:" in denied.body

"""Requests to ECR's registry in IAM's words. "Actions, resources, and condition keys for Amazon
Elastic Container Registry" in the Service Authorization Reference."""

import re

from genkan.program.service import Service
from genkan.wire import HttpRequest

REGISTRY = "ecr.dkr"
PATH = re.compile(
    r"/v2/(?P<name>.+)/(?P<what>manifests/[^/]+|blobs/uploads(?:/[^/]*)?|blobs/[^/]+|tags/list)/?"
)
ACTIONS = {
    ("manifests", "GET"): "BatchGetImage",
    ("manifests", "HEAD"): "BatchGetImage",
    ("manifests", "PUT"): "PutImage",
    ("manifests", "DELETE"): "BatchDeleteImage",
    ("uploads", "POST"): "InitiateLayerUpload",
    ("uploads", "GET"): "UploadLayerPart",
    ("uploads", "PATCH"): "UploadLayerPart",
    ("uploads", "PUT"): "CompleteLayerUpload",
    ("uploads", "DELETE"): "UploadLayerPart",
    ("blobs", "HEAD"): "BatchCheckLayerAvailability",
    ("blobs", "GET"): "GetDownloadUrlForLayer",
    ("tags", "GET"): "ListImages",
}


def is_registry(service: Service, head: HttpRequest) -> bool:
    """Tell whether a request is one of the registry's protocol, and not of ECR's API."""
    return service.code == REGISTRY and (head.path == "/v2" or head.path.startswith("/v2/"))


def takes_blobs(head: HttpRequest) -> bool:
    """Tell whether a request may bring a part of a layer."""
    return head.method in ("POST", "PATCH", "PUT") and "/blobs/uploads" in head.path


def registry_action(service: Service, head: HttpRequest, account: str) -> tuple[str, str] | None:
    """Give the action and the repository's ARN; None for what asks for no repository."""
    found = PATH.fullmatch(head.path)
    if found is None:
        return None
    first = (head.header("host") or "").partition(".")[0]
    owner = first if len(first) == 12 and first.isdigit() else account
    kind = found["what"].partition("/")[0]
    if found["what"].startswith("blobs/uploads"):
        kind = "uploads"
    action = ACTIONS.get((kind, head.method), "UnknownOperation")
    return f"ecr:{action}", f"arn:aws:ecr:{service.region}:{owner}:repository/{found['name']}"

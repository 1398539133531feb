"""Images. An image here is this machine's own file system, whatever id it is asked for by.

Programs of an instance are programs of the machine, so every `ami-…` exists and is the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from genkan.api.call import Answer, Call
from genkan.api.output import present
from genkan.api.selection import Values, absent, matching, page, yes_no
from genkan.model.errors import Malformed
from genkan.model.resource import Resource

OURS = "ami-genkan"
DESCRIPTION = "The file system of the machine that Genkan runs on"
CREATED = "2026-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Image(Resource):
    kind: ClassVar[str] = "image"


ROOT = "/dev/xvda"
VOLUME = {
    "DeleteOnTermination": True,
    "Encrypted": False,
    "VolumeSize": 8,
    "VolumeType": "gp3",
}
IMAGE = re.compile(r"ami-[0-9a-z-]{1,40}")


def check_image(image_id: str) -> None:
    """Raise Malformed for what cannot be an image's id."""
    if not IMAGE.fullmatch(image_id):
        raise Malformed(
            "InvalidAMIID.Malformed",
            f'Invalid id: "{image_id}" (expecting "ami-...")',
        )


def describe_images(
    call: Call,
    *,
    image_ids: Sequence[str] | None = None,
    owners: Sequence[str] | None = None,
    executable_users: Sequence[str] | None = None,
    filters: Sequence[Mapping[str, Any]] | None = None,
    include_deprecated: bool = False,
    include_disabled: bool = False,
    max_results: int | None = None,
    next_token: str | None = None,
) -> Answer:
    names = list(dict.fromkeys(image_ids or (_asked_for(filters) or [OURS])))
    for name in names:
        check_image(name)
    images = [Image(id=name, account=call.account, region=call.region) for name in names]
    rows = matching(images, filters, _FILTERS)
    some, token = page(rows, max_results, next_token)
    return Answer(present(Images=[_shown(row) for row in some], NextToken=token))


def _asked_for(filters: Sequence[Mapping[str, Any]] | None) -> list[str]:
    """Give the ids that a filter on image-id names: they exist, as all do."""
    return [
        value
        for one in filters or ()
        if one.get("Name") == "image-id"
        for value in one.get("Values", ())
        if IMAGE.fullmatch(value)
    ]


def _shown(image: Image) -> dict[str, Any]:
    return {
        "Architecture": "x86_64",
        "BlockDeviceMappings": [{"DeviceName": ROOT, "Ebs": VOLUME}],
        "CreationDate": CREATED,
        "Description": DESCRIPTION,
        "EnaSupport": True,
        "Hypervisor": "xen",
        "ImageId": image.id,
        "ImageLocation": f"amazon/{image.id}",
        "ImageOwnerAlias": "amazon",
        "ImageType": "machine",
        "Name": image.id.removeprefix("ami-"),
        "OwnerId": image.account,
        "PlatformDetails": "Linux/UNIX",
        "Public": True,
        "RootDeviceName": ROOT,
        "RootDeviceType": "ebs",
        "State": "available",
        "Tags": [],
        "VirtualizationType": "hvm",
    }


def _member(name: str) -> Values[Image]:
    def values(row: Image) -> list[str]:
        value = _shown(row)[name]
        return [yes_no(value) if isinstance(value, bool) else str(value)]

    return values


_FILTERS: Mapping[str, Values[Image]] = {
    "architecture": _member("Architecture"),
    "description": _member("Description"),
    "hypervisor": _member("Hypervisor"),
    "image-id": _member("ImageId"),
    "image-type": _member("ImageType"),
    "is-public": _member("Public"),
    "name": _member("Name"),
    "owner-alias": _member("ImageOwnerAlias"),
    "root-device-type": _member("RootDeviceType"),
    "state": _member("State"),
    "virtualization-type": _member("VirtualizationType"),
    "creation-date": _member("CreationDate"),
    "ena-support": _member("EnaSupport"),
    "root-device-name": _member("RootDeviceName"),
    **absent(
        *("boot-mode", "free-tier-eligible", "image-allowed", "kernel-id", "manifest-location"),
        *("instance-type-specification.supported-instance-type", "platform", "product-code"),
        *("instance-type-specification.unsupported-instance-type", "product-code.type"),
        *("public-ssm-parameter-name", "ramdisk-id", "source-image-id", "source-image-region"),
        *("source-instance-id", "state-reason-code", "state-reason-message", "sriov-net-support"),
        *(
            f"block-device-mapping.{name}"
            for name in (
                *("delete-on-termination", "device-name", "encrypted", "snapshot-id"),
                *("volume-size", "volume-type"),
            )
        ),
        *(
            f"image-watermark.{name}"
            for name in (
                *("source-image-creation-time", "source-image-id", "source-image-region"),
                *("watermark-creation-time", "watermark-key"),
            )
        ),
        *(
            f"scan-result.{name}"
            for name in (
                *("finding-scan-date", "highest-finding-severity-label"),
                *(
                    f"{severity}-fix-available-since"
                    for severity in ("critical", "high", "informational", "low", "medium")
                ),
            )
        ),
    ),
}

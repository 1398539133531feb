"""What ECR's API says of the registry: tokens, addresses of layers, sizes of images.

The emulator's own answers are fixed words, or none.
"""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from genkan.services.identities import Question
from genkan.services.registry import layers, tokens


def complete_api(asking: Callable[[], Question]) -> None:
    """Have the emulator answer of what the registry has; `asking` gives the call of a thread."""
    from moto.core.responses import ActionResult
    from moto.ecr.models import ECRBackend, Image
    from moto.ecr.responses import ECRResponse

    responses_type: Any = ECRResponse
    backend_type: Any = ECRBackend
    image_type: Any = Image
    complete = backend_type.complete_layer_upload

    def get_authorization_token(self: Any) -> Any:  # noqa: ANN401 - moto's
        token, until = tokens.issue(asking())
        registries = self._get_param("registryIds") or [self.current_account]
        told = [
            {
                "authorizationToken": token,
                "expiresAt": datetime.fromtimestamp(until, UTC),
                "proxyEndpoint": f"https://{one}.dkr.ecr.{self.region}.amazonaws.com",
            }
            for one in registries
        ]
        return ActionResult({"authorizationData": told})

    def get_download_url_for_layer(self: Any) -> Any:  # noqa: ANN401 - moto's
        from moto.core.exceptions import JsonRESTError

        registry = self._get_param("registryId") or self.current_account
        digest, name = self._get_param("layerDigest"), self._get_param("repositoryName")
        held = self.ecr_backend._get_repository(name, registry)
        if digest not in held.layers or not layers.has(registry, self.region, digest):
            raise JsonRESTError("LayersNotFoundException", f"{digest} is not in {name}")
        url = layers.address(registry, self.region, digest)
        return ActionResult({"downloadUrl": url, "layerDigest": digest})

    def complete_layer_upload(self: Any, *given: Any, **named: Any) -> Any:  # noqa: ANN401 - moto's
        uploads = {
            name: bytes(upload.layer_parts)
            for repository in self.repositories.values()
            for name, upload in repository.uploads.items()
            if name in (*given, *named.values())
        }
        done = complete(self, *given, **named)
        digest = done["layerDigest"]
        for content in uploads.values():
            file = io.BytesIO(content)
            layers.store(self.account_id, self.region_name, digest, file, len(content))
        return done

    def size(image: Any) -> int | None:  # noqa: ANN401 - moto's
        manifest = json.loads(image.image_manifest)
        named = [*(manifest.get("layers") or ()), manifest.get("config") or {}]
        return sum(int(one.get("size", 0)) for one in named) if "layers" in manifest else None

    responses_type.get_authorization_token = get_authorization_token
    responses_type.get_download_url_for_layer = get_download_url_for_layer
    backend_type.complete_layer_upload = complete_layer_upload
    image_type.get_image_size_in_bytes = size

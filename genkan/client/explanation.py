"""Why a name answers what it answers: asked of a site's control."""

from typing import Any
from urllib.parse import urlencode

from genkan.client.site import Site


def ask(site: Site, asker: str, name: str, kind: str) -> dict[str, Any]:
    """Give how a name is answered to an asker and to the internet. Raises SiteDown."""
    return site.get("/explain?" + urlencode({"from": asker, "name": name, "type": kind}))

"""How a command speaks to a running site: its anchor's socket, its control's, and its instances.

Light to import: every command does. Nothing here changes a site but what its processes do when
asked. `account` asks an AWS account the same way that its owner's other clients do.
"""

from genkan.client.site import Site, SiteDown

__all__ = ["Site", "SiteDown"]

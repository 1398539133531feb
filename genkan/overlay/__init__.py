"""A mapping that never changes, and gives the next one for what a change costs."""

from genkan.overlay.mapping import Overlay

__all__ = ["Overlay"]

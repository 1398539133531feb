"""The one writer: run an operation, commit its change, compile it, have it made so, tell who must
know.

A change goes through all of that before its call is answered. Reads are answered from the snapshot
at any time. The site composes it from a store, an engine, a runner of instances and a publisher.
"""

from genkan.control.control import Control
from genkan.control.publisher import Publisher

__all__ = ["Control", "Publisher"]

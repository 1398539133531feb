"""The Linux engine: a network program as namespaces, veth pairs, routes and nftables.

Reads the program after `compile`; `lower` turns entries into kernel objects, `observe` reads the
kernel back as the same objects, `plan` is the pure difference of the two, `apply` alone changes
anything.
"""

from genkan.engine.linux.engine import LinuxEngine

__all__ = ["LinuxEngine"]

"""The Linux engine: a network program as namespaces, veth pairs, routes and nftables.

Reads the program after `compile`; `lower` turns entries into kernel objects, `observe` reads the
kernel back as the same objects, `plan` is the pure difference of the two, `apply` alone changes
anything.

`engine` is the whole. Processes that only enter namespaces or read counters take single modules, so
the package itself imports nothing.
"""

"""The network as its owners describe it: immutable resources, and `Network`, one consistent
snapshot.

First in the flow: `api` turns a request and a snapshot into a `Change`, `control` commits it,
`compile` reads the snapshot that follows. Nothing here does I/O, reads a clock or draws a random
number.
"""

"""One running Genkan on one machine: its namespaces, its processes, its instances, its home.

The composition root: `launch` starts the anchor from the host, the anchor holds the namespaces and
starts again what dies, and each process puts together the rooms that it needs. Nothing imports this
room.
"""

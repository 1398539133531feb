"""Answers names as each VPC sees them: one process, one name server, sockets in every VPC.

It reads the program's zones, records and resolvers and nothing else. A message comes in at a
socket (`server`, `batch`, `stream`); known questions are answered from bytes kept (`fast`); the
rest is read (`message`), looked up along its aliases (`resolution`) in the zone that its view has
for the name (`zones`), and written.
"""

from genkan.dns.server import SECTIONS, NameServer

__all__ = ["SECTIONS", "NameServer"]

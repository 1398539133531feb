"""Answers names as each VPC sees them: one process, one name server, sockets in every VPC.

It reads the program's zones, records and resolvers and nothing else. A message comes in at a
socket (`server`, `batch`, `stream`); known questions are answered from bytes kept (`fast`); the
rest is read (`message`), looked up along its aliases (`resolution`) in the zone that its view has
for the name (`zones`), and written. What others have to answer is asked of them (`forwarder`) and
kept while it holds (`answer_cache`).
"""

from genkan.dns.packet_limit import PacketLimit
from genkan.dns.server import SECTIONS, NameServer

__all__ = ["SECTIONS", "NameServer", "PacketLimit"]

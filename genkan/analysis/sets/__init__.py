"""Exact sets of flows: which of all that senders can send to an address arrives, and is answered.

An answer of its own to the walker's question (docs/decisions/0033-sets-of-flows.md): not packet by
packet, but for many senders, every protocol and every port of both ends at once. Given its two
addresses, what decides about a flow is its service (protocol and destination port, or ICMP's type
and code) on the way there, and its source port on the way back; no rule relates the two. So a set
of flows is a union of products of two relations, both between services and senders, and both are
partitions: bits for services, bits for senders.

`atoms` are the services that no rule tells apart; `relation` the partitions; `rulings` what filters
accept; `senders` who goes the same way; `way` goes it, with all of them; `engine` answers.
"""

from genkan.analysis.sets.at import Arrival
from genkan.analysis.sets.engine import Flows, Sets
from genkan.analysis.sets.senders import Source

__all__ = ["Arrival", "Flows", "Sets", "Source"]

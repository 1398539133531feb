"""Measures whether targets of load balancers answer.

Reads the program's `HealthCheck` entries and nothing else; whoever runs it is told each result that
changes what is known of a target. Sockets belong to the places that ask, so one process asks for
all load balancers, whatever addresses they share.
"""

from genkan.health.prober import SECTIONS, Prober, Result

__all__ = ["SECTIONS", "Prober", "Result"]

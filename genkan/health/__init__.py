"""Measures whether targets of load balancers, and endpoints of Route 53's health checks, answer.

Reads the program's `HealthCheck` and `EndpointCheck` entries and nothing else; whoever runs it is
told each result that changes what is known. Sockets belong to the places that ask, so one process
asks for all, whatever addresses they share.
"""

from genkan.health.prober import SECTIONS, Prober, Report, Result

__all__ = ["SECTIONS", "Prober", "Report", "Result"]

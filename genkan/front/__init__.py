"""The service at an endpoint's address: TLS, names, identity, relay, and a record of every call.

One process answers at every endpoint, at the services' public addresses and on the host's loopback.
It reads listeners, services and credentials of the program, hands requests to what stands behind a
service, and writes down who asked for what through which endpoint before the answer leaves.
"""

from genkan.front.events import EventLog, read_events
from genkan.front.front import SECTIONS, Front

__all__ = ["SECTIONS", "EventLog", "Front", "read_events"]

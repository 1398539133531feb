"""Takes packets to appliances and back: what a gateway load balancer does, in user space.

Reads the program's `Inspection` and `Fleet` entries and nothing else. A packet that enters an
endpoint's place is read from a packet socket there, wrapped in GENEVE and sent from the load
balancer's address in the provider's network; what the appliance sends back is unwrapped, and goes
on from the endpoint's place. Sockets belong to the places they were made in, so one process serves
all of them, whatever addresses they share.
"""

from genkan.inspection.inspector import SECTIONS, Inspector

__all__ = ["SECTIONS", "Inspector"]

"""What packets did, in words that people and AWS's clients read: live, in flow logs, as metrics.

It reads the program, to tell whose a packet is and which rule decided, and what an engine sees of
packets. It changes nothing.
"""

from genkan.flows.directory import SECTIONS
from genkan.flows.recorder import Recorder

__all__ = ["SECTIONS", "Recorder"]

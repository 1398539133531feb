"""Walks packets through a network program: where one goes, what decides on its way, and why.

It reads the program that the engines carry out, and nothing else, so what is analysed is what runs.
A module a stage; `walk` goes through them in the order of the packet's way.
"""

from genkan.analysis.atlas import Atlas
from genkan.analysis.code import Code
from genkan.analysis.packet import Packet
from genkan.analysis.trace import Disposition, Outcome, Step, Trace
from genkan.analysis.walk import walk, walks

__all__ = ["Atlas", "Code", "Disposition", "Outcome", "Packet", "Step", "Trace", "walk", "walks"]

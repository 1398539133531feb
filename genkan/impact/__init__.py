"""The answer before a change: what it would do to flows and names, and which calls mend what.

A change is AWS's own calls, run on a copy of a network by the operations themselves, compiled, and
compared with what was before. A pure function of the network before, the change, and who asks.
"""

"""The network program: what every engine must do, in words that no engine owns.

`compile` makes it from the model; the Linux engine, the name server, the front and the analyser
read it and nothing else. A program is a set of entries, each with a key; two programs differ by the
entries that one has and the other has not, and that difference (`Delta`) is all that travels after
a change.
"""

from genkan.program.entry import Because, Entry
from genkan.program.program import Delta, Program

__all__ = ["Because", "Delta", "Entry", "Program"]

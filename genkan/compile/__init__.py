"""Pure functions from the model to the network program: all of AWS's meaning, once.

`compile_network` is total and does not mind the order in which a network came about. `recompile`
gives the same program for less: a network is compiled in parts, each a function of the few
resources it reads, and a part whose resources stayed keeps its entries. One module a topic.
"""

from genkan.compile.compilation import Compilation, compile_network, recompile

__all__ = ["Compilation", "compile_network", "recompile"]

"""The shortcut by tc/BPF, past routes and rules, of flows that these let pass."""

from genkan.engine.linux.shortcut.accelerator import Accelerator
from genkan.engine.linux.shortcut.bpf import reason_of
from genkan.engine.linux.shortcut.places import try_out
from genkan.engine.linux.shortcut.program import THRESHOLD

__all__ = ["THRESHOLD", "Accelerator", "reason_of", "try_out"]

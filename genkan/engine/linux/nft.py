"""libnftables in process: a context for each namespace, made inside it and kept.

A context's netlink socket belongs to the namespace in which it was opened, so a kept one works from
anywhere. Text goes in, JSON comes out when asked for. The library waits by select(), which ends a
process that brings a descriptor above FD_SETSIZE, so contexts are only made while there are lower
ones. See libnftables(3), select(2).
"""

import ctypes
import ctypes.util
import json
import os
from collections import OrderedDict
from functools import cache
from typing import Any

from genkan.engine.linux.namespace import LOW_DESCRIPTORS, entered
from genkan.engine.protocol import EngineFailure

JSON_OUTPUT = 1 << 4  # NFT_CTX_OUTPUT_JSON
MOST_CONTEXTS = 256
ROOM = 8  # what a context may open beside its socket, and other threads meanwhile
LARGEST = 200_000  # bytes of one transaction: an ordinary user's socket takes no more


@cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL("libnftables.so.1")
    except OSError as error:
        raise EngineFailure(
            "libnftables.so.1 is not on this machine. Rules for packets are loaded through it. "
            "Type: apt-get install libnftables1"
        ) from error
    library.nft_ctx_new.restype = ctypes.c_void_p
    library.nft_ctx_get_output_buffer.restype = ctypes.c_char_p
    library.nft_ctx_get_error_buffer.restype = ctypes.c_char_p
    for name in (
        "nft_ctx_free",
        "nft_ctx_buffer_output",
        "nft_ctx_buffer_error",
        "nft_ctx_get_output_buffer",
        "nft_ctx_get_error_buffer",
    ):
        getattr(library, name).argtypes = [ctypes.c_void_p]
    library.nft_ctx_output_set_flags.argtypes = [ctypes.c_void_p, ctypes.c_uint]
    library.nft_run_cmd_from_buffer.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    return library


class Nft:
    """Runs nft commands in places."""

    def __init__(self) -> None:
        self._contexts: OrderedDict[str, int] = OrderedDict()

    def run(self, place: str, text: str) -> None:
        """Run commands as one transaction. Raises EngineFailure, and then nothing has changed."""
        self._call(place, text, 0)

    def read(self, place: str, command: str) -> list[dict[str, Any]]:
        """Run a list command; give nft's JSON objects."""
        out = self._call(place, command, JSON_OUTPUT)
        return json.loads(out)["nftables"] if out else []

    def forget(self, place: str) -> None:
        """Free the context of a place that is gone."""
        context = self._contexts.pop(place, None)
        if context is not None:
            _library().nft_ctx_free(context)

    def close(self) -> None:
        for place in list(self._contexts):
            self.forget(place)

    def _call(self, place: str, text: str, flags: int) -> str:
        library, context = _library(), self._context(place)
        library.nft_ctx_output_set_flags(context, flags)
        failed = library.nft_run_cmd_from_buffer(context, text.encode())
        out = library.nft_ctx_get_output_buffer(context).decode()
        error = library.nft_ctx_get_error_buffer(context).decode().strip()
        if failed:
            raise EngineFailure(f"nftables refused a change in {place}: {error}")
        return str(out)

    def _context(self, place: str) -> int:
        context = self._contexts.get(place)
        if context is None:
            while len(self._contexts) >= MOST_CONTEXTS or not _is_low_left():
                if not self._contexts:
                    raise EngineFailure(
                        f"nftables cannot be reached in {place}: the process holds all of its "
                        f"descriptors below {LOW_DESCRIPTORS}."
                    )
                self.forget(next(iter(self._contexts)))
            context = self._contexts[place] = self._new_context(place)
        self._contexts.move_to_end(place)
        return context

    def _new_context(self, place: str) -> int:
        library = _library()
        with entered(place):
            context = library.nft_ctx_new(0)
        library.nft_ctx_buffer_output(context)
        library.nft_ctx_buffer_error(context)
        return int(context)


def _is_low_left() -> bool:
    """Tell whether the next descriptor is one that select() knows."""
    next_one = os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
    os.close(next_one)
    return next_one < LOW_DESCRIPTORS - ROOM

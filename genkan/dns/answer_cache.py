"""`AnswerCache`: what others answered to those of one view, while it holds.

Bounded by number and by bytes; what was asked for longest ago goes first.
"""

from collections.abc import Callable
from dataclasses import dataclass

from genkan.dns.received import Received
from genkan.program.names import Forwarding

MOST = 512  # answers of a view
MOST_BYTES = 1 << 18  # of their bodies
Question = tuple[bytes, bool, bool]  # name, type and class; whether CD and whether DO is set


@dataclass(frozen=True, slots=True)
class _Kept:
    forwarding: Forwarding
    received: Received
    at: float


class AnswerCache:
    """`now` gives seconds that only grow."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._kept: dict[Question, _Kept] = {}  # asked for longest ago first
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, forwarding: Forwarding, question: Question) -> tuple[Received, int] | None:
        """Give what holds still of what this forwarding brought, and its age in seconds."""
        kept = self._kept.get(question)
        if kept is None:
            return None
        age = int(self._now() - kept.at)
        if kept.forwarding != forwarding or age >= kept.received.lifetime:
            self._drop(question)
            return None
        self._kept[question] = self._kept.pop(question)
        return kept.received, age

    def put(self, forwarding: Forwarding, question: Question, received: Received) -> None:
        """Keep an answer, if it holds at all."""
        size = len(received.answer.body)
        if not received.lifetime or size > MOST_BYTES:
            return
        self._drop(question)
        self._kept[question] = _Kept(forwarding, received, self._now())
        self._bytes += size
        while len(self._kept) > MOST or self._bytes > MOST_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, question: Question) -> None:
        kept = self._kept.pop(question, None)
        if kept is not None:
            self._bytes -= len(kept.received.answer.body)

"""What the reading of files has to say: what is missing, was assumed, or cannot be used."""

from dataclasses import dataclass
from enum import Enum


class NoteCode(Enum):
    """Codes of "Reachability Analyzer explanation codes" where there is one, else our own."""

    UNREADABLE = "UNREADABLE"  # a file, or a thing in one, that is not what it should be
    TRUNCATED = "TRUNCATED"  # pages of an answer are not there
    UNKNOWN_RESOURCE = "UNKNOWN_RESOURCE"  # something is named that is nowhere described
    UNSUPPORTED_COMPONENT = "UNSUPPORTED_COMPONENT"  # described, and not in the model
    ASSUMED_DEFAULT = "ASSUMED_DEFAULT"  # not said, so AWS's default was taken
    TOLD_TWICE = "TOLD_TWICE"  # one thing described in two ways


@dataclass(frozen=True, slots=True)
class Note:
    """`about` is the id of the thing, or the file; `text` what happened, why, and what to do."""

    about: str
    code: NoteCode
    text: str

    def __str__(self) -> str:
        return f"{self.code.value} {self.about}: {self.text}"

"""What others say of a network → the model: the answers of AWS's describe calls, as files.

Beside `api` in the flow: there a network is built by calls, here it is read off an account that is
elsewhere. What is missing, was assumed or is not known is said in notes, never guessed; what cannot
be read at all costs that one thing and not the rest.
"""

from genkan.imports.account import Imported, read_network
from genkan.imports.documents import Document, read_documents
from genkan.imports.notes import Note, NoteCode

__all__ = ["Document", "Imported", "Note", "NoteCode", "read_documents", "read_network"]

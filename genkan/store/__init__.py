"""The journal of accepted changes and the state they led to, in one database, in one transaction
each.

`control` appends before it answers; at the next start it reads the state and goes on from there.
"""

from genkan.store.database import JournalEntry, Store, StoreInUse, StoreLost
from genkan.store.history import summaries
from genkan.store.schema import NewerDatabase, StoreUnreadable

__all__ = [
    "JournalEntry",
    "NewerDatabase",
    "Store",
    "StoreInUse",
    "StoreLost",
    "StoreUnreadable",
    "summaries",
]

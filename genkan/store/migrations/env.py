"""Alembic's way in: the connection comes from `genkan.store.schema`."""

from alembic import context

from genkan.store.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
with context.begin_transaction():
    context.run_migrations()

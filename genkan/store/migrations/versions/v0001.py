"""The first version: state and journal."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "state",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("principal", sa.String, nullable=False),
        sa.Column("region", sa.String, nullable=False),
        sa.Column("operation", sa.String, nullable=False),
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("change", sa.Text, nullable=False),
    )

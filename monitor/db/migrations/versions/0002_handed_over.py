"""Digests remember a hand-over whose end nobody knows, and how often they may have come again.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Add both columns; no digest stored before counts as repeated."""
    op.add_column("digest", sa.Column("handed_at", TIME, nullable=True))
    op.add_column("digest", sa.Column("repeats", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take both away."""
    op.drop_column("digest", "repeats")
    op.drop_column("digest", "handed_at")

"""Who follows the embeddings outside PostgreSQL, and how far."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A row is written by whoever begins to follow."""
    op.execute("CREATE TABLE embedding_followers (name text PRIMARY KEY, complete_at bigint NOT NULL)")


def downgrade() -> None:
    """Whoever follows begins anew."""
    op.execute("DROP TABLE embedding_followers")

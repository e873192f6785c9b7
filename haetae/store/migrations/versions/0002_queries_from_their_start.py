"""A query is stored from the moment it is asked: how far it is, how it ended, and what each probe came from."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# An older program writes and reads queries as before: what it stores is answered, and what runs has an answer without people.
QUERIES = """
ALTER TABLE queries
    ADD COLUMN state text NOT NULL DEFAULT 'answered',
    ADD COLUMN progress jsonb,
    ADD COLUMN seen_alive_at timestamptz,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN cancel_asked_at timestamptz,
    ADD COLUMN problem jsonb,
    ADD COLUMN repeats uuid,
    ADD COLUMN once_key text,
    ADD COLUMN once_digest bytea;
CREATE UNIQUE INDEX queries_once ON queries (caller, once_key) WHERE once_key IS NOT NULL;
ALTER TABLE query_probes
    ADD COLUMN target smallint NOT NULL DEFAULT 0,
    ADD COLUMN photo smallint,
    ADD COLUMN quality double precision;
"""


def upgrade() -> None:
    """Columns with defaults: nothing is rewritten."""
    op.execute(QUERIES)


def downgrade() -> None:
    """As before; queries without an answer go."""
    op.execute("DELETE FROM queries WHERE state <> 'answered'")
    op.execute("ALTER TABLE query_probes DROP COLUMN target, DROP COLUMN photo, DROP COLUMN quality")
    op.execute("DROP INDEX queries_once")
    op.execute(
        "ALTER TABLE queries DROP COLUMN state, DROP COLUMN progress, DROP COLUMN seen_alive_at, DROP COLUMN ended_at, "
        "DROP COLUMN cancel_asked_at, DROP COLUMN problem, DROP COLUMN repeats, DROP COLUMN once_key, DROP COLUMN once_digest"
    )

"""Sightings that have no embedding are written down where removed ones are: who counts by embeddings finds the others there."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NOTED = """
INSERT INTO removed_embeddings (removed_in, sighting_id, started_on)
SELECT pg_current_xact_id()::text::bigint, s.id, s.started_on
FROM sightings s
WHERE NOT EXISTS (SELECT FROM sighting_embeddings e WHERE e.started_on = s.started_on AND e.sighting_id = s.id)
ON CONFLICT DO NOTHING;
"""


def upgrade() -> None:
    """Programs of before wrote none down; the service that stores sightings has always embedded them."""
    op.execute(NOTED)


def downgrade() -> None:
    """What was written down does no harm."""

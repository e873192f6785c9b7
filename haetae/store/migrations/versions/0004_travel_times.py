"""Travel times between cameras, as they were learned: counts only, nothing of any person."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TRAVEL_TIMES = """
CREATE TABLE travel_times (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    learned_at timestamptz NOT NULL,
    summary jsonb NOT NULL,
    document jsonb NOT NULL
);
"""


def upgrade() -> None:
    """Each row is one state of knowledge; the newest counts, the ones before it are the way back."""
    op.execute(TRAVEL_TIMES)


def downgrade() -> None:
    """What was learned is forgotten; it can be learned again from what is stored."""
    op.execute("DROP TABLE travel_times")

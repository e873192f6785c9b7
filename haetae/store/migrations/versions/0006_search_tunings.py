"""Parameters of search that were tuned: numbers only, nothing of any person."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TUNINGS = """
CREATE TABLE search_tunings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tuned_at timestamptz NOT NULL,
    parameters jsonb NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    n_cases integer NOT NULL,
    withdrawn_at timestamptz
);
"""


def upgrade() -> None:
    """Each row is one set of parameters; of those that were not withdrawn the newest counts."""
    op.execute(TUNINGS)


def downgrade() -> None:
    """Search works as it is set up."""
    op.execute("DROP TABLE search_tunings")

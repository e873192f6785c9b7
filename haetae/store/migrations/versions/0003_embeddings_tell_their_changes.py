"""Embeddings tell which transaction changed them last, and which were removed: what an index in memory follows."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# The default is one value for all rows that are there, so nothing is rewritten. It and the triggers serve programs of before,
# which do not know the column.
CHANGES = """
ALTER TABLE sighting_embeddings
    ADD COLUMN changed_in bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint);
CREATE INDEX sighting_embeddings_by_change ON sighting_embeddings (changed_in);
CREATE FUNCTION mark_embedding_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_in := pg_current_xact_id()::text::bigint;
    RETURN NEW;
END $$;
CREATE TRIGGER embedding_changed BEFORE UPDATE ON sighting_embeddings
    FOR EACH ROW EXECUTE FUNCTION mark_embedding_change();
"""

REMOVALS = """
CREATE TABLE removed_embeddings (
    removed_in bigint NOT NULL,
    sighting_id uuid NOT NULL,
    started_on date NOT NULL,
    PRIMARY KEY (removed_in, sighting_id)
);
CREATE FUNCTION note_embedding_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO removed_embeddings VALUES (pg_current_xact_id()::text::bigint, OLD.sighting_id, OLD.started_on)
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER embedding_removed AFTER DELETE ON sighting_embeddings
    FOR EACH ROW EXECUTE FUNCTION note_embedding_removal();
"""


def upgrade() -> None:
    """The index on changes is built while nobody writes embeddings: seconds a million."""
    op.execute(CHANGES)
    op.execute(REMOVALS)


def downgrade() -> None:
    """Partitions lose their copies of the triggers with their parent."""
    op.execute("DROP TRIGGER embedding_changed ON sighting_embeddings")
    op.execute("DROP TRIGGER embedding_removed ON sighting_embeddings")
    op.execute("DROP FUNCTION mark_embedding_change, note_embedding_removal")
    op.execute("DROP TABLE removed_embeddings")
    op.execute("ALTER TABLE sighting_embeddings DROP COLUMN changed_in")

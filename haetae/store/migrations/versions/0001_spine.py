"""Cameras, sightings by day, questions, alerts, access."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CAMERAS = """
CREATE TABLE cameras (
    id text PRIMARY KEY,
    name text NOT NULL,
    kind text NOT NULL,
    url text NOT NULL,
    transport text NOT NULL,
    latitude double precision,
    longitude double precision,
    rate_hz double precision NOT NULL,
    motion_gate boolean NOT NULL,
    detector_width integer NOT NULL,
    detector_height integer NOT NULL,
    max_width_px integer NOT NULL,
    enabled boolean NOT NULL,
    recorded_from timestamptz,
    credentials bytea,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE camera_reports (
    camera_id text PRIMARY KEY REFERENCES cameras (id) ON DELETE CASCADE,
    state text NOT NULL,
    since timestamptz NOT NULL,
    worker text NOT NULL,
    detail text NOT NULL,
    last_frame_at timestamptz,
    reported_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE recordings (
    id uuid PRIMARY KEY,
    camera_id text NOT NULL REFERENCES cameras (id) ON DELETE CASCADE,
    path text NOT NULL,
    recorded_from timestamptz NOT NULL,
    state text NOT NULL,
    progress double precision NOT NULL,
    detail text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX recordings_by_camera ON recordings (camera_id);
CREATE TABLE revisions (subject text PRIMARY KEY, n bigint NOT NULL);
INSERT INTO revisions VALUES ('cameras', 0);
"""

# Updated in the change's own transaction, so the number is seen to grow only once the change is seen.
COUNT_CAMERA_CHANGES = """
CREATE FUNCTION count_camera_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE revisions SET n = n + 1 WHERE subject = 'cameras';
    RETURN NULL;
END $$;
CREATE TRIGGER cameras_changed AFTER INSERT OR UPDATE OR DELETE ON cameras
    FOR EACH STATEMENT EXECUTE FUNCTION count_camera_change();
"""

# Vectors stay in the row (PLAIN): a scan reads pages in order and never follows a TOAST pointer.
SIGHTINGS = """
CREATE TABLE sighting_days (id uuid PRIMARY KEY, started_on date NOT NULL);
CREATE INDEX sighting_days_by_day ON sighting_days USING brin (started_on);
CREATE TABLE sightings (
    started_on date NOT NULL,
    id uuid NOT NULL,
    camera_id text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    n_detections integer NOT NULL,
    closed boolean NOT NULL,
    revision integer NOT NULL,
    frame_width integer NOT NULL,
    frame_height integer NOT NULL,
    quality real NOT NULL,
    attribute_model text NOT NULL,
    attributes jsonb NOT NULL,
    best_shots jsonb NOT NULL,
    path bytea NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (started_on, id)
) PARTITION BY RANGE (started_on);
CREATE INDEX sightings_by_time ON sightings (started_at, id);
CREATE INDEX sightings_by_camera ON sightings (camera_id, started_at);
CREATE TABLE embedding_models (
    id smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL,
    version text NOT NULL,
    dimension integer NOT NULL,
    CONSTRAINT embedding_models_once UNIQUE (name, version)
);
CREATE TABLE sighting_embeddings (
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    started_on date NOT NULL,
    model_id smallint NOT NULL,
    sighting_id uuid NOT NULL,
    camera_id text NOT NULL,
    vector halfvec NOT NULL,
    PRIMARY KEY (started_on, sighting_id)
) PARTITION BY RANGE (started_on);
ALTER TABLE sighting_embeddings ALTER COLUMN vector SET STORAGE PLAIN;
CREATE INDEX sighting_embeddings_by_camera ON sighting_embeddings (camera_id, started_at);
CREATE INDEX sighting_embeddings_by_model ON sighting_embeddings (model_id);
"""

QUESTIONS = """
CREATE TABLE queries (
    id uuid PRIMARY KEY,
    caller text NOT NULL,
    asked_at timestamptz NOT NULL,
    request jsonb NOT NULL,
    answer jsonb NOT NULL
);
CREATE INDEX queries_by_time ON queries (asked_at, id);
CREATE TABLE query_probes (
    query_id uuid NOT NULL REFERENCES queries (id) ON DELETE CASCADE,
    n smallint NOT NULL,
    model_name text NOT NULL,
    model_version text NOT NULL,
    vector bytea NOT NULL,
    PRIMARY KEY (query_id, n)
);
CREATE TABLE watch_list_entries (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    legal_basis text NOT NULL,
    max_distance double precision NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE TABLE watch_list_embeddings (
    entry_id uuid NOT NULL REFERENCES watch_list_entries (id) ON DELETE CASCADE,
    n smallint NOT NULL,
    model_name text NOT NULL,
    model_version text NOT NULL,
    vector bytea NOT NULL,
    PRIMARY KEY (entry_id, n)
);
"""

ALERTS = """
CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    phase text NOT NULL,
    camera_id text NOT NULL,
    started_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    ended_at timestamptz,
    score double precision,
    entry_id uuid,
    sighting_id uuid,
    crop_key text,
    detail text NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by text,
    false_alarm boolean,
    extra jsonb NOT NULL
);
CREATE UNIQUE INDEX alerts_open_once ON alerts (kind, camera_id, entry_id) NULLS NOT DISTINCT WHERE ended_at IS NULL;
CREATE INDEX alerts_by_time ON alerts (started_at, id);
CREATE TABLE webhooks (
    id uuid PRIMARY KEY,
    url text NOT NULL,
    secrets bytea NOT NULL,
    kinds jsonb NOT NULL,
    enabled boolean NOT NULL,
    detail text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    webhook_id uuid NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    key text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamptz,
    delivered_at timestamptz,
    dead_at timestamptz,
    last_error text NOT NULL,
    CONSTRAINT outbox_once UNIQUE (webhook_id, key)
);
CREATE INDEX outbox_due ON outbox (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
"""

ACCESS = """
CREATE TABLE api_keys (
    id uuid PRIMARY KEY,
    name text NOT NULL UNIQUE,
    role text NOT NULL,
    digest bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    actor text NOT NULL,
    origin text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    detail jsonb NOT NULL
);
CREATE INDEX audit_by_subject ON audit (subject);
"""

KEEP_AUDIT = """
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is insert-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
"""


def upgrade() -> None:
    """Everything from nothing. pgvector comes from whoever made the database; creating it here takes a superuser."""
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    for part in (CAMERAS, COUNT_CAMERA_CHANGES, SIGHTINGS, QUESTIONS, ALERTS, ACCESS, KEEP_AUDIT):
        op.execute(part)


def downgrade() -> None:
    """Nothing again: partitions go with their parents."""
    tables = (
        "audit, api_keys, outbox, webhooks, alerts, watch_list_embeddings, watch_list_entries, query_probes, queries, "
        "sighting_embeddings, embedding_models, sightings, sighting_days, revisions, recordings, camera_reports, cameras"
    )
    op.execute(f"DROP TABLE {tables}")
    op.execute("DROP FUNCTION count_camera_change, refuse_change_of_audit")

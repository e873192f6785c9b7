"""The tables, typed, one file per subject. `metadata` knows them all."""

from haetae.store.tables.access import ApiKeyRow, AuditRow
from haetae.store.tables.alerts import AlertRow, DeliveryRow, WebhookRow
from haetae.store.tables.base import Base
from haetae.store.tables.cameras import CameraReportRow, CameraRow, RecordingRow, RevisionRow
from haetae.store.tables.questions import QueryProbeRow, QueryRow, WatchListEmbeddingRow, WatchListEntryRow
from haetae.store.tables.routes import TravelTimesRow
from haetae.store.tables.sightings import (
    EmbeddingFollowerRow,
    EmbeddingModelRow,
    RemovedEmbeddingRow,
    SightingDayRow,
    SightingEmbeddingRow,
    SightingRow,
)
from haetae.store.tables.tunings import SearchTuningRow

metadata = Base.metadata

__all__ = [
    "AlertRow",
    "ApiKeyRow",
    "AuditRow",
    "CameraReportRow",
    "CameraRow",
    "DeliveryRow",
    "EmbeddingFollowerRow",
    "EmbeddingModelRow",
    "QueryProbeRow",
    "QueryRow",
    "RecordingRow",
    "RemovedEmbeddingRow",
    "RevisionRow",
    "SearchTuningRow",
    "SightingDayRow",
    "SightingEmbeddingRow",
    "SightingRow",
    "TravelTimesRow",
    "WatchListEmbeddingRow",
    "WatchListEntryRow",
    "WebhookRow",
    "metadata",
]

"""Keys of blobs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from haetae.blobs import keys
from haetae.domain.ids import CameraId
from tests.kit import builders as b


def test_a_crop_lies_under_the_day_on_which_its_tracklet_started() -> None:
    """The day is that of `started_at` in UTC, whatever the crop's own day or the instant's zone."""
    started_at = datetime(2026, 5, 5, 8, 59, 59, tzinfo=timezone(timedelta(hours=9)))  # 23:59:59 of the 4th in UTC
    id = b.sighting(1).id
    key = keys.crop(started_at, CameraId("gate-1"), id, started_at + timedelta(seconds=2))
    assert key == f"crops/2026-05-04/gate-1/{id}/1777939201000000.jpg"
    assert key.startswith(keys.crops_of(started_at.astimezone(UTC).date()) + "/")


def test_probes_and_watch_lists_lie_under_what_retention_forgets() -> None:
    """The prefixes are those that `haetae.store.retention` deletes."""
    assert keys.probe(b.T0, b.uuid(1), 2) == f"{keys.probes_of(b.T0.date())}/{b.uuid(1)}/2.jpg"
    assert keys.watch(b.uuid(1), 0) == f"{keys.watch_of(b.uuid(1))}/0.jpg"
    assert (keys.crops_of(b.T0.date()), keys.probes_of(b.T0.date())) == ("crops/2026-05-04", "probes/2026-05-04")

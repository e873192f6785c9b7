"""What has changed in a scope since an index was read, as columns: one row comes back from PostgreSQL, however many changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

from haetae.domain.ids import CameraId
from haetae.domain.query import Scope
from haetae.domain.sighting_ids import Ids
from haetae.ranking.halves import Halves
from haetae.store.index.reading import MOST_CHANGES
from haetae.store.scopes import LONGEST_SIGHTING

_CHANGED = text("""
    SELECT changed.facts, changed.cameras, changed.vectors, gone.ids
    FROM (
        SELECT string_agg(uuid_send(c.sighting_id) || timestamptz_send(c.started_at) || timestamptz_send(c.ended_at)
                          || int8send(c.oid) || int2send(c.inside::int::int2), ''::bytea) AS facts,
               array_agg(c.camera_id) FILTER (WHERE c.inside) AS cameras,
               string_agg(substring(halfvec_send(c.vector) FROM 5), ''::bytea) FILTER (WHERE c.inside) AS vectors
        FROM (
            SELECT e.sighting_id, e.started_at, e.ended_at, e.camera_id, e.vector, e.tableoid::bigint AS oid,
                   e.model_id = :model AND e.started_at < :window_end AND e.ended_at >= :window_start
                   AND (CAST(:cameras AS text[]) IS NULL OR e.camera_id = ANY (:cameras)) AS inside
            FROM sighting_embeddings e
            WHERE e.changed_in >= :since AND e.started_on >= :first AND e.started_on <= :last
            ORDER BY e.changed_in LIMIT :most  -- with the limit: PostgreSQL takes the index, whatever it believes about the rows
        ) c
    ) changed, (
        SELECT string_agg(uuid_send(r.sighting_id), ''::bytea) AS ids
        FROM (SELECT sighting_id FROM removed_embeddings WHERE removed_in >= :since LIMIT :most) r
    ) gone
""")
_FACTS = np.dtype([("id", ">u8", (2,)), ("started", ">i8"), ("ended", ">i8"), ("oid", ">i8"), ("inside", ">i2")])


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """m changed rows of the scope as they are now, as columns; times in microseconds since 2000."""

    ids: Ids
    started: NDArray[np.int64]
    ended: NDArray[np.int64]
    cameras: Sequence[CameraId]
    halves: Halves

    def where(self, chosen: NDArray[np.bool_]) -> Arrived:
        """Some of them."""
        cameras = [camera for camera, here in zip(self.cameras, chosen.tolist(), strict=True) if here]
        return Arrived(self.ids[chosen], self.started[chosen], self.ended[chosen], cameras, self.halves[chosen])


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Rows of the scope's days that changed or went: all their `ids` (k, 2), the `partitions` that they may lie in (None: in
    any), and those that `arrived` in the scope."""

    ids: Ids
    partitions: frozenset[int] | None
    arrived: Arrived


def changes_within(
    session: Session, since: int, model_number: int, scope: Scope, cameras: Sequence[CameraId] | None
) -> Changes | None:
    """What changed in the scope's days by the transaction `since` or a later one; None where it is more than MOST_CHANGES."""
    asked = {
        "since": since,
        "model": model_number,
        "first": (scope.window.start - LONGEST_SIGHTING).astimezone(UTC).date(),
        "last": scope.window.end.astimezone(UTC).date(),
        "window_start": scope.window.start,
        "window_end": scope.window.end,
        "cameras": None if cameras is None else list(cameras),
        "most": MOST_CHANGES,
    }
    facts, named, vectors, gone = session.connection().execute(_CHANGED, asked).one()
    rows = np.frombuffer(facts or b"", _FACTS)
    removed = np.frombuffer(gone or b"", ">u8").reshape(-1, 2)
    if len(rows) + len(removed) >= MOST_CHANGES:
        return None
    inside = rows[rows["inside"] == 1]
    halves = np.frombuffer(vectors or b"", ">u2").astype(np.uint16).reshape(len(inside), -1 if len(inside) else 0)
    arrived = Arrived(
        inside["id"].astype(np.uint64),
        inside["started"].astype(np.int64),
        inside["ended"].astype(np.int64),
        [CameraId(camera) for camera in named or ()],
        halves,
    )
    partitions = None if len(removed) else frozenset(np.unique(rows["oid"]).tolist())
    return Changes(np.concatenate([rows["id"], removed]).astype(np.uint64), partitions, arrived)

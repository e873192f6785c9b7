"""When a sighting makes, changes or ends an alert: facts in, new states of alerts out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from haetae.domain.alert import Alert, AlertKind, AlertPhase
from haetae.domain.embedding import ModelVersion
from haetae.domain.sighting import Sighting
from haetae.domain.watch_list import WatchListEntry

LEAST_GAIN = 0.01  # of distance: what is nearer by less is no news
_NAMESPACE = UUID("5b1fd16a-0a35-5a3e-9f0d-3f0a7f4b8f52")


@dataclass(frozen=True, slots=True)
class Hit:
    """A sighting is near an entry; `distance` is that to the nearest of the entry's embeddings."""

    entry: WatchListEntry
    distance: float


@dataclass(frozen=True, slots=True)
class Change:
    """A new state of an alert. Where nobody needs to hear of it, it is only stored."""

    alert: Alert
    told: bool = True


class WatchList:
    """The entries of now, by model: embeddings of two models are never compared."""

    def __init__(self, entries: Iterable[WatchListEntry]) -> None:
        rows: dict[ModelVersion, list[NDArray[np.float32]]] = defaultdict(list)
        self._owners: dict[ModelVersion, list[WatchListEntry]] = defaultdict(list)
        for entry in entries:
            for embedding in entry.embeddings:
                rows[embedding.model].append(embedding.vector)
                self._owners[embedding.model].append(entry)
        self._vectors = {model: np.stack(vectors) for model, vectors in rows.items()}  # (n, d) float32 unit rows

    def hits(self, sighting: Sighting, now: datetime) -> list[Hit]:
        """The entries that the sighting is near to and that have not expired, nearest first."""
        probe = sighting.embedding
        if probe is None or probe.model not in self._vectors:
            return []
        distances = 1.0 - self._vectors[probe.model] @ probe.vector
        nearest: dict[UUID, Hit] = {}
        for entry, distance in zip(self._owners[probe.model], distances.tolist(), strict=True):
            known = nearest.get(entry.id)
            if distance <= entry.max_distance and entry.expires_at > now and (known is None or distance < known.distance):
                nearest[entry.id] = Hit(entry, distance)
        return sorted(nearest.values(), key=lambda hit: hit.distance)


def changes_by(sighting: Sighting, hits: Sequence[Hit], opened: Sequence[Alert], now: datetime) -> list[Change]:
    """What a sighting does to the open watch-list alerts of its camera (`opened`), in order.

    The first hit starts an alert; a nearer one, or another tracklet, updates it; it ends when its last tracklet has closed.
    """
    states = {alert.entry_id: alert for alert in opened}
    changes: list[Change] = []
    for hit in hits:
        before = states.get(hit.entry.id)
        change = _started(sighting, hit, now) if before is None else _updated(before, sighting, hit, now)
        if change is not None:
            states[hit.entry.id] = change.alert
            changes.append(change)
    if sighting.closed:
        over = [alert for alert in states.values() if str(sighting.id) in _tracklets(alert)]
        changes += [_without(alert, sighting, now) for alert in over]
    return changes


def ended_quietly(alert: Alert, now: datetime) -> Change:
    """The end of an alert of which nothing was heard any more."""
    return Change(_next(alert, now, phase=AlertPhase.ENDED, ended_at=max(alert.updated_at, alert.started_at)))


def camera_alert(camera_id: str, since: datetime, detail: str, now: datetime) -> Alert:
    """The alert of a camera that gives no frames since `since`; the same outage has the same id."""
    return Alert(
        id=uuid5(_NAMESPACE, f"stale/{camera_id}/{since.isoformat()}"),
        kind=AlertKind.CAMERA_STALE,
        phase=AlertPhase.STARTED,
        camera_id=camera_id,  # type: ignore[arg-type]
        started_at=since,
        updated_at=max(now, since),
        detail=detail,
        extra={"n": "1"},
    )


def camera_ended(alert: Alert, at: datetime, now: datetime, detail: str) -> Alert:
    """The end of a camera's alert."""
    return _next(alert, now, phase=AlertPhase.ENDED, ended_at=max(at, alert.started_at), detail=detail)


def number_of(alert: Alert) -> int:
    """The how-manieth state of the alert this is, from 1."""
    return int(alert.extra["n"])


def _started(sighting: Sighting, hit: Hit, now: datetime) -> Change:
    alert = Alert(
        id=uuid5(_NAMESPACE, f"watch/{hit.entry.id}/{sighting.camera_id}/{sighting.id}"),
        kind=AlertKind.WATCH_LIST_MATCH,
        phase=AlertPhase.STARTED,
        camera_id=sighting.camera_id,
        started_at=sighting.started_at,
        updated_at=now,
        entry_id=hit.entry.id,
        extra={"n": "1", "tracklets": str(sighting.id), "entry_name": hit.entry.name},
    )
    return Change(_seen(alert, sighting, hit))


def _updated(alert: Alert, sighting: Sighting, hit: Hit, now: datetime) -> Change | None:
    tracklets = _tracklets(alert)
    nearer = hit.distance < float(alert.extra["distance"]) - LEAST_GAIN
    joins = str(sighting.id) not in tracklets
    if not (nearer or joins):
        return None
    extra = {**alert.extra, "tracklets": " ".join(dict.fromkeys([*tracklets, str(sighting.id)]))}
    changed = replace(alert, extra=extra)
    if not nearer:
        return Change(replace(changed, updated_at=max(now, alert.updated_at)), told=False)
    return Change(_seen(_next(changed, now, phase=AlertPhase.UPDATED), sighting, hit))


def _without(alert: Alert, sighting: Sighting, now: datetime) -> Change:
    left = [id for id in _tracklets(alert) if id != str(sighting.id)]
    changed = replace(alert, extra={**alert.extra, "tracklets": " ".join(left)})
    if left:
        return Change(replace(changed, updated_at=max(now, alert.updated_at)), told=False)
    return Change(_next(changed, now, phase=AlertPhase.ENDED, ended_at=max(sighting.ended_at, alert.started_at)))


def _seen(alert: Alert, sighting: Sighting, hit: Hit) -> Alert:
    """The alert with the sighting that is nearest so far."""
    return replace(
        alert,
        score=min(1.0, max(0.0, 1.0 - hit.distance)),
        sighting_id=sighting.id,
        crop_key=sighting.best_shots[0].blob_key,
        detail=f"Cosine distance {hit.distance:.3f}, alerted up to {hit.entry.max_distance:.3f}.",
        extra={**alert.extra, "distance": f"{hit.distance:.6f}"},
    )


def _next(alert: Alert, now: datetime, **changes: object) -> Alert:
    numbered = {**alert.extra, "n": str(number_of(alert) + 1)}
    return replace(alert, updated_at=max(now, alert.updated_at), extra=numbered, **changes)  # type: ignore[arg-type]


def _tracklets(alert: Alert) -> list[str]:
    """The tracklets of the alert that are not closed yet."""
    return alert.extra.get("tracklets", "").split()

"""When a sighting starts, changes and ends an alert."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from haetae.domain.alert import AlertPhase
from haetae.domain.embedding import Embedding, ModelVersion, normalised
from haetae.domain.sighting import Sighting
from services.alert.pipeline import Hit, WatchList, camera_alert, camera_ended, changes_by, ended_quietly, number_of
from tests.kit import builders as make

ENTRY = make.watch_list_entry("Kim", seeds=(1, 2), max_distance=0.4)


def near(distance: float, number: int = 1, *, closed: bool = False, seed: int = 1, revision: int = 1) -> Sighting:
    """A sighting at exactly this cosine distance from the entry's embedding `seed`."""
    target = make.unit_vector(seed)
    other = make.unit_vector(99)
    across = other - (other @ target) * target
    across /= np.linalg.norm(across)
    cosine = 1.0 - distance
    vector = normalised((cosine * target + np.sqrt(1 - cosine**2) * across)[None])[0]
    return make.sighting(number, embedding=Embedding(vector, make.MODEL), closed=closed, revision=revision)


def test_the_nearest_of_an_entry_counts_and_the_bound_is_the_entrys() -> None:
    """An entry is hit by the nearest of its embeddings, once, up to its own distance."""
    strict = make.watch_list_entry("Lee", seeds=(1,), max_distance=0.2)
    hits = WatchList([ENTRY, strict]).hits(near(0.3), make.T0)
    assert [hit.entry.name for hit in hits] == ["Kim"]
    assert abs(hits[0].distance - 0.3) < 1e-5
    assert len(WatchList([ENTRY, strict]).hits(near(0.1), make.T0)) == 2
    assert WatchList([ENTRY]).hits(near(0.5), make.T0) == []


def test_models_are_never_mixed_and_expired_entries_are_silent() -> None:
    """A sighting of another model, without an embedding, or after the entry's expiry hits nothing."""
    watch = WatchList([ENTRY])
    sighting = near(0.1)
    assert sighting.embedding is not None
    other = replace(sighting, embedding=Embedding(sighting.embedding.vector, ModelVersion("reid-0288", "2-bf16")))
    assert watch.hits(other, make.T0) == []
    assert watch.hits(replace(sighting, embedding=None), make.T0) == []
    assert watch.hits(sighting, ENTRY.expires_at) == []
    assert WatchList([]).hits(sighting, make.T0) == []


def test_an_alert_starts_is_updated_by_nearer_sightings_and_ends_with_its_tracklet() -> None:
    """Started at the first hit, updated only when it gets nearer, ended when the tracklet closes; one id, numbered states."""
    (start,) = changes_by(near(0.35), [Hit(ENTRY, 0.35)], [], make.at(1))
    alert = start.alert
    assert (alert.phase, number_of(alert), alert.entry_id) == (AlertPhase.STARTED, 1, ENTRY.id)
    assert alert.score is not None
    assert abs(alert.score - 0.65) < 1e-6
    assert changes_by(near(0.349), [Hit(ENTRY, 0.349)], [alert], make.at(2)) == []
    (better,) = changes_by(near(0.2), [Hit(ENTRY, 0.2)], [alert], make.at(3))
    assert (better.alert.id, better.alert.phase, number_of(better.alert)) == (alert.id, AlertPhase.UPDATED, 2)
    (end,) = changes_by(near(0.3, closed=True), [Hit(ENTRY, 0.3)], [better.alert], make.at(4))
    assert (end.alert.phase, end.alert.ended_at, number_of(end.alert)) == (AlertPhase.ENDED, make.at(4), 3)
    assert end.alert.score == better.alert.score


def test_a_hit_on_a_closed_sighting_starts_and_ends() -> None:
    """Somebody who was recognised only when they had gone is told of: started and ended, in this order."""
    changes = changes_by(near(0.2, closed=True), [Hit(ENTRY, 0.2)], [], make.at(9))
    assert [change.alert.phase for change in changes] == [AlertPhase.STARTED, AlertPhase.ENDED]
    assert len({change.alert.id for change in changes}) == 1


def test_the_same_sighting_gives_the_same_alert() -> None:
    """The id follows from entry, camera and tracklet: done again after a crash, nothing new comes of it."""
    first, again = (changes_by(near(0.2), [Hit(ENTRY, 0.2)], [], make.at(s))[0].alert for s in (1, 50))
    assert first.id == again.id
    assert changes_by(near(0.2), [Hit(ENTRY, 0.2)], [first], make.at(51)) == []
    elsewhere = replace(near(0.2), camera_id="gate-2")  # type: ignore[arg-type]
    assert changes_by(elsewhere, [Hit(ENTRY, 0.2)], [], make.at(1))[0].alert.id != first.id


def test_another_tracklet_joins_the_open_alert() -> None:
    """While the alert is open a second tracklet of the same person joins it in silence, and it ends with the last of them."""
    (start,) = changes_by(near(0.2), [Hit(ENTRY, 0.2)], [], make.at(1))
    (joined,) = changes_by(near(0.3, 2), [Hit(ENTRY, 0.3)], [start.alert], make.at(2))
    assert (joined.told, joined.alert.id, number_of(joined.alert)) == (False, start.alert.id, 1)
    (first_closed,) = changes_by(near(0.2, closed=True), [Hit(ENTRY, 0.2)], [joined.alert], make.at(3))
    assert (first_closed.told, first_closed.alert.ended_at) == (False, None)
    (over,) = changes_by(near(0.3, 2, closed=True), [], [first_closed.alert], make.at(4))
    assert (over.told, over.alert.phase) == (True, AlertPhase.ENDED)


def test_an_alert_ends_though_its_entry_is_gone() -> None:
    """The entry expired or was removed meanwhile: closing the tracklet still ends the alert."""
    (start,) = changes_by(near(0.2), [Hit(ENTRY, 0.2)], [], make.at(1))
    (end,) = changes_by(near(0.2, closed=True), [], [start.alert], make.at(2))
    assert end.alert.phase is AlertPhase.ENDED


def test_a_clock_that_was_set_back_orders_nothing_wrongly() -> None:
    """States never go back in time, so that the store takes them."""
    (start,) = changes_by(near(0.3), [Hit(ENTRY, 0.3)], [], make.at(3600))
    (better,) = changes_by(near(0.2), [Hit(ENTRY, 0.2)], [start.alert], make.at(1))
    assert better.alert.updated_at == start.alert.updated_at
    assert ended_quietly(better.alert, make.at(0)).alert.updated_at == start.alert.updated_at


def test_a_cameras_outage_has_one_id() -> None:
    """The same outage told twice is one alert; the next outage is another; the end is numbered."""
    first = camera_alert("gate-1", make.T0, "no frame", make.at(5))
    assert camera_alert("gate-1", make.T0, "no frame", make.at(9)).id == first.id
    assert camera_alert("gate-1", make.at(60), "no frame", make.at(65)).id != first.id
    end = camera_ended(first, make.at(30), make.at(33), "live")
    assert (end.phase, end.ended_at, number_of(end)) == (AlertPhase.ENDED, make.at(30), 2)

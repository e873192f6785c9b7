"""Tracklets in, rows and messages out: once, whatever happens in between."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from haetae.bus.replay import DeadLetters
from haetae.bus.topics import TRACKLETS
from haetae.domain.attributes import AttributeName
from haetae.domain.embedding import ModelVersion
from haetae.domain.tracklet import Tracklet
from tests.integration.reid.rig import Rig
from tests.kit.builders import tracklet
from tests.kit.waiting import until

pytestmark = pytest.mark.integration


def test_a_tracklet_becomes_one_searchable_row(rig: Rig) -> None:
    """A tracklet becomes one row with a unit embedding, its model, attributes and measured colours, and one message."""
    person = rig.with_crops(tracklet(1))
    with rig.running():
        rig.send(person)
        until(lambda: len(rig.told()) == 1, "the sighting is told")
    (row,) = rig.stored(person)
    assert row.embedding is not None
    assert float(np.linalg.norm(row.embedding.vector)) == pytest.approx(1.0, abs=1e-3)
    assert row.embedding.model.name == "reid-0288"
    assert {AttributeName.GENDER, AttributeName.UPPER_COLOUR, AttributeName.LOWER_COLOUR} <= set(row.attributes.scores)
    assert (row.n_detections, row.closed, row.best_shots) == (person.n_detections, True, person.best_shots)
    assert [sighting.id for sighting in rig.told()] == [person.id]
    assert rig.backlog() == 0


def test_a_tracklet_that_comes_twice_is_one_row(rig: Rig) -> None:
    """The same message twice leaves one row."""
    person = rig.with_crops(tracklet(2))
    with rig.running():
        rig.send(person, person)
        until(lambda: rig.backlog() == 0, "both are done")
    assert len(rig.stored(person)) == 1


def test_updates_change_the_row_and_old_ones_do_not(rig: Rig) -> None:
    """The row follows the newest revision; an older one that comes late changes nothing and is not told."""
    first, last = (rig.with_crops(tracklet(3, revision=revision, closed=revision == 5)) for revision in (1, 5))
    with rig.running():
        for message in (first, last, first):
            rig.send(message)
            until(lambda: rig.backlog() == 0, "the message is done")
    (row,) = rig.stored(last)
    assert (row.revision, row.closed) == (5, True)
    assert [sighting.revision for sighting in rig.told()] == [1, 5]


def test_killed_between_commit_and_acknowledgement(
    rig: Rig, redis_url: str, postgres_url: str, models_folder: Path, tmp_path: Path
) -> None:
    """A worker killed after its rows were committed and before the acknowledgement: one row, one message."""
    person = rig.with_crops(tracklet(4))
    rig.send(person)
    dying = subprocess.run(
        [sys.executable, "-m", "tests.integration.reid.dies_after_commit", str(tmp_path / "blobs"), str(models_folder)],
        env={**os.environ, "REID_REDIS": redis_url, "REID_POSTGRES": postgres_url},
        timeout=60,
        check=False,
    )
    assert dying.returncode == -9
    assert len(rig.stored(person)) == 1
    assert rig.told() == []
    with rig.running("reid-other", claim_idle_s=0.2):
        until(lambda: rig.backlog() == 0, "the other worker takes it over")
    assert len(rig.stored(person)) == 1
    assert [sighting.id for sighting in rig.told()] == [person.id]


def test_a_tracklet_without_crops_is_set_aside(rig: Rig) -> None:
    """A tracklet whose crops are all gone becomes a dead letter; its neighbours in the batch become rows."""
    lost, found = tracklet(5), rig.with_crops(tracklet(6))
    rig.send(lost, found)
    with rig.running():
        until(lambda: rig.backlog() == 0, "both have ended")
    assert [letter.topic for letter in DeadLetters(rig.redis).list(TRACKLETS)] == [TRACKLETS]
    assert rig.stored(lost) == []
    assert len(rig.stored(found)) == 1


def test_a_change_of_model_embeds_again(rig: Rig) -> None:
    """Rows of the former model are embedded again when nothing else is to do; a search of one model never sees the other's."""
    people = [rig.with_crops(tracklet(number)) for number in range(10, 22)]
    rig.send(*people)
    with rig.running():
        until(lambda: rig.backlog() == 0, "all are stored")
    assert models_of(rig, people) == {rig.pipeline().model}
    rig.embedder = "reid-0286"
    new = rig.pipeline().model
    with rig.running():
        until(lambda: models_of(rig, people) == {new}, "all are of the new model", within_s=30)
    with rig.store.begin() as transaction:
        assert transaction.sightings.embedded_with_other_than(new, 100) == []


def test_rows_without_crops_lose_their_embedding_at_a_change_of_model(rig: Rig) -> None:
    """A row whose crops are gone cannot be compared any more: it stays, without an embedding, and is not tried again."""
    person = rig.with_crops(tracklet(30))
    rig.send(person)
    with rig.running():
        until(lambda: rig.backlog() == 0, "it is stored")
    rig.blobs.delete_below("crops")
    rig.embedder = "reid-0286"
    with rig.running():
        until(lambda: rig.stored(person)[0].embedding is None, "it has lost its embedding")
    assert len(rig.stored(person)) == 1


def models_of(rig: Rig, people: Sequence[Tracklet]) -> set[ModelVersion]:
    """The models that the people's rows are embedded with."""
    with rig.store.begin() as transaction:
        rows = transaction.sightings.many([person.id for person in people], with_embeddings=True)
    return {row.embedding.model for row in rows if row.embedding is not None}

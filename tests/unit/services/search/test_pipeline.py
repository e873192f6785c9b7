"""From a query to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from haetae.domain.attributes import Attributes, condition
from haetae.domain.embedding import Embedding, ModelVersion, normalised
from haetae.domain.ids import CameraId, TrackletId
from haetae.domain.query import Query
from haetae.domain.sighting import Sighting
from haetae.domain.timing import SystemClock
from haetae.ranking import CameraAware, KReciprocal, TakenBy, rerank_embeddings
from services.search.pipeline import Ranking, SearchPipeline
from services.search.port import Reranked
from services.search.stages import Stage
from tests.kit.builders import MODEL, SEOUL, at, scope, sighting, unit_vector
from tests.unit.services.search.fakes import GalleryInMemory, probes

PIPELINE = SearchPipeline(Ranking(n_reranked=40), SystemClock())


def look(person: int, number: int, noise: float = 0.3) -> NDArray[np.float32]:
    """An embedding of a person, a little different in each sighting."""
    return np.asarray(normalised((unit_vector(person) + noise * unit_vector(1000 + number))[None])[0])


def seen(person: int, number: int, camera: str = "gate-1", *, start_s: float | None = None, **changes: object) -> Sighting:
    """A sighting of a person, each number at its own time."""
    started_at = at(20.0 * number if start_s is None else start_s)
    made = sighting(number, camera, started_at=started_at, embedding=Embedding(look(person, number), MODEL))
    return replace(made, ended_at=started_at + timedelta(seconds=4), **changes)  # type: ignore[arg-type]


CROWD = [seen(person, 10 * person + visit, f"gate-{visit}") for person in range(6) for visit in range(3)]


def test_the_person_in_the_photo_comes_first_with_all_sightings() -> None:
    """A photo of one person gives that person's sightings as the first person, in order of time."""
    answer = PIPELINE.answer(Query(scope()), probes(look(4, 999)), GalleryInMemory(CROWD))
    first = answer.people[0]
    assert {c.sighting.id for c in first.candidates} == {s.id for s in CROWD if s in CROWD[12:15]}
    assert [step.started_at for step in first.trajectory] == sorted(step.started_at for step in first.trajectory)
    assert answer.n_gallery == len(CROWD)
    assert answer.model == MODEL


def test_distances_before_and_after_reranking_are_both_given() -> None:
    """`distance` is the cosine distance, `reranked_distance` that of `rerank_embeddings` over the candidates."""
    answer = PIPELINE.answer(Query(scope()), probes(look(4, 999)), GalleryInMemory(CROWD))
    by_id = {c.sighting.id: c for person in answer.people for c in person.candidates}
    nearest = sorted(CROWD, key=lambda s: by_id[s.id].distance or 0.0)
    vectors = np.stack([s.embedding.vector for s in nearest if s.embedding])
    expected = rerank_embeddings(look(4, 999)[None], vectors)[0]
    for one, after in zip(nearest, expected, strict=True):
        assert one.embedding is not None
        assert abs((by_id[one.id].distance or 0) - float(1 - look(4, 999) @ one.embedding.vector)) < 1e-5
        assert abs((by_id[one.id].reranked_distance or 0) - float(after)) < 1e-5


def test_the_query_may_say_how_to_rerank() -> None:
    """With the whole weight on the original distance the order is that of the cosine distance."""
    how = KReciprocal(weight_of_original=1.0)
    answer = PIPELINE.answer(Query(scope()), probes(look(2, 999)), GalleryInMemory(CROWD), how)
    candidates = sorted((c for person in answer.people for c in person.candidates), key=lambda c: c.order)
    distances = [c.distance or 0.0 for c in candidates]
    assert distances == sorted(distances)


def test_camera_aware_reranking_knows_each_candidate_s_camera() -> None:
    """Re-ranked distances are those of `rerank_embeddings` with the candidates' cameras, each photo by a camera of its own."""
    how = CameraAware(k1_within=1, k1_across=4)
    answer = PIPELINE.answer(Query(scope()), probes(look(4, 999), look(4, 998)), GalleryInMemory(CROWD), how)
    given = {c.sighting.id: c for person in answer.people for c in person.candidates}
    vectors = np.stack([s.embedding.vector for s in CROWD if s.embedding])
    taken_by = TakenBy(np.array([100, 101]), np.array([int(s.camera_id.removeprefix("gate-")) for s in CROWD]))
    expected = rerank_embeddings(np.stack([look(4, 999), look(4, 998)]), vectors, how, taken_by)
    for one, after in zip(CROWD, expected.mean(axis=0), strict=True):  # both photos are as good
        assert abs((given[one.id].reranked_distance or 0) - float(after)) < 1e-5


def test_a_stored_graph_s_distances_stand_where_it_knows_the_sighting() -> None:
    """Whom a graph knows has its distance; whom it does not know yet has that of the candidates among themselves."""
    gallery = GalleryInMemory(CROWD)
    alone = {
        c.sighting.id: c for p in PIPELINE.answer(Query(scope()), probes(look(4, 999)), gallery).people for c in p.candidates
    }
    known = {sighting.id for sighting in CROWD[:10]}

    def stored(ids: Sequence[TrackletId]) -> Reranked:
        return Reranked(np.full((1, len(ids)), 0.123, np.float32), np.array([id in known for id in ids]))

    gallery.stored = stored
    answer = PIPELINE.answer(Query(scope()), probes(look(4, 999)), gallery)
    assert answer.n_against_all == len(known)
    for candidate in (c for person in answer.people for c in person.candidates):
        id = candidate.sighting.id
        assert candidate.reranked_distance == (pytest.approx(0.123) if id in known else alone[id].reranked_distance)


def test_times_and_places_decide_before_sightings_are_loaded() -> None:
    """With confirmed sightings and a small limit only the first are loaded, and they are the first of all."""
    loaded: list[int] = []

    class Counting(GalleryInMemory):
        def sightings(self, ids: Sequence[TrackletId]) -> list[Sighting]:
            loaded.append(len(ids))
            return super().sightings(ids)

    asked = Query(scope(), limit=18, confirmed=(CROWD[12].id,))
    everybody = PIPELINE.answer(asked, probes(look(4, 999)), GalleryInMemory(CROWD))
    by_order = sorted((c for person in everybody.people for c in person.candidates), key=lambda c: c.order)
    few = PIPELINE.answer(replace(asked, limit=4), probes(look(4, 999)), Counting(CROWD))
    found = sorted((c for person in few.people for c in person.candidates), key=lambda c: c.order)
    assert [c.sighting.id for c in found] == [c.sighting.id for c in by_order[:4]]
    assert [c.order for c in found] == [c.order for c in by_order[:4]]
    assert len({c.log_odds.space_time for c in by_order}) > 1
    assert max(loaded) < 10


def test_a_rejected_person_steps_aside() -> None:
    """A photo that looks like two people: one sighting of the wrong one is rejected, and it is gone, the wrong one's others come
    behind all of the right one, whose distances stay."""
    right, wrong = CROWD[12:15], CROWD[15:18]
    between = np.asarray(normalised((0.8 * look(4, 999) + look(5, 998))[None])[0])
    orders = []
    for rejected in ((), (wrong[0].id,)):
        answer = PIPELINE.answer(Query(scope(), rejected=rejected), probes(between), GalleryInMemory(CROWD))
        orders.append({c.sighting.id: c.order for person in answer.people for c in person.candidates})
    before, after = orders
    assert min(before[s.id] for s in wrong) < min(before[s.id] for s in right)
    assert wrong[0].id not in after
    assert min(after[s.id] for s in wrong[1:]) > max(after[s.id] for s in right)


def test_better_photos_count_more() -> None:
    """Of two photos of two people the one that shows its person well decides who comes first."""
    gallery = GalleryInMemory(CROWD)
    first = PIPELINE.answer(Query(scope()), probes(look(1, 998), look(4, 999), qualities=(0.9, 0.1)), gallery)
    second = PIPELINE.answer(Query(scope()), probes(look(1, 998), look(4, 999), qualities=(0.1, 0.9)), gallery)
    assert first.people[0].candidates[0].sighting in CROWD[3:6]
    assert second.people[0].candidates[0].sighting in CROWD[12:15]


def test_attributes_move_candidates_in_the_order() -> None:
    """Of two sightings that look the same the one in the colour that is asked for comes first, the other still comes."""
    red, blue = (
        Attributes({condition(f"upper_colour={c}").name: {c: 0.9, o: 0.1}}) for c, o in (("red", "blue"), ("blue", "red"))
    )
    twins = [
        seen(1, 1, attributes=blue, embedding=Embedding(look(1, 1), MODEL)),
        seen(1, 2, attributes=red, embedding=Embedding(look(1, 1), MODEL)),
        seen(3, 3),
    ]
    query = Query(scope(), (condition("upper_colour=red"),))
    answer = PIPELINE.answer(query, probes(look(1, 999)), GalleryInMemory(twins))
    ordered = sorted((c for person in answer.people for c in person.candidates), key=lambda c: c.order)
    assert ordered[0].sighting is twins[1]
    assert (ordered[0].evidence or 0) > 0.5 > (ordered[1].evidence or 1)
    assert ordered[0].log_odds.total > ordered[1].log_odds.total
    assert len(ordered) == 3


def test_queries_without_photos_order_by_evidence() -> None:
    """Attributes alone find people; distances are None, looks still group them."""
    red = Attributes({condition("upper_colour=red").name: {"red": 0.95}})
    dressed = [seen(5, n, attributes=red) for n in (61, 62)]
    answer = PIPELINE.answer(Query(scope(), (condition("upper_colour=red"),), limit=8), None, GalleryInMemory(CROWD + dressed))
    assert [c.sighting.id for c in answer.people[0].candidates[:2]] == [dressed[1].id, dressed[0].id]
    assert answer.people[0].candidates[0].distance is None
    assert answer.people[0].candidates[0].reranked_distance is None
    assert answer.model == MODEL


def test_the_limit_holds_over_all_people() -> None:
    """`limit` counts candidates; the list that is re-ranked is longer."""
    gallery = GalleryInMemory(CROWD)
    answer = PIPELINE.answer(Query(scope(), limit=4), probes(look(4, 999)), gallery)
    assert sum(len(person.candidates) for person in answer.people) == 4
    assert gallery.asked_for == 40


def test_nobody_is_two_people_at_once() -> None:
    """Two sightings that look alike, at one time in one camera, are two people."""
    same_time = [seen(1, 1, start_s=0), seen(1, 2, start_s=1), seen(2, 3)]
    answer = PIPELINE.answer(Query(scope()), probes(look(1, 999)), GalleryInMemory(same_time))
    assert [len(person.candidates) for person in answer.people] == [1, 1, 1]


def test_trajectories_have_the_cameras_positions() -> None:
    """Steps stand where their camera stands, None where that is not known."""
    gallery = GalleryInMemory(CROWD, {CameraId("gate-0"): SEOUL, CameraId("gate-1"): None})
    steps = PIPELINE.answer(Query(scope()), probes(look(4, 999)), gallery).people[0].trajectory
    assert {step.camera_id: step.position for step in steps} == {"gate-0": SEOUL, "gate-1": None, "gate-2": None}


def test_sightings_of_another_model_are_not_compared() -> None:
    """An embedding of a new model finds nothing among those of the old one: distances would be noise."""
    answer = PIPELINE.answer(
        Query(scope()), probes(look(4, 999), model=ModelVersion("reid-0286", "1-f32")), GalleryInMemory(CROWD)
    )
    assert answer.people == ()
    assert answer.n_gallery == len(CROWD)


def test_a_gallery_of_one_equal_vector_is_answered() -> None:
    """Where re-ranking has nothing to divide by, the answer is distance 0, not an error."""
    only = seen(1, 1)
    assert only.embedding is not None
    answer = PIPELINE.answer(Query(scope()), probes(only.embedding.vector), GalleryInMemory([only]))
    assert answer.people[0].candidates[0].reranked_distance == 0.0


def test_an_empty_scope_gives_nobody() -> None:
    """No sightings, no people, no error."""
    answer = PIPELINE.answer(Query(scope("gate-9")), probes(look(4, 999)), GalleryInMemory(CROWD))
    assert answer.people == ()
    assert answer.n_gallery == 0


def test_each_step_is_told_as_it_ends() -> None:
    """Whoever waits hears of every step in order, with the same times as the answer's."""
    heard: list[Stage] = []
    answer = PIPELINE.answer(Query(scope(), limit=5), probes(look(4, 999)), GalleryInMemory(CROWD), progress=heard.append)
    assert {stage.name: stage.took_s for stage in heard} == answer.timings_s
    assert [stage.name for stage in heard] == list(answer.timings_s)
    assert heard[0] == Stage("count", answer.timings_s["count"], len(CROWD))
    assert heard[-1].n_sightings == 5


def test_who_waits_may_end_the_answer() -> None:
    """What the listener raises comes out, and nothing is done after it."""

    class GivenUp(Exception):
        pass

    def give_up(stage: Stage) -> None:
        if stage.name == "scan":
            raise GivenUp

    gallery = GalleryInMemory(CROWD)
    with pytest.raises(GivenUp):
        PIPELINE.answer(Query(scope()), probes(look(4, 999)), gallery, progress=give_up)

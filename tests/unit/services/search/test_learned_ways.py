"""What was learned of travel times decides who can be one person, and which way that person went."""

from __future__ import annotations

from dataclasses import dataclass, field

from haetae.domain.embedding import Embedding
from haetae.domain.ids import CameraId
from haetae.domain.query import Query
from haetae.domain.sighting import Sighting
from haetae.domain.timing import SystemClock
from haetae.routing.travel_times import TravelTimes
from services.search.pipeline import Ranking, SearchPipeline
from services.search.probes import Probes
from tests.kit.builders import MODEL, at, scope, sighting, unit_vectors
from tests.kit.ways import street, walked
from tests.unit.services.search.fakes import GalleryInMemory

ONE_LOOK = unit_vectors(1)[0]


@dataclass(eq=False)
class Known(GalleryInMemory):
    """A gallery of somebody who looks the same everywhere, and what is known of its street."""

    seen: list[Sighting]
    times: TravelTimes = field(default_factory=TravelTimes)

    def __post_init__(self) -> None:
        super().__init__(self.seen, {CameraId(camera): place for camera, place in self.times.positions.items()})

    def travel_times(self) -> TravelTimes:
        """As it was told."""
        return self.times


def seen(number: int, camera: str, start_s: float) -> Sighting:
    return sighting(
        number, camera, started_at=at(start_s), ended_at=at(start_s + 5), embedding=Embedding(ONE_LOOK, MODEL)
    )  # fmt: skip


def people(gallery: Known) -> list[tuple[str, ...]]:
    """The cameras on the way of each person."""
    probes = Probes((), ONE_LOOK[None], MODEL, (1.0,))
    answer = SearchPipeline(Ranking(), SystemClock()).answer(Query(scope()), probes, gallery)
    return sorted(tuple(stop.camera_id for stop in person.trajectory) for person in answer.people)


WALL = street(0, 20, 300)  # "a" and "b" stand back to back: it takes 90 s around the wall


def test_cameras_on_two_sides_of_a_wall_are_two_people_at_once() -> None:
    """By the map two cameras 20 m apart may see one person at the same instant; two hundred people who took 90 s say no."""
    both = [seen(1, "a", 0.0), seen(2, "b", 3.0)]
    assert people(Known(both, WALL)) == [("a", "b")]
    assert people(Known(both, walked(WALL, 90.0))) == [("a",), ("b",)]
    assert people(Known([seen(1, "a", 0.0), seen(2, "b", 95.0)], walked(WALL, 90.0))) == [("a", "b")]


def test_views_that_overlap_far_apart_are_one_person_at_once() -> None:
    """By the map nobody is at two cameras 300 m apart at once; many who were say that both look at the same square."""
    both = [seen(1, "a", 0.0), seen(2, "b", 2.0)]
    apart = street(0, 300)
    assert people(Known(both, apart)) == [("a",), ("b",)]
    assert people(Known(both, walked(apart, -8.0, spread=0.0))) == [("a", "b")]


def test_every_candidate_is_shown_whatever_the_way() -> None:
    """The way may leave out a sighting; the person's candidates hold it all the same."""
    walk = [seen(1, "a", 0.0), seen(2, "b", 95.0), seen(3, "c", 1800.0)]
    probes = Probes((), ONE_LOOK[None], MODEL, (1.0,))
    gallery = Known(walk, walked(WALL, 90.0))
    answer = SearchPipeline(Ranking(), SystemClock()).answer(Query(scope()), probes, gallery)
    assert sorted(len(person.candidates) for person in answer.people) == [3]

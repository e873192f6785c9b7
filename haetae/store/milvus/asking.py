"""Nearest sightings by Milvus, as PostgreSQL knows them: Milvus chooses, the caller's transaction compares."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from haetae.domain.ids import CameraId
from haetae.domain.sighting_ids import to_uuids
from haetae.store.failures import within_budget
from haetae.store.index.asking import Found, Question
from haetae.store.index.reading import Changed, allowed, changed_within, distances_of, to_us
from haetae.store.milvus.collection import MOST_FOUND, Collection, Within
from haetae.store.milvus.following import Follower, complete_at
from haetae.store.scopes import cameras_in
from haetae.store.tables import EmbeddingModelRow

_MORE = 1.2  # times what is asked for: Milvus rounds otherwise than PostgreSQL, and the last places may be others
_SPARE = 16


def nearest(follower: Follower, session: Session, asked: Question) -> Found | None:
    """What an exact scan in this REPEATABLE READ transaction finds, as far as Milvus's index is exact; None where only a scan can
    tell: nothing was handed on yet, too much has changed since, or too few of the nearest fulfil the required conditions.

    What changed after Milvus was brought up to date is compared here. A sighting that was embedded anew after this transaction
    began may be missed for this one question: Milvus has no past. Raises Refused (503), Transient.
    """
    with within_budget():
        collection, since = follower.collection, complete_at(session, follower.name)
        cameras = cameras_in(session, asked.scope)
        number = _number_of(session, follower)
        if collection is None or since is None or number is None or cameras == [] or asked.limit < 1:
            return None
        changed = changed_within(session, since, number, asked.probes, asked.scope, cameras)
        if changed is None:
            return None
        new = list(changed.inside)
        if _required(asked) and new:
            fitting = allowed(session, [id for id, _ in new], asked.conditions, asked.scope)
            new = [one for one in new if one[0] in fitting]
        found = _Search(collection, session, asked, cameras, changed).found()
        if found is None:
            return None
        best = sorted((distance, id) for id, distance in [*found, *new])[: asked.limit]
        return Found.of([(id, distance) for distance, id in best])


class _Search:
    """Asks Milvus for more and more, until those that count are enough."""

    def __init__(
        self, collection: Collection, session: Session, asked: Question, cameras: Sequence[CameraId] | None, changed: Changed
    ) -> None:
        self._collection, self._session, self._asked = collection, session, asked
        window = asked.scope.window
        self._within = Within(to_us(window.start), to_us(window.end), cameras)
        self._changed = set(to_uuids(changed.ids))

    def found(self) -> list[tuple[UUID, float]] | None:
        """Stored and unchanged sightings with their distances in PostgreSQL; None where MOST_FOUND are not enough."""
        n = int(_MORE * self._asked.limit) + _SPARE + len(self._changed)
        while n <= MOST_FOUND:
            ids, reach = self._chosen(n)
            known = self._known(ids)
            if reach == inf or sum(distance <= reach for _, distance in known) >= self._asked.limit:
                return known
            n = MOST_FOUND if 2 * n > MOST_FOUND > n else 2 * n
        return None

    def _chosen(self, n: int) -> tuple[list[UUID], float]:
        """The n nearest of each probe, and the distance within which nobody is missing."""
        ids: dict[UUID, None] = {}
        reach = inf
        for probe in self._asked.probes:
            nearest = self._collection.nearest(probe, self._within, n)
            ids.update(dict.fromkeys(id for id, _ in nearest))
            if len(nearest) == n:
                reach = min(reach, nearest[-1][1])
        return list(ids), reach

    def _known(self, ids: Sequence[UUID]) -> list[tuple[UUID, float]]:
        unchanged = [id for id in ids if id not in self._changed]
        if _required(self._asked):
            fitting = allowed(self._session, unchanged, self._asked.conditions, self._asked.scope)
            unchanged = [id for id in unchanged if id in fitting]
        return list(distances_of(self._session, unchanged, self._asked.probes, self._asked.scope).items())


def _required(asked: Question) -> bool:
    return any(condition.required for condition in asked.conditions)


def _number_of(session: Session, follower: Follower) -> int | None:
    row = EmbeddingModelRow
    wanted = select(row.id).where(row.name == follower.model.name, row.version == follower.model.version)
    return session.scalars(wanted).one_or_none()

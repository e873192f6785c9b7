"""Search by parameters that were tuned on operators' confirmed matches, as soon as they are stored."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from haetae.domain.timing import Clock
from haetae.ranking import KReciprocal
from haetae.ranking.fusion import Weights
from haetae.store.store import Transaction
from haetae.telemetry import logs
from services.search.pipeline import Ranking, SearchPipeline
from services.search.settings import SearchSection


@dataclass(frozen=True, slots=True)
class Tunables:
    """What can be tuned, named as it is set: `HAETAE_SEARCH__<NAME>`."""

    k1: int
    k2: int
    weight_of_original: float
    weight_of_attributes: float
    weight_of_space_time: float
    same_person_distance: float

    @classmethod
    def of(cls, section: SearchSection) -> Tunables:
        """As the service is set up."""
        return cls(**{name: getattr(section, name) for name in TUNABLE})


TUNABLE = tuple(field.name for field in fields(Tunables))


@dataclass(frozen=True, slots=True)
class Tuned:
    """The pipeline that answers now; `tuned_at` is when its parameters were tuned, None where it is as set up."""

    pipeline: SearchPipeline
    tuned_at: datetime | None = None


def set_by_operator(section: SearchSection) -> frozenset[str]:
    """The tunables that were set explicitly: they stay as they were set, whatever is tuned."""
    return frozenset(TUNABLE) & section.model_fields_set


def tuned(section: SearchSection, parameters: Mapping[str, Any]) -> Tunables:
    """Of those parameters that nobody has set; as set up where one of them is not possible."""
    explicit = {name: getattr(section, name) for name in set_by_operator(section)}
    wanted = {name: parameters[name] for name in TUNABLE if name in parameters}
    try:
        return Tunables.of(SearchSection.model_validate({**wanted, **explicit}))
    except ValidationError as error:
        names = [".".join(map(str, each["loc"])) for each in error.errors(include_input=False)]
        logs.get().warning("tuning_not_possible", parameters=names)
        return Tunables.of(section)


def ranking_by(ranking: Ranking, chosen: Tunables) -> Ranking:
    """The ranking with the chosen parameters; what was measured of the networks stays."""
    return replace(
        ranking,
        reranking=KReciprocal(chosen.k1, chosen.k2, chosen.weight_of_original),
        weights=Weights(chosen.weight_of_attributes, chosen.weight_of_space_time),
        same_person=replace(ranking.same_person, max_distance=chosen.same_person_distance),
    )


class RememberedTuning:
    """The pipeline by what was tuned last, made anew only when that changed. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[int, SearchPipeline, Tuned] | None = None

    def of(self, transaction: Transaction, base: SearchPipeline, section: SearchSection, clock: Clock) -> Tuned:
        """As the transaction sees it; `base` where nothing was tuned, or an operator has set all of it. Raises Transient."""
        return self.numbered(transaction.circumstances().tuning, transaction, base, (section, clock))

    def numbered(
        self, number: int | None, transaction: Transaction, base: SearchPipeline, how: tuple[SearchSection, Clock]
    ) -> Tuned:
        """As `of`, where the transaction is known to see the tuning of this number, which is read only where it is new."""
        with self._lock:
            kept = self._kept
        if number is not None and kept is not None and kept[:2] == (number, base):
            return kept[2]
        newest = transaction.tunings.newest() if number is not None else None
        if newest is None:
            return Tuned(base)
        section, clock = how
        with self._lock:
            kept = self._kept
            if kept is None or kept[:2] != (newest.id, base):
                chosen = tuned(section, newest.parameters)
                changed = chosen != Tunables.of(section)
                answering = SearchPipeline(ranking_by(base.ranking, chosen), clock) if changed else base
                kept = (newest.id, base, Tuned(answering, newest.tuned_at if changed else None))
                self._kept = kept
            return kept[2]

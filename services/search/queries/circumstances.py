"""What decided an answer besides the request, and what changed when it was repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from uuid import UUID

from pydantic import Field

from haetae.ranking import Reranking
from services.search.pipeline import Ranking
from services.search.queries.reranking import RerankingIn, shown_reranking
from services.search.shapes import Instant, Shown

Setting = str | float | int | bool | None


class MadeWithOut(Shown):
    """All that decided the answer besides the request and the gallery."""

    software: str = Field(examples=["haetae 0.1.0"])
    gallery_as_of: Instant = Field(description="The answer has seen every sighting that was stored before then, and none after.")
    reranking: RerankingIn = Field(description="With every parameter as it was used.")
    travel_times: Instant | None = Field(
        default=None, description="When the travel times that counted had been learned; null by the map alone, and in old ones."
    )
    tuned: Instant | None = Field(
        default=None,
        description="When the parameters that counted had been tuned on confirmed matches; null as set up, and in old answers.",
    )
    settings: Mapping[str, Setting] = Field(
        description="How the service was set up, by name; what is no plain value stands as its digest.",
        examples=[{"n_reranked": 1000, "same_person.max_distance": 0.4}],
    )


class ChangeOut(Shown):
    """Something that was otherwise when the query was asked before."""

    name: str = Field(examples=["n_gallery", "to", "settings.n_reranked"])
    before: Setting | datetime
    now: Setting | datetime


class RepeatOut(Shown):
    """What differs from the former answer."""

    of: UUID = Field(description="The query that was repeated.")
    same: bool = Field(description="The same candidates in the same order, in the same people.")
    changes: Sequence[ChangeOut] = Field(description="What was otherwise: window, gallery, settings, software.")
    appeared: Sequence[UUID] = Field(description="Sightings that are candidates now and were not.")
    disappeared: Sequence[UUID] = Field(description="Sightings that were candidates and are not now.")


def made_with(
    ranking: Ranking,
    reranking: Reranking | None,
    as_of: datetime,
    times_learned_at: datetime | None = None,
    tuned_at: datetime | None = None,
) -> MadeWithOut:
    """What decides an answer that is ranked like this over the gallery of then."""
    how = reranking or ranking.reranking
    settings = _flat({field.name: getattr(ranking, field.name) for field in fields(ranking) if field.name != "reranking"})
    return MadeWithOut(
        software=_software(),
        gallery_as_of=as_of,
        reranking=shown_reranking(how),
        travel_times=times_learned_at,
        tuned=tuned_at,
        settings=settings,
    )


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Setting]:
    flat: dict[str, Setting] = {}
    for name, value in values.items():
        if value is None or isinstance(value, str | float | int | bool):
            flat[prefix + name] = value
        elif is_dataclass(value) and not isinstance(value, type):
            flat |= _flat({field.name: getattr(value, field.name) for field in fields(value)}, f"{prefix}{name}.")
        else:
            flat[prefix + name] = sha256(repr(value).encode()).hexdigest()[:16]
    return flat


@cache
def _software() -> str:
    try:
        return f"haetae {version('haetae')}"
    except PackageNotFoundError:  # run from a folder that is not installed
        return "haetae"

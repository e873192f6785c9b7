"""Sightings that an operator confirmed, as what the next query looks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import numpy as np

from haetae.domain.embedding import ModelVersion
from haetae.domain.ids import TrackletId
from haetae.domain.sighting import Sighting
from haetae.errors import Refused
from services.search.probes import Probes
from services.search.queries.schemas import TargetFields


class Sightings(Protocol):
    """The stored sightings."""

    def many(self, ids: Sequence[TrackletId], *, with_embeddings: bool = False) -> list[Sighting]:
        """In the order of `ids`; those that are not stored are left out. Raises Transient."""
        ...


def with_confirmed(probes: Probes | None, asked: TargetFields, stored: Sightings, serving: ModelVersion) -> Probes | None:
    """The photos' probes and those of the confirmed sightings, by the network that serves now.

    Raises Refused (422, unknown-sighting) where one that is confirmed or rejected is not stored, where one is both, and
    (409, sighting-not-embedded) where a confirmed one waits to be embedded by the serving network. Raises Transient.
    """
    both = set(asked.confirmed) & set(asked.rejected)
    if both:
        raise Refused(
            "A sighting cannot be both confirmed and rejected.", status=422, kind="invalid-request", sighting_id=min(both)
        )
    _found(asked.rejected, stored)
    confirmed = _found(asked.confirmed, stored)
    if not confirmed:
        return probes
    vectors = [] if probes is None else [*probes.vectors]
    qualities = [] if probes is None else [*probes.qualities]
    for sighting in confirmed:
        if sighting.embedding is None or sighting.embedding.model != serving:
            raise Refused(
                "A confirmed sighting is not yet embedded by the network that serves now; try again later.",
                status=409,
                kind="sighting-not-embedded",
                sighting_id=sighting.id,
            )
        vectors.append(sighting.embedding.vector)
        qualities.append(sighting.quality)
    return Probes(probes.photos if probes else (), np.stack(vectors), serving, tuple(qualities))


def _found(ids: Sequence[UUID], stored: Sightings) -> list[Sighting]:
    found = stored.many([TrackletId(id) for id in ids], with_embeddings=True) if ids else []
    missing = set(ids) - {sighting.id for sighting in found}
    if missing:
        raise Refused(f"There is no sighting {min(missing)}.", status=422, kind="unknown-sighting", sighting_id=min(missing))
    return found

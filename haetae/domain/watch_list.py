"""Persons to alert on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from haetae.domain.embedding import Embedding


@dataclass(frozen=True, slots=True)
class WatchListEntry:
    """One person looked for: a sighting nearer than `max_distance` (cosine) to any of the embeddings is a hit.

    An entry has a legal basis in words and ends by itself at `expires_at`.
    """

    id: UUID
    name: str
    legal_basis: str
    embeddings: tuple[Embedding, ...]
    max_distance: float
    expires_at: datetime
    created_at: datetime

"""Watch-list entries as they are handed in and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints

from haetae.domain.watch_list import WatchListEntry
from services.alert.shapes import Instant, Strict

MOST_PHOTOS = 5
_MOST_BASE64 = 14 * 2**20  # of a photo of 10 MiB

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LegalBasis = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=1000)]
MaxDistance = Annotated[float, Field(gt=0, le=1, description="Cosine distance up to which a sighting is a hit; small is strict.")]


class EntryIn(Strict):
    """A person to alert on: 1-5 photos, or a sighting."""

    name: Name = Field(examples=["Missing person 2026-0504"])
    legal_basis: LegalBasis = Field(
        description="What allows the search, kept with the entry.", examples=["Police request 2026-0504, Act on missing persons"]
    )
    expires_at: Instant = Field(description="The entry ends by itself then.", examples=["2026-05-07T00:00:00Z"])
    max_distance: MaxDistance | None = Field(default=None, examples=[0.3])
    photos: list[Annotated[str, StringConstraints(max_length=_MOST_BASE64)]] = Field(
        default_factory=list, max_length=MOST_PHOTOS, description="JPEG, PNG or WebP in base64; as multipart, parts 'photo'."
    )
    sighting_id: UUID | None = Field(default=None, description="Somebody who was seen, in place of photos.")


class EntryChange(Strict):
    """What of an entry is to be different; the rest stays."""

    name: Name | None = None
    legal_basis: LegalBasis | None = None
    expires_at: Instant | None = None
    max_distance: MaxDistance | None = None


class EntryOut(Strict):
    """One entry. Embeddings are never shown."""

    id: UUID
    name: str
    legal_basis: str
    max_distance: float
    created_at: datetime
    expires_at: datetime
    active: bool
    model: str = Field(description="What the photos were read by.", examples=["reid-0288@1-f32"])
    photos: list[str] = Field(description="The person as read from each photo.")

    @classmethod
    def of(cls, entry: WatchListEntry, now: datetime) -> Self:
        """The entry as it is shown."""
        return cls(
            id=entry.id,
            name=entry.name,
            legal_basis=entry.legal_basis,
            max_distance=entry.max_distance,
            created_at=entry.created_at,
            expires_at=entry.expires_at,
            active=entry.expires_at > now,
            model=str(entry.embeddings[0].model) if entry.embeddings else "",
            photos=[f"/v1/watch-lists/{entry.id}/photos/{n}" for n in range(len(entry.embeddings))],
        )


class EntryList(Strict):
    """Entries, newest first."""

    items: list[EntryOut]
    next_cursor: str | None = Field(description="Give it as `cursor` for the next page; None on the last.")

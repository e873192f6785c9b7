"""The watch list with its photos: entries are made, read again when the model changes, and forgotten when they expire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from haetae.blobs import keys
from haetae.blobs.port import BlobMissing, Blobs
from haetae.domain.embedding import Embedding
from haetae.domain.frame import Pixels
from haetae.domain.ids import TrackletId
from haetae.domain.timing import Clock
from haetae.domain.watch_list import WatchListEntry
from haetae.errors import Poison, Refused, Transient
from haetae.imaging.jpeg import decode, encode
from haetae.store.store import Store, Transaction
from haetae.telemetry import logs
from haetae.telemetry.tally import Tally
from services.alert.persons import PersonReader

MOST_PHOTOS = 5
CROP_QUALITY = 90


class Registry:
    """Keeps crops of the persons, never the photos around them."""

    def __init__(self, store: Store, blobs: Blobs, reader: PersonReader, clock: Clock) -> None:
        self._store = store
        self._blobs = blobs
        self._reader = reader
        self._clock = clock
        self._away = Tally(logs.get(), "watch_list_kept_later", every_s=60.0)
        self._unreadable = Tally(logs.get(), "watch_list_entry_unreadable", every_s=600.0)

    def from_photos(self, entry_id: UUID, photos: Sequence[Pixels]) -> tuple[Embedding, ...]:
        """Embeddings of the persons in the photos; their crops are kept. Raises Refused (422), Transient."""
        return self._kept(entry_id, [self._reader.find(photo, n).crop for n, photo in enumerate(photos)])

    def from_sighting(self, entry_id: UUID, sighting_id: TrackletId) -> tuple[Embedding, ...]:
        """Embeddings of a sighting's best shots. Raises Refused (404; 409 where its crops are gone), Transient."""
        with self._store.begin() as transaction:
            sighting = transaction.sightings.get(sighting_id)
        crops = []
        for shot in sighting.best_shots[:MOST_PHOTOS]:
            try:
                crops.append(decode(self._blobs.get(shot.blob_key)))
            except BlobMissing:
                continue
        if not crops:
            raise Refused("The crops of this sighting are no longer kept.", status=409, kind="crops-gone")
        return self._kept(entry_id, crops)

    def photo(self, entry_id: UUID, n: int) -> bytes:
        """The JPEG of an entry's `n`-th person. Raises Refused (404), Transient."""
        try:
            return self._blobs.get(keys.watch(entry_id, n))
        except BlobMissing:
            raise Refused("There is no such photo.", status=404, kind="unknown-photo") from None

    def forget(self, entry_id: UUID) -> None:
        """Deletes an entry's crops, after its row. Raises Transient."""
        self._blobs.delete_below(keys.watch_of(entry_id))

    def keep(self) -> None:
        """Forgets what has expired and reads again what an older model has read; what cannot be done now is done later."""
        try:
            self._forget_expired()
            self._read_again()
        except Transient as error:
            self._away.count(cause=error.message)

    def _kept(self, entry_id: UUID, crops: Sequence[Pixels]) -> tuple[Embedding, ...]:
        embeddings = tuple(self._reader.embed(crops))
        for n, pixels in enumerate(crops):
            self._blobs.put(keys.watch(entry_id, n), encode(pixels, CROP_QUALITY))
        return embeddings

    def _forget_expired(self) -> None:
        now = self._clock.now()
        with self._store.begin() as transaction:
            expired = [entry for entry in transaction.watch_lists.all() if entry.expires_at <= now]
            for entry in expired:
                transaction.watch_lists.remove(entry.id)
                transaction.audit.record("alert", "watch_list_entry_expired", f"watch-list/{entry.id}", {}, now)
        for entry in expired:
            self.forget(entry.id)
            logs.get().info("watch_list_entry_expired", entry_id=str(entry.id))

    def _read_again(self) -> None:
        with self._store.begin() as transaction:
            entries = transaction.watch_lists.active(self._clock.now())
        if not entries:
            return
        model = self._reader.model
        for entry in entries:
            if any(embedding.model != model for embedding in entry.embeddings):
                try:
                    crops = [decode(self.photo(entry.id, n)) for n in range(len(entry.embeddings))]
                    renewed = replace(entry, embeddings=tuple(self._reader.embed(crops)))
                    with self._store.begin() as transaction:
                        replace_entry(transaction, renewed)
                except (Refused, Poison) as error:
                    self._unreadable.count(entry_id=str(entry.id), cause=error.message)
                    continue
                logs.get().info("watch_list_entry_read_again", entry_id=str(entry.id), model=str(model))


def replace_entry(transaction: Transaction, entry: WatchListEntry) -> None:
    """Stores the entry in place of the one with its id. Raises Refused (404)."""
    transaction.watch_lists.remove(entry.id)
    transaction.watch_lists.add(entry)

"""/v1/watch-lists: whom to alert on, why, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Path, Query, Response

from haetae.domain.ids import TrackletId
from haetae.domain.watch_list import WatchListEntry
from haetae.errors import Refused
from haetae.store import cursor as cursors
from services.alert.desk import Desk
from services.alert.registry import replace_entry
from services.alert.shapes import OPERATORS, Asking, Cursor, Limit, asking
from services.alert.watch_lists.schemas import MOST_PHOTOS, EntryChange, EntryList, EntryOut
from services.alert.watch_lists.submission import BODY, Submission, parsed, received


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints. Everything in them is sensitive, and looking at it is recorded too."""
    router = APIRouter(prefix="/v1/watch-lists", tags=["watch lists"])
    operator = asking(*OPERATORS)

    @router.post("", status_code=201, summary="Add a person", openapi_extra=BODY)
    def add(response: Response, caller: Asking = Depends(operator), submission: Submission = Depends(received)) -> EntryOut:
        """Alerts are raised from now on until `expires_at` whenever somebody near to one of the photos is seen.

        The person in each photo is found and embedded; only the crop of the person is kept.
        """
        given, photos = parsed(submission)
        _check_expiry(desk, given.expires_at)
        entry_id = uuid4()
        if given.sighting_id is not None:
            embeddings = desk.registry.from_sighting(entry_id, TrackletId(given.sighting_id))
        else:
            embeddings = desk.registry.from_photos(entry_id, photos)
        now = desk.clock.now()
        distance = desk.section.max_distance if given.max_distance is None else given.max_distance
        entry = WatchListEntry(entry_id, given.name, given.legal_basis, embeddings, distance, given.expires_at, now)
        with desk.store.begin() as transaction:
            transaction.watch_lists.add(entry)
            detail = {"legal_basis": entry.legal_basis, "expires_at": entry.expires_at.isoformat(), "n_photos": len(embeddings)}
            caller.record(transaction, "watch_list_entry_added", _subject(entry_id), now, **detail)
        response.headers["Location"] = f"/v1/watch-lists/{entry_id}"
        return EntryOut.of(entry, now)

    @router.get("", summary="List entries")
    def page(
        caller: Asking = Depends(operator),
        active: Annotated[bool | None, Query(description="Only entries that have not expired, or only others.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> EntryList:
        """Entries, newest first. An expired one is forgotten soon after."""
        now = desk.clock.now()
        with desk.store.begin() as transaction:
            entries = transaction.watch_lists.all()
            caller.record(transaction, "watch_list_viewed", "watch-list", now)
        if active is not None:
            entries = [entry for entry in entries if (entry.expires_at > now) == active]
        shown, following = _paged(entries, limit, cursor)
        return EntryList(items=[EntryOut.of(entry, now) for entry in shown], next_cursor=following)

    @router.get("/{id}", summary="Fetch an entry")
    def get(id: UUID, caller: Asking = Depends(operator)) -> EntryOut:
        """One entry."""
        now = desk.clock.now()
        with desk.store.begin() as transaction:
            entry = transaction.watch_lists.get(id)
            caller.record(transaction, "watch_list_entry_viewed", _subject(id), now)
        return EntryOut.of(entry, now)

    @router.get("/{id}/photos/{n}", summary="Fetch a person's crop", response_class=Response)
    def photo(id: UUID, n: Annotated[int, Path(ge=0, lt=MOST_PHOTOS)], caller: Asking = Depends(operator)) -> Response:
        """The person as read from the `n`-th photo, as JPEG."""
        with desk.store.begin() as transaction:
            transaction.watch_lists.get(id)
            caller.record(transaction, "watch_list_photo_viewed", _subject(id), desk.clock.now(), photo=n)
        data = desk.registry.photo(id, n)
        return Response(data, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})

    @router.patch("/{id}", summary="Change an entry")
    def change(id: UUID, what: EntryChange, caller: Asking = Depends(operator)) -> EntryOut:
        """Another name, legal basis, expiry or distance; the photos stay."""
        changes = what.model_dump(exclude_none=True)
        _check_expiry(desk, what.expires_at)
        now = desk.clock.now()
        with desk.store.begin() as transaction:
            entry = replace(transaction.watch_lists.get(id), **changes)
            replace_entry(transaction, entry)
            caller.record(
                transaction, "watch_list_entry_changed", _subject(id), now, **what.model_dump(mode="json", exclude_none=True)
            )
        return EntryOut.of(entry, now)

    @router.delete("/{id}", status_code=204, summary="Remove an entry")
    def remove(id: UUID, caller: Asking = Depends(operator)) -> None:
        """The entry, its embeddings and its crops are forgotten; alerts that it raised stay."""
        with desk.store.begin() as transaction:
            transaction.watch_lists.remove(id)
            caller.record(transaction, "watch_list_entry_removed", _subject(id), desk.clock.now())
        desk.registry.forget(id)

    return router


def _paged(entries: list[WatchListEntry], limit: int, cursor: str | None) -> tuple[list[WatchListEntry], str | None]:
    ordered = sorted(entries, key=lambda entry: (entry.created_at, entry.id), reverse=True)
    if cursor is not None:
        last = cursors.decode(cursor)
        ordered = [entry for entry in ordered if (entry.created_at, entry.id) < last]
    shown = ordered[:limit]
    return shown, cursors.encode(shown[-1].created_at, shown[-1].id) if len(ordered) > limit else None


def _subject(id: UUID) -> str:
    return f"watch-list/{id}"


def _check_expiry(desk: Desk, expires_at: datetime | None) -> None:
    now = desk.clock.now()
    if expires_at is not None and not now < expires_at <= now + desk.section.longest_entry:
        days = f"{desk.section.longest_entry_days:g}"
        detail = f"An entry expires in the future, at most {days} days from now."
        raise Refused(detail, status=422, kind="expiry-out-of-bounds")

"""Lists of sightings that show one person, made into people: lists that share a sighting show the same person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from haetae.domain.ids import TrackletId


def merged(lists: Iterable[Sequence[TrackletId]]) -> list[list[TrackletId]]:
    """The people, each with all of their sightings once, ascending; in the order of their first sighting."""
    root: dict[TrackletId, TrackletId] = {}

    def find(id: TrackletId) -> TrackletId:
        while root[id] != id:
            root[id] = root[root[id]]
            id = root[id]
        return id

    for ids in lists:
        for id in ids:
            root.setdefault(id, id)
            first, second = find(ids[0]), find(id)
            root[max(first, second)] = min(first, second)
    people: dict[TrackletId, list[TrackletId]] = {}
    for id in sorted(root):
        people.setdefault(find(id), []).append(id)
    return list(people.values())

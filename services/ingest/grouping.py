"""Which reader process reads what: cameras in groups, each recording and each troublemaker by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from services.ingest.errands import Errand


@dataclass(frozen=True, slots=True)
class Group:
    """What one process reads."""

    number: int
    names: tuple[str, ...]
    for_recordings: bool = False


def regrouped(groups: Collection[Group], errands: Mapping[str, Errand], alone: Collection[str], size: int) -> list[Group]:
    """The groups for these errands: whoever can stay where they are stays, the others go where there is room.

    Cameras in `alone` (they hung their process) and everything that can be made to wait get a process of their own.
    """
    kept = [
        Group(group.number, names, group.for_recordings)
        for group in groups
        if (names := tuple(name for name in group.names if name in errands and (len(group.names) == 1 or name not in alone)))
    ]
    placed = {name for group in kept for name in group.names}
    next_number = max((group.number for group in groups), default=0) + 1
    for name in sorted(set(errands) - placed):
        is_live = errands[name].is_live
        room = next((i for i, group in enumerate(kept) if is_live and name not in alone and _has_room(group, alone, size)), None)
        if room is not None:
            kept[room] = Group(kept[room].number, (*kept[room].names, name))
        else:
            kept.append(Group(next_number, (name,), not is_live))
            next_number += 1
    return kept


def _has_room(group: Group, alone: Collection[str], size: int) -> bool:
    return not group.for_recordings and len(group.names) < size and not any(name in alone for name in group.names)

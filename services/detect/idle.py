"""Cameras from which nothing comes any more: whoever was still followed there is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from haetae.domain.timing import Clock, to_us
from haetae.tracking.follower import CameraFollowing
from services.detect.followings import Followings

LOOK_EVERY_S = 60.0
FORGET_AFTER_S = 86_400.0
_RECORDING_PATIENCE_S = 10.0  # a recording is read as fast as there is room for its frames: pauses say little
_MARGIN_S = 1.0


class IdleCameras:
    """Knows which cameras of the held shards have open tracks, also those that a worker before us left."""

    def __init__(self, followings: Followings, backlog: Callable[[int], int], clock: Clock, max_gap_s: float) -> None:
        self._followings = followings
        self._backlog = backlog
        self._clock = clock
        self._max_gap_s = max_gap_s
        self._open: dict[str, int] = {}  # key: arrival of its newest frame, microseconds
        self._shards: frozenset[int] = frozenset()
        self._looked_at_s = float("-inf")

    def note(self, followings: Mapping[str, CameraFollowing]) -> None:
        """These were just followed."""
        for key, following in followings.items():
            if following.tracker.tracks:
                self._open[key] = following.received_us
            else:
                self._open.pop(key, None)

    def due(self, shards: frozenset[int]) -> tuple[dict[str, CameraFollowing], list[str]]:
        """What to close, and the keys of which nothing need be known any more. Raises Transient."""
        forgotten = self._look_around(shards) if self._is_time_to_look(shards) else []
        late = [key for key, received_us in self._open.items() if self._is_over(key, received_us)]
        empty = {shard for shard in {self._followings.shard_of(key) for key in late} if self._backlog(shard) == 0}
        candidates = self._followings.read(key for key in late if self._followings.shard_of(key) in empty)
        return {key: following for key, following in candidates.items() if self._is_over(key, following.received_us)}, forgotten

    def _is_time_to_look(self, shards: frozenset[int]) -> bool:
        return shards != self._shards or self._clock.monotonic_s() - self._looked_at_s >= LOOK_EVERY_S

    def _look_around(self, shards: frozenset[int]) -> list[str]:
        """Finds open tracks that others left; gives keys that are long over."""
        self._followings.keep_only(shards)
        known = self._followings.read(self._followings.keys_of(shards))
        self._open = {}
        self.note(known)
        self._shards, self._looked_at_s = shards, self._clock.monotonic_s()
        return list(self._long_over(known.items()))

    def _long_over(self, known: Iterable[tuple[str, CameraFollowing]]) -> Iterable[str]:
        return (key for key, f in known if not f.tracker.tracks and self._silent_s(f.received_us) > FORGET_AFTER_S)

    def _is_over(self, key: str, received_us: int) -> bool:
        patience_s = _RECORDING_PATIENCE_S if "@" in key else self._max_gap_s + _MARGIN_S
        return self._silent_s(received_us) > patience_s

    def _silent_s(self, received_us: int) -> float:
        return (to_us(self._clock.now()) - received_us) / 1e6

"""Cameras from which nothing comes any more: whoever was still followed there is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from haetae.domain.timing import Clock, to_us
from haetae.tracking.follower import CameraFollowing
from services.detect.followings import Followings

LOOK_EVERY_S = 60.0
FORGET_AFTER_S = 86_400.0
_MARGIN_S = 1.0


class IdleCameras:
    """Knows which cameras of the held shards have open tracks, also those that a worker before us left."""

    def __init__(
        self,
        followings: Followings,
        backlog: Callable[[int], int],
        clock: Clock,
        *,
        max_gap_s: float,
        recording_patience_s: float,
    ) -> None:
        self._followings = followings
        self._backlog = backlog
        self._clock = clock
        self._max_gap_s = max_gap_s
        self._recording_patience_s = recording_patience_s
        self._open: dict[str, float] = {}  # key: when it was last followed, or found here, on our own clock
        self._shards: frozenset[int] = frozenset()
        self._looked_at_s = float("-inf")

    def note(self, followings: Mapping[str, CameraFollowing]) -> None:
        """These were just followed."""
        now_s = self._clock.monotonic_s()
        for key, following in followings.items():
            if following.tracker.tracks:
                self._open[key] = now_s
            else:
                self._open.pop(key, None)

    def due(self, shards: frozenset[int]) -> tuple[dict[str, CameraFollowing], list[str]]:
        """What to close, and the keys of which nothing need be known any more. Raises Transient.

        A camera whose frames still wait is not silent: its shard must be empty.
        """
        forgotten = self._look_around(shards) if self._is_time_to_look(shards) else []
        over = {key: self._followings.shard_of(key) for key, since_s in self._open.items() if self._is_over(key, since_s)}
        empty = {shard for shard in shards & set(over.values()) if self._backlog(shard) == 0}
        return self._followings.read(key for key, shard in over.items() if shard in empty), forgotten

    def _is_time_to_look(self, shards: frozenset[int]) -> bool:
        return shards != self._shards or self._clock.monotonic_s() - self._looked_at_s >= LOOK_EVERY_S

    def _look_around(self, shards: frozenset[int]) -> list[str]:
        """Finds open tracks that others left; gives keys that are long over."""
        self._followings.keep_only(shards)
        known = self._followings.read(self._followings.keys_of(shards))
        before, self._open = self._open, {}
        self.note(known)
        self._open |= {key: since_s for key, since_s in before.items() if key in self._open}
        self._shards, self._looked_at_s = shards, self._clock.monotonic_s()
        return list(self._long_over(known.items()))

    def _long_over(self, known: Iterable[tuple[str, CameraFollowing]]) -> Iterable[str]:
        now_us = to_us(self._clock.now())
        return (key for key, f in known if not f.tracker.tracks and now_us - f.received_us > FORGET_AFTER_S * 1e6)

    def _is_over(self, key: str, since_s: float) -> bool:
        patience_s = self._recording_patience_s if "@" in key else self._max_gap_s + _MARGIN_S
        return self._clock.monotonic_s() - since_s > patience_s

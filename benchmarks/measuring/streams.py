"""Watches streams of the bus from beside: reading without a group takes nothing away from anybody."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from haetae.bus.connection import connect

Seen = tuple[datetime, str, bytes]
"""When a message appeared, its topic, its payload."""


class StreamWatcher:
    """Notes every message that appears on some topics from `start` to `stop`.

    A message can be gone before it is seen only if it is done within the fraction of a millisecond between two reads.
    """

    def __init__(self, url: str, topics: Sequence[str]) -> None:
        self._redis = connect(url)
        self._last: dict[str, bytes | str] = dict.fromkeys(topics, "$")
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="stream-watcher", daemon=True)
        self.seen: list[Seen] = []

    def start(self) -> None:
        self._thread.start()
        time.sleep(0.2)  # the first read is waiting by now: "$" means what comes after it

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=10)
        self._redis.close()

    def _watch(self) -> None:
        while not self._stop.is_set():
            found = cast(
                list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]],
                self._redis.xread(cast(dict[bytes | str | memoryview, int | bytes | str | memoryview], self._last), block=500),
            )
            now = datetime.now(UTC)
            for topic, entries in found:
                name = topic.decode()
                self.seen += [(now, name, fields[b"p"]) for _, fields in entries]
                self._last[name] = entries[-1][0]

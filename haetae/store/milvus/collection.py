"""The only use of pymilvus: one collection of embeddings, filtered by time and cameras."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient
from pymilvus.exceptions import MilvusException

from haetae.domain.embedding import Vectors
from haetae.errors import Transient

MOST_FOUND = 16_384
"""Milvus hands out no more rows of one search."""

_BATCH = 1_000  # rows of one request
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Connected:
    """Where Milvus is, and how it searches: `index` is Milvus's name (FLAT is exact; HNSW, DISKANN, GPU_CAGRA ... are not)."""

    uri: str
    token: str = ""
    index: str = "FLAT"
    deadline_s: float = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Embeddings of one day: `started` and `ended` (n,) int64 microseconds since 2000, `cameras` n names, `vectors` (n, d)."""

    day: date
    ids: Sequence[UUID]
    started: NDArray[np.int64]
    ended: NDArray[np.int64]
    cameras: Sequence[str]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class Within:
    """What part of the collection is searched: seen before `before` and until `since` or later; by `cameras`, None for all."""

    since: int
    before: int
    cameras: Sequence[str] | None

    @property
    def expression(self) -> str:
        """As Milvus filters."""
        time = f"started < {self.before} and ended >= {self.since}"
        return time if self.cameras is None else f"{time} and camera in [{', '.join(map(_quoted, self.cameras))}]"


class Collection:
    """The embeddings of one model. Every method raises Transient where Milvus does not answer in time, or says no."""

    def __init__(self, connected: Connected, name: str, dimension: int) -> None:
        self._name, self._connected, self._dimension = name, connected, dimension
        self._client: MilvusClient = self._told(
            lambda: MilvusClient(uri=connected.uri, token=connected.token, timeout=connected.deadline_s)
        )
        if not self._told(lambda: self._client.has_collection(name, timeout=connected.deadline_s)):
            self._told(self._create)

    def put(self, rows: Rows) -> None:
        """Writes rows, over those of the same ids."""
        day, vectors = rows.day.toordinal(), rows.vectors.astype(np.float32)
        columns = zip(rows.ids, rows.started.tolist(), rows.ended.tolist(), rows.cameras, vectors.tolist(), strict=True)
        documents = [
            {"id": id.hex, "day": day, "started": started, "ended": ended, "camera": camera, "vector": vector}
            for id, started, ended, camera, vector in columns
        ]
        for first in range(0, len(documents), _BATCH):
            some = documents[first : first + _BATCH]
            self._told(partial(self._client.upsert, self._name, some, timeout=self._connected.deadline_s))

    def drop(self, ids: Sequence[UUID]) -> None:
        """Forgets rows; those that are not there are ignored."""
        for first in range(0, len(ids), _BATCH):
            some = [id.hex for id in ids[first : first + _BATCH]]
            self._told(partial(self._client.delete, self._name, ids=some, timeout=self._connected.deadline_s))

    def keep_days(self, days: Sequence[date]) -> None:
        """Forgets the rows of all other days."""
        kept = ", ".join(str(day.toordinal()) for day in days)
        expression = f"day not in [{kept}]" if kept else "day >= 0"
        self._told(lambda: self._client.delete(self._name, filter=expression, timeout=self._connected.deadline_s))

    def nearest(self, probe: NDArray[np.float32], within: Within, limit: int) -> list[tuple[UUID, float]]:
        """At most `limit` rows (up to MOST_FOUND) and their cosine distances 0-2, nearest first."""
        found = self._told(
            lambda: self._client.search(
                self._name,
                data=[probe.astype(np.float32).tolist()],
                anns_field="vector",
                filter=within.expression,
                limit=limit,
                output_fields=["id"],
                search_params={"metric_type": "COSINE"},
                consistency_level="Strong",
                timeout=self._connected.deadline_s,
            )
        )
        return [(UUID(hex=one["id"]), 1.0 - float(one["distance"])) for one in found[0]]

    def close(self) -> None:
        """Lets the connection go."""
        self._client.close()

    def _create(self) -> None:
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=32)
        for name in ("day", "started", "ended"):
            schema.add_field(name, DataType.INT64)
        schema.add_field("camera", DataType.VARCHAR, max_length=64)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=self._dimension)
        index = self._client.prepare_index_params()
        index.add_index("vector", index_type=self._connected.index, metric_type="COSINE")
        self._client.create_collection(
            self._name, schema=schema, index_params=index, consistency_level="Strong", timeout=self._connected.deadline_s
        )

    def _told(self, ask: Callable[[], _T]) -> _T:
        try:
            return ask()
        except MilvusException as error:
            raise Transient("Milvus did not do what it was asked.", collection=self._name, code=error.code) from None


def _quoted(text: str) -> str:
    escaped: Any = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

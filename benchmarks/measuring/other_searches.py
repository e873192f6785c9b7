"""What one would pick instead of our search: pgvector's HNSW, and faiss with an id filter."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from benchmarks.measuring.large_gallery import id_of, inside
from haetae.domain.embedding import Vectors, normalised
from haetae.domain.query import Scope
from haetae.store.engine import open_unlimited
from haetae.store.vectors import to_literal

faiss: Any = import_module("faiss")  # its own types do not know its parameters

Way = Callable[[Vectors, Scope], list[UUID]]
Made = tuple[Way, dict[str, object]]


class Hnsw:
    """One table with pgvector's default HNSW index on it, built when it is first asked for."""

    def __init__(self, url: str, dimension: int) -> None:
        self._engine = open_unlimited(url, application_name="benchmark-hnsw")
        self._d = dimension
        self._connection: Connection | None = None

    def made(self, limit: int, *, ef: int = 40, iterative: bool = False) -> Made:
        """`ef` is hnsw.ef_search; 40 is the default."""
        connection = self._built()
        connection.execute(text(f"SET hnsw.ef_search = {ef}"))
        connection.execute(text(f"SET hnsw.iterative_scan = {'relaxed_order' if iterative else 'off'}"))

        def way(probe: Vectors, scope: Scope) -> list[UUID]:
            cameras = " AND camera_id = ANY(:cameras)" if scope.cameras else ""
            found = connection.execute(
                text(
                    f"SELECT sighting_id FROM hnsw_gallery WHERE started_at < :end AND ended_at >= :start{cameras} "
                    "ORDER BY vector <=> CAST(:probe AS halfvec) LIMIT :limit"
                ),
                {"start": scope.window.start, "end": scope.window.end, "probe": to_literal(probe[0]), "limit": limit,
                 **({"cameras": list(scope.cameras)} if scope.cameras else {})},
            )  # fmt: skip
            return list(found.scalars())

        return way, {"ef_search": ef, "iterative": iterative}

    def _built(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            for statement in (
                "SET maintenance_work_mem = '2GB'", "SET hnsw.ef_search = 40", "SET random_page_cost = 1.1",
                f"CREATE TABLE hnsw_gallery AS SELECT sighting_id, started_at, ended_at, camera_id, vector::halfvec({self._d}) "
                "FROM sighting_embeddings",
                "CREATE INDEX ON hnsw_gallery (camera_id, started_at)", "CREATE INDEX ON hnsw_gallery (started_at)",
                "CREATE INDEX ON hnsw_gallery USING hnsw (vector halfvec_cosine_ops)", "VACUUM (ANALYZE) hnsw_gallery",
            ):  # fmt: skip
                self._connection.execute(text(statement))
        return self._connection


class Faiss:
    """faiss over the same vectors in single precision; the filter is a bitmap that is made for each question, as ours is."""

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        self._halves = vectors
        self._d = vectors.shape[1]

    def flat(self, limit: int) -> Made:
        """Exact."""
        index = faiss.IndexFlatIP(self._d)
        self._add(index)
        return self._way(index, lambda filter: faiss.SearchParameters(sel=filter), limit), {}

    def ivf(self, limit: int) -> Made:
        """The square root of n lists, of which a sixteenth are looked at."""
        n_lists = int(len(self._halves) ** 0.5)
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(self._d), self._d, n_lists, faiss.METRIC_INNER_PRODUCT)
        index.cp.niter = 10
        rng = np.random.default_rng(0)
        index.train(normalised(self._halves[np.sort(rng.permutation(len(self._halves))[: 40 * n_lists])]))
        self._add(index)
        nprobe = n_lists // 16
        parameters = lambda filter: faiss.SearchParametersIVF(sel=filter, nprobe=nprobe)  # noqa: E731
        return self._way(index, parameters, limit), {"n_lists": n_lists, "n_probed": nprobe}

    def hnsw(self, limit: int) -> Made:
        """M 16 and efConstruction 64 as pgvector, efSearch 200."""
        index = faiss.IndexHNSWFlat(self._d, 16, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = 64
        self._add(index)
        return self._way(index, lambda filter: faiss.SearchParametersHNSW(sel=filter, efSearch=200), limit), {"ef_search": 200}

    def _add(self, index: Any) -> None:
        for first in range(0, len(self._halves), 50_000):
            index.add(normalised(self._halves[first : first + 50_000]))

    def _way(self, index: Any, parameters: Callable[[object], object], limit: int) -> Way:
        def way(probe: Vectors, scope: Scope) -> list[UUID]:
            bits = np.packbits(inside(scope, len(self._halves)), bitorder="little")
            filter = faiss.IDSelectorBitmap(bits)
            _, rows = index.search(probe, limit, params=parameters(filter))
            return [id_of(row) for row in rows[0].tolist() if row >= 0]

        return way

"""What can be set for search: `HAETAE_SEARCH__<FIELD>`."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from haetae.models.calibration import Calibration
from haetae.ranking import KReciprocal
from haetae.ranking.evidence import UNMEASURED, Reliability
from haetae.ranking.fusion import Weights
from haetae.ranking.identity import SamePerson
from haetae.ranking.most_similar import FindsMostSimilar
from haetae.settings import Settings
from haetae.store.index import Limits
from services.search.graphs import Graphs
from services.search.pipeline import Ranking
from services.search.queries.turns import Turns

_MOST_AT_ONCE = 4  # unless set: the interpreter's lock keeps one process from using many cores, more processes do not


class SearchSection(BaseModel):
    """Address of the API, what callers may ask for, and how candidates are ordered."""

    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=0, le=65535)
    longest_window_days: float = Field(default=31, gt=0, le=366)
    queries_per_minute: float = Field(default=60, gt=0)  # of one caller, over time
    queries_at_once: int = Field(default=20, ge=1)  # of one caller, in a burst
    answered_at_once: int | None = Field(default=None, ge=1, le=256)  # by this process; unless set cores + 1, at most 4
    most_waiting: int = Field(default=200, ge=0)  # queries that wait for their turn; more are refused (503)
    longest_wait_s: float = Field(default=30.0, gt=0, le=600)  # who would wait longer is refused
    heartbeat_s: float = Field(default=5.0, gt=0)  # a stream of events is never silent for longer
    followers_at_once: int = Field(default=200, ge=1)  # streams of events of queries that others ask, of this process
    key_remembered_s: float = Field(default=5.0, ge=0)  # a removed API key works this much longer
    least_person_score: float = Field(default=0.35, gt=0, lt=1)
    n_reranked: int = Field(default=1000, ge=1, le=10_000)
    k1: int = Field(default=20, ge=1, le=200)
    k2: int = Field(default=6, ge=1, le=100)
    weight_of_original: float = Field(default=0.3, ge=0, le=1)
    weight_of_attributes: float = Field(default=0.5, gt=0, le=4)  # of log odds, where those of appearance count 1
    weight_of_space_time: float = Field(default=1.0, ge=0, le=4)
    same_person_distance: float = Field(default=0.4, gt=0, le=2)  # cosine, of the configured embedder
    index: Literal["memory", "milvus", "none"] = (
        "memory"  # what finds the nearest; with none, and until it is loaded, exact scans
    )
    index_refresh_s: float = Field(default=0.5, gt=0, le=60)
    index_memory_mib: int = Field(default=1024, ge=0)  # for exact vectors; beyond, PostgreSQL compares
    index_compared_all: int = Field(
        default=50_000, ge=0
    )  # so many sightings are compared exactly, of more those that look nearest
    index_compared: int = Field(default=4_000, ge=100, le=50_000)
    graph_rows: int = Field(default=100_000, ge=0)  # sightings of the newest days that are re-ranked against everybody; 0: none
    graph_refresh_s: float = Field(default=5.0, gt=0, le=600)
    nearest: Literal["here", "triton"] = "here"  # who compares candidates for a re-ranking; without Triton's answer this process
    milvus_uri: str = "http://127.0.0.1:19530"
    milvus_token: SecretStr = SecretStr("")
    milvus_index: str = "FLAT"  # exact; HNSW, DISKANN, GPU_CAGRA ... are faster, and miss some
    milvus_deadline_s: float = Field(default=10.0, gt=0)
    longest_camera_test_s: float = Field(default=10.0, gt=0, le=30)

    @property
    def turns(self) -> Turns:
        """The line of queries of one process."""
        return Turns(self._at_once, most_waiting=self.most_waiting, longest_wait_s=self.longest_wait_s)

    @property
    def n_connections(self) -> int:
        """So many connections to PostgreSQL keep queries and other requests from waiting for each other's."""
        return 2 * self._at_once + 2  # one for each query that is answered, one for each that is read, and others

    @property
    def _at_once(self) -> int:
        n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return self.answered_at_once or min(n_cores + 1, _MOST_AT_ONCE)

    @property
    def longest_window(self) -> timedelta:
        """The longest window of time that one query or list may look at."""
        return timedelta(days=self.longest_window_days)

    @property
    def index_limits(self) -> Limits:
        """What the index may take, and how far it looks."""
        memory_bytes = self.index_memory_mib * 2**20
        return Limits(memory_bytes=memory_bytes, compared_all=self.index_compared_all, compared=self.index_compared)

    @property
    def graphs(self) -> Graphs | None:
        """The neighbour graphs beside the index."""
        how = KReciprocal(self.k1, self.k2, self.weight_of_original)
        return Graphs(how, most_rows=self.graph_rows, every_s=self.graph_refresh_s) if self.graph_rows else None

    @property
    def ranking(self) -> Ranking:
        """How candidates are chosen and ordered, by networks that nobody has measured."""
        return self.ranking_with(Calibration(), UNMEASURED)

    def ranking_with(self, embedder: Calibration, reliability: Reliability, elsewhere: FindsMostSimilar | None = None) -> Ranking:
        """How candidates are chosen and ordered, by what an embedder and the readings of attributes are worth."""
        return Ranking(
            reranking=KReciprocal(self.k1, self.k2, self.weight_of_original),
            same_person=SamePerson(max_distance=self.same_person_distance),
            n_reranked=self.n_reranked,
            weights=Weights(self.weight_of_attributes, self.weight_of_space_time),
            reliability=reliability,
            likeness=embedder.likeness,
            presence=embedder.presence,
            elsewhere=elsewhere,
        )


class SearchSettings(Settings):
    """All sections of the service."""

    search: SearchSection = SearchSection()

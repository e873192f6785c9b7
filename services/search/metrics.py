"""What search tells about itself: how many queries, and where their time goes."""

from __future__ import annotations

from collections.abc import Mapping

from haetae.telemetry.metrics import Metrics

_metrics = Metrics("search")
_STEPS = _metrics.latency("query_step_seconds", "Where a query's time goes; the step 'total' is all of it.", ["step"])
_QUERIES = _metrics.counter("queries", "Answered queries by what they were asked with.", ["by"])

_INDEX_ROWS = _metrics.gauge("index_rows", "Embeddings in the index of this process.")
_INDEX_BYTES = _metrics.gauge("index_bytes", "Memory that the index of this process takes.")
_GRAPH_ROWS = _metrics.gauge("graph_rows", "Sightings in the neighbour graphs of this process.")
_ENDS = _metrics.counter("query_ends", "Queries that ended: answered, cancelled, failed.", ["state"])
_SEARCHES = _metrics.counter(
    "searches", "Searches for the nearest sightings, by what answered: the index or an exact scan.", ["by"]
)

_COMPARISONS = _metrics.counter(
    "comparisons", "Re-rankings for which Triton was asked to compare all with all, by who did: triton, or here.", ["by"]
)


_LINE = _metrics.gauge("queries_in_line", "Queries of this process that wait for their turn, or are being answered.", ["state"])


def lined_up(n_answered: int, n_waiting: int) -> None:
    """Tells how many queries are answered and how many wait."""
    _LINE.labels("answered").set(n_answered)
    _LINE.labels("waiting").set(n_waiting)


def indexed(n_rows: int, n_bytes: int) -> None:
    """Tells how large the index is."""
    _INDEX_ROWS.set(n_rows)
    _INDEX_BYTES.set(n_bytes)


def graphed(n_rows: int) -> None:
    """Tells how much the neighbour graphs hold."""
    _GRAPH_ROWS.set(n_rows)


def searched(by: str) -> None:
    """Counts one search by "index" or "scan"."""
    _SEARCHES.labels(by).inc()


def compared(by: str) -> None:
    """Counts one comparison of all with all by "triton" or "here"."""
    _COMPARISONS.labels(by).inc()


def answered(timings_s: Mapping[str, float], *, n_photos: int, n_conditions: int) -> None:
    """Counts one answered query."""
    by = "photos and attributes" if n_photos and n_conditions else "photos" if n_photos else "attributes"
    _QUERIES.labels(by).inc()
    for step, seconds in timings_s.items():
        _STEPS.labels(step).observe(seconds)


def ended(state: str) -> None:
    """Counts one query that ended."""
    _ENDS.labels(state).inc()

"""Which index finds the nearest sightings, as the service is set up."""

from __future__ import annotations

from collections.abc import Callable

from haetae.domain.embedding import ModelVersion
from haetae.errors import Misconfigured
from haetae.store.store import Store
from services.search.gallery import Index
from services.search.index import Indexing
from services.search.settings import SearchSection


def chosen(store: Store, serving: Callable[[], ModelVersion], own: SearchSection) -> Index | None:
    """That of the settings, not started yet; None where exact scans shall answer. Raises Misconfigured."""
    if own.index == "none":
        return None
    if own.index == "memory":
        return Indexing(store, serving, own.index_limits, every_s=own.index_refresh_s, graphs=own.graphs)
    try:
        from services.search.milvus import Connected, Following
    except ImportError:
        raise Misconfigured("HAETAE_SEARCH__INDEX=milvus needs pymilvus: install haetae[search,milvus].") from None
    connected = Connected(own.milvus_uri, own.milvus_token.get_secret_value(), own.milvus_index, own.milvus_deadline_s)
    return Following(store, serving, connected, every_s=own.index_refresh_s)

"""Nearest sightings from Milvus: for galleries that one machine's memory does not hold. PostgreSQL stays what is true."""

from haetae.store.milvus.asking import nearest
from haetae.store.milvus.collection import Collection, Connected
from haetae.store.milvus.following import Follower

__all__ = ["Collection", "Connected", "Follower", "nearest"]

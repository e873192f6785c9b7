"""Vectors between numpy and PostgreSQL: halfvec columns for the gallery, exact float32 bytes for what is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Dialect, LargeBinary, func
from sqlalchemy.types import TypeDecorator, UserDefinedType

Vector = NDArray[np.float32]


def to_literal(vector: NDArray[np.floating[Any]]) -> str:
    """(d,) numbers as pgvector reads them, rounded to half precision."""
    return "[" + ",".join(map(repr, vector.astype(np.float16).astype(np.float64).tolist())) + "]"


def from_wire(data: bytes | memoryview) -> Vector:
    """(d,) float32 of what `halfvec_send` gives: int16 dimension, int16 unused, then big-endian halves."""
    return np.frombuffer(data, dtype=">f2", offset=4).astype(np.float32)


class HalfVector(UserDefinedType[Vector]):
    """A pgvector `halfvec` column of any dimension; read as (d,) float32 through its binary form."""

    cache_ok = True

    def get_col_spec(self, **kw: object) -> str:
        return "HALFVEC"

    def bind_processor(self, dialect: Dialect) -> Callable[[Vector | None], str | None]:
        return lambda vector: None if vector is None else to_literal(vector)

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.halfvec_send(column, type_=self)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[memoryview | None], Vector | None]:
        return lambda data: None if data is None else from_wire(data)


class ExactVector(TypeDecorator[Vector]):
    """(d,) float32 kept bit for bit, little-endian."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Vector | None, dialect: Dialect) -> bytes | None:
        return None if value is None else value.astype("<f4").tobytes()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Vector | None:
        return None if value is None else np.frombuffer(value, dtype="<f4").astype(np.float32)

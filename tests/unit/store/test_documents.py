"""Parts of a sighting as columns."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from haetae.domain.attributes import VALUES, AttributeName, Attributes
from haetae.domain.geometry import Box
from haetae.domain.timing import from_us
from haetae.domain.tracklet import BestShot, Quality, Waypoint
from haetae.errors import Refused
from haetae.store import cursor
from haetae.store.documents import (
    attributes_from_json,
    attributes_to_json,
    best_shots_from_json,
    best_shots_to_json,
    pack_path,
    unpack_path,
)
from haetae.store.vectors import ExactVector, from_wire, to_literal
from tests.kit import builders as b

floats = st.floats(allow_nan=False, allow_infinity=False)
scores = st.floats(0, 1)
instants = st.integers(0, 4 * 10**15).map(from_us)  # 1970 to 2096
boxes = st.builds(Box, floats, floats, floats, floats)
qualities = st.builds(Quality, scores, scores, scores, scores, scores)
shots = st.builds(BestShot, st.text(), instants, boxes, scores, qualities)


@given(st.lists(st.builds(Waypoint, instants, boxes), max_size=5))
def test_a_path_keeps_every_bit(path: list[Waypoint]) -> None:
    """Packed and unpacked, instants and corners are equal, 40 bytes a waypoint."""
    packed = pack_path(path)
    assert unpack_path(packed) == tuple(path)
    assert len(packed) == 40 * len(path)


@given(st.lists(shots, max_size=3))
def test_best_shots_keep_every_bit(best_shots: list[BestShot]) -> None:
    """Through JSON text and back they are equal."""
    assert best_shots_from_json(json.loads(json.dumps(best_shots_to_json(best_shots)))) == tuple(best_shots)


@given(st.lists(st.sampled_from(AttributeName), unique=True).flatmap(
    lambda names: st.fixed_dictionaries({n: st.dictionaries(st.sampled_from(VALUES[n]), scores) for n in names})
))  # fmt: skip
def test_attributes_keep_every_bit(scores_by_name: dict[AttributeName, dict[str, float]]) -> None:
    """Through JSON text and back they are equal."""
    attributes = Attributes(scores_by_name)
    assert attributes_from_json(json.loads(json.dumps(attributes_to_json(attributes)))) == attributes


@given(instants, st.uuids())
def test_a_cursor_leads_back(at: datetime, id: UUID) -> None:
    """A cursor is short, safe in a URL, and gives the instant and id again."""
    text = cursor.encode(at, id)
    assert cursor.decode(text) == (at, id)
    assert text.replace("-", "a").replace("_", "a").isalnum()


@given(st.text(max_size=40))
def test_any_other_cursor_is_refused(text: str) -> None:
    """What is no cursor is the caller's mistake, whatever it is."""
    assume(len(text) != len(cursor.encode(b.T0, b.uuid(1))))  # what has the length of a cursor may be one
    with pytest.raises(Refused) as refused:
        cursor.decode(text)
    assert (refused.value.status, refused.value.kind) == (422, "invalid-cursor")


def test_vectors_cross_the_border_as_they_are() -> None:
    """Half precision in the gallery's literal and wire form; every bit in the exact one."""
    vector = b.unit_vector(3)
    halves = vector.astype(np.float16)
    assert np.array_equal(np.array(json.loads(to_literal(vector)), dtype=np.float16), halves)
    wire = len(vector).to_bytes(2, "big") + b"\0\0" + halves.astype(">f2").tobytes()
    assert np.array_equal(from_wire(wire), halves.astype(np.float32))
    column = ExactVector()
    stored = column.process_bind_param(vector, None)  # type: ignore[arg-type]
    read = column.process_result_value(stored, None)  # type: ignore[arg-type]
    assert read is not None
    assert np.array_equal(read, vector)


@pytest.mark.parametrize("value", [1e-5, 6.0e-8, 0.0, -0.0, 65504.0])
def test_small_and_large_numbers_have_a_literal(value: float) -> None:
    """Subnormal halves and the largest one are written in a form that PostgreSQL reads."""
    assert json.loads(to_literal(np.array([value], dtype=np.float32))) == [float(np.float16(value))]

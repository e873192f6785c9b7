"""Messages come back as they were, and bytes that are none of ours are Poison."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haetae.domain.attributes import Attributes
from haetae.domain.camera import CameraState
from haetae.domain.embedding import Embedding
from haetae.domain.frame import ClockSource, EncodedFrame
from haetae.domain.geometry import Box
from haetae.domain.timing import from_us
from haetae.errors import Poison
from haetae.wire import camera_report, frame, sighting, tracklet
from tests.kit import builders as make

MESSAGES: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "frame": (frame.from_bytes, frame.to_bytes(make.encoded_frame(3))),
    "tracklet": (tracklet.from_bytes, tracklet.to_bytes(make.tracklet())),
    "sighting": (sighting.from_bytes, sighting.to_bytes(make.sighting())),
    "camera_report": (camera_report.from_bytes, camera_report.to_bytes(make.camera_report())),
}
INSTANTS = st.integers(0, 4_000_000_000_000_000).map(from_us)


@given(seq=st.integers(0, 2**64 - 1), source=st.sampled_from(ClockSource), captured_at=INSTANTS, jpeg=st.binary(max_size=64))
def test_frames_come_back(seq: int, source: ClockSource, captured_at: datetime, jpeg: bytes) -> None:
    """An encoded frame is the same after the wire, to the microsecond."""
    ref = replace(make.frame_ref(), seq=seq, captured_at=captured_at, clock_source=source)
    sent = EncodedFrame(ref, jpeg)
    assert frame.from_bytes(frame.to_bytes(sent)) == sent


@given(closed=st.booleans(), revision=st.integers(0, 2**32 - 1), corner=st.floats(0, 1e5))
def test_tracklets_come_back(closed: bool, revision: int, corner: float) -> None:
    """A tracklet is the same after the wire; boxes are exact doubles."""
    shot = make.best_shot()
    shots = (shot, type(shot)(shot.blob_key, shot.captured_at, Box(corner, corner, corner, corner), shot.score, shot.quality))
    sent = make.tracklet(closed=closed, revision=revision, best_shots=shots)
    assert tracklet.from_bytes(tracklet.to_bytes(sent)) == sent


@given(seed=st.integers(0, 1000), with_embedding=st.booleans())
def test_sightings_come_back(seed: int, with_embedding: bool) -> None:
    """A sighting is the same after the wire, its embedding bit by bit, or without one."""
    sent = make.sighting(seed=seed)
    if not with_embedding:
        sent = make.sighting(embedding=None, attributes=Attributes())
    back = sighting.from_bytes(sighting.to_bytes(sent))
    if sent.embedding is not None and back.embedding is not None:
        np.testing.assert_array_equal(back.embedding.vector, sent.embedding.vector)
        assert back.embedding.model == sent.embedding.model
        assert back.embedding.vector.flags.writeable
    assert (back.embedding is None) == (sent.embedding is None)
    for name in ("id", "camera_id", "started_at", "ended_at", "best_shots", "path", "attributes", "revision", "closed"):
        assert getattr(back, name) == getattr(sent, name)


@pytest.mark.parametrize("state", CameraState)
def test_camera_reports_come_back(state: CameraState) -> None:
    """Every camera state crosses the wire, with and without a last frame."""
    sent = make.camera_report(state=state, detail="no frame for 10 s")
    assert camera_report.from_bytes(camera_report.to_bytes(sent)) == sent
    silent = type(sent)(sent.camera_id, state, sent.since, sent.worker)
    assert camera_report.from_bytes(camera_report.to_bytes(silent)) == silent


@pytest.mark.parametrize("name", MESSAGES)
def test_mutated_bytes_are_a_message_or_poison(name: str) -> None:
    """Bytes with flipped, cut, doubled or inserted parts are either readable or Poison: nothing else is ever raised."""
    read, whole = MESSAGES[name]
    rng = random.Random(7)
    for _ in range(5000):
        mutated = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(mutated) or 1)
            mutated[at : at + rng.choice((0, 1, 1, 1, 9))] = rng.randbytes(rng.choice((0, 1, 1, 1, 8)))
        try:
            read(bytes(mutated))
        except Poison as poison:
            assert poison.subject["wire_message"]  # noqa: PT017 - most mutations are Poison, some are readable


@pytest.mark.parametrize("name", MESSAGES)
def test_empty_and_foreign_bytes_are_poison(name: str) -> None:
    """No message is readable from nothing or from text."""
    read, _ = MESSAGES[name]
    for payload in (b"", b"hello", b"\xff" * 100):
        with pytest.raises(Poison):
            read(payload)


def test_an_embedding_that_is_no_unit_vector_is_poison() -> None:
    """Zeros (a network that failed silently) and numbers that are none never enter the gallery."""
    for vector in (np.zeros(8, np.float32), np.full(8, np.nan, np.float32), np.ones(8, np.float32)):
        with pytest.raises(Poison):
            sighting.from_bytes(sighting.to_bytes(make.sighting(embedding=Embedding(vector, make.MODEL))))

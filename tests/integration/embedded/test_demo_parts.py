"""What the demo brings along: a photo out of real frames, and a receiver that believes nobody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from haetae.embedded.demo.cast import choose_cast
from haetae.embedded.demo.photo import best_photo
from haetae.embedded.demo.receiver import receiving
from haetae.errors import Misconfigured
from haetae.imaging.jpeg import size_of
from haetae.inference.detector import PersonDetector
from haetae.inference.local import LocalInference

pytestmark = pytest.mark.integration
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_receiver_takes_signed_deliveries_only() -> None:
    """A delivery counts when its signature fits; before the secret is known, or with a wrong one, it is refused."""
    body = '{"type": "haetae.alert.started", "data": {"kind": "watch-list-match"}}'
    now = datetime.now(UTC)
    signed = {"webhook-id": "m1", "webhook-timestamp": str(int(now.timestamp())),
              "webhook-signature": Webhook(SECRET).sign("m1", now, body)}  # fmt: skip
    with receiving() as received, httpx.Client(trust_env=False) as client:
        assert client.post(received.url, content=body, headers=signed).status_code == 401
        received.secret = SECRET
        assert client.post(received.url, content=body, headers={**signed, "webhook-id": "m2"}).status_code == 401
        assert client.post(received.url, content=body, headers=signed).status_code == 204
        assert len(received.of_kind("watch-list-match")) == 1
        assert received.of_kind("camera-stale") == []


def test_photo_shows_the_person_with_surroundings(clips_folder: Path, models_folder: Path) -> None:
    """The photo is cut from the clip's own frame, and the box in it is the same person."""
    photo = best_photo(clips_folder / "bodypose.mp4", PersonDetector(LocalInference(models_folder), "rtmdet-nano"))
    assert photo is not None
    size = size_of(photo.jpeg)
    assert 0 <= photo.box.x1 < photo.box.x2 <= size.width
    assert 0 <= photo.box.y1 < photo.box.y2 <= size.height
    assert photo.box.height_px == pytest.approx(photo.in_frame.height_px)
    assert photo.quality > 0.5


def test_cars_show_nobody_to_look_for(clips_folder: Path, models_folder: Path) -> None:
    """Clips without a clear person are refused in words, before anything is asked of the API."""
    detector = PersonDetector(LocalInference(models_folder), "rtmdet-nano")
    with pytest.raises(Misconfigured, match="None of the clips"):
        choose_cast({"car-detection": clips_folder / "car-detection.mp4"}, detector)

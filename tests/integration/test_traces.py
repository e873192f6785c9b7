"""Traces of the whole stack, at a collector: what a frame leads to, and what a query consists of."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from haetae.imaging.jpeg import encode
from haetae.simulator.serving.rtsp_server import RtspServer
from tests.integration.search.clip_gallery import frames_of
from tests.kit.otlp_collector import OtlpCollector, SpanTold, otlp_collector
from tests.kit.stack import WholeStack, whole_stack
from tests.kit.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]
CANARY, CLIP = "canary-of-the-camera", "one-by-one-person-detection.mp4"
STREAM = ("ingest frame", "detect haetae.frames", "reid haetae.tracklets", "alert haetae.sightings")


@pytest.fixture
def collector() -> Iterator[OtlpCollector]:
    with otlp_collector() as running:
        yield running


@pytest.fixture
def stack(
    tmp_path: Path, models_mirror: Path, clips_folder: Path, collector: OtlpCollector, monkeypatch: pytest.MonkeyPatch
) -> Iterator[WholeStack]:
    """The whole stack, every frame and every request traced, with one camera that has a password."""
    monkeypatch.setenv("HAETAE_TELEMETRY__TRACES__ENDPOINT", collector.address)
    monkeypatch.setenv("HAETAE_TELEMETRY__TRACES__FRAME_SAMPLE_RATIO", "1")
    with RtspServer() as server, whole_stack(tmp_path / "home", models_mirror) as running:
        server.add("walk", clips_folder / CLIP, username="operator", password=CANARY)
        running.add_cameras({"walk": server.url("walk").replace("rtsp://", f"rtsp://operator:{CANARY}@")})
        yield running


def test_a_frame_and_a_query_can_be_followed(stack: WholeStack, collector: OtlpCollector, clips_folder: Path) -> None:
    """A frame's trace runs from ingest over detect and reid to alert, with the networks and the transaction where they were
    used; a query's has the request as its root, with stages, networks and transactions below it. Neither the camera's password
    nor the caller's token is in anything that was sent."""
    stream = followed(collector, STREAM, within_s=120)
    for upper, lower in pairwise(STREAM):
        assert stream[lower].parent == stream[upper].id
    assert [stream[name].service for name in STREAM] == ["haetae-ingest", "haetae-detect", "haetae-reid", "haetae-alert"]

    *_, (_, pixels) = frames_of(clips_folder / CLIP, 10.0, 12.9)
    answer, trace = asked(stack, encode(pixels, 92))
    assert answer["people"]
    query = collector.wait_for(lambda spans: any(span.trace == trace and not span.parent for span in spans))
    spans = [span for span in query if span.trace == trace]
    (root,) = [span for span in spans if not span.parent]
    assert (root.name, root.service, root.attributes["http.route"]) == ("POST /v1/queries", "haetae-search", "/v1/queries")
    names = {span.name for span in spans}
    assert {"query count", "query scan", "query rerank", "query load", "query group", "postgresql transaction"} <= names
    assert {"triton rtmdet-nano", "triton reid-0288"} <= names
    assert {span.parent for span in spans} - {""} <= {span.id for span in spans}
    for secret in (CANARY, stack.stack.token, "only-for-tests", "operator:"):
        assert secret not in collector.everything


def followed(collector: OtlpCollector, names: tuple[str, ...], within_s: float) -> dict[str, SpanTold]:
    """The spans of these names of one trace that has them all."""

    def whole(spans: list[SpanTold]) -> list[dict[str, SpanTold]]:
        traces: dict[str, dict[str, SpanTold]] = {}
        for span in spans:
            traces.setdefault(span.trace, {}).setdefault(span.name, span)
        return [trace for trace in traces.values() if set(names) <= set(trace)]

    return whole(collector.wait_for(lambda spans: bool(whole(spans)), within_s))[0]


def asked(stack: WholeStack, photo: bytes) -> tuple[dict[str, Any], str]:
    """A query with this photo, once there is anybody to find: its answer and its trace."""
    now = datetime.now(UTC)
    window = {"from": (now - timedelta(hours=1)).isoformat(), "to": (now + timedelta(hours=1)).isoformat()}
    with stack.api() as api:
        until(lambda: bool(api.get("/v1/sightings", params=window).json()["items"]), "a sighting", within_s=60, every_s=0.5)
        response = api.post("/v1/queries", json={**window, "photos": [{"data": base64.b64encode(photo).decode()}]})
    assert response.status_code == 201, response.text
    return response.json(), response.headers["traceresponse"].split("-")[1]

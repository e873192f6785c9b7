"""`haetae city` before anything is drawn."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from haetae.cli.city import target_of
from haetae.cli.main import application
from haetae.errors import Misconfigured

WRONG = [
    ["--cameras", "0"],
    ["--cameras", "201"],
    ["--minutes", "0"],
    ["--seed", "-1"],
    ["--size", "big"],
    ["--size", "1281x720"],
    ["--size", "16x16"],
    ["--rate", "0.5"],
    ["--rate", "100"],
    ["--light", "neon"],
    ["--weather", "hail"],
    ["--drawn", "0"],
    ["--shared-outfits", "0"],
    ["--push", "rtsp://recorder/{camera}"],
]


@pytest.mark.parametrize("options", WRONG, ids=" ".join)
def test_wrong_options_are_named(options: list[str]) -> None:
    """Every number and word that cannot be is refused in words, and nothing is drawn."""
    result = CliRunner().invoke(application(["city"]), ["city", "--minutes", "0.1", *options])
    assert isinstance(result.exception, Misconfigured)
    assert len(result.exception.message) > 20


def test_the_truth_alone_needs_no_drawing() -> None:
    """Without --out and --serve the whole truth is printed as JSON."""
    result = CliRunner().invoke(application(["city"]), ["city", "--cameras", "2", "--minutes", "0.2", "--json"])
    document = json.loads(result.stdout)
    assert len(document["cameras"]) == 2
    assert set(document) >= {"places", "walkways", "identities", "routes", "events"}


def test_every_camera_is_pushed_somewhere_of_its_own() -> None:
    """Names fill {camera}, ports count up by two, and one address for several cameras is refused."""
    assert target_of("rtsp://r/{camera}", "cam-02", 1) == "rtsp://r/cam-02"
    assert [target_of("rtp://10.0.0.9:5004", "c", k) for k in (0, 2)] == ["rtp://10.0.0.9:5004", "rtp://10.0.0.9:5008"]
    with pytest.raises(Misconfigured):
        target_of("rtsp://r/in", "cam-02", 1)

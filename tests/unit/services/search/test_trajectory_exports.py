"""A trajectory on a map and in a spreadsheet."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest

from services.search.queries.schemas import StepOut
from services.search.routes.geojson import feature_collection
from services.search.routes.schemas import AlternativeOut, GapOut, NextCameraOut, RouteStepOut, TrajectoryOut
from services.search.routes.spreadsheet import COLUMNS, cell, csv_of
from services.search.shapes import Place
from tests.kit.builders import T0, uuid


def step(n: int, place: Place | None, camera: str = "gate") -> RouteStepOut:
    at = T0 + timedelta(minutes=n)
    shown = StepOut(sighting_id=uuid(n), camera_id=camera, started_at=at, ended_at=at + timedelta(seconds=9), position=place)
    return RouteStepOut(**dict(shown), seconds_before=51.0 if n else None, margin=2.5)


HERE, THERE = Place(latitude=37.5, longitude=-127.25), Place(latitude=-37.75, longitude=127.0)


def way(*steps: RouteStepOut) -> TrajectoryOut:
    gap = GapOut(
        after=steps[0].sighting_id, before=steps[-1].sighting_id, seconds=900, likely_from_s=40, likely_to_s=80,
        share_as_long=0.01, unseen_at=["yard"],
    )  # fmt: skip
    following = NextCameraOut(
        camera_id="@SUM(A1)", probability=0.5, earliest=T0, latest=T0 + timedelta(minutes=1), n_examples=0.0, position=THERE
    )
    return TrajectoryOut(
        query_id=UUID(int=7), target=0, person=1, at=T0, steps=list(steps), left_out=[], gaps=[gap],
        alternatives=[AlternativeOut(less_likely_by=1.0, steps=list(steps[:1]))], next_cameras=[following], n_examples=0.0,
    )  # fmt: skip


def test_longitude_comes_first_on_the_map() -> None:
    """RFC 7946, section 3.1.1: a position is longitude, then latitude."""
    told = feature_collection(way(step(0, HERE), step(1, THERE)))
    line = told["features"][0]
    assert line["properties"]["kind"] == "way"
    assert line["geometry"] == {"type": "LineString", "coordinates": [[-127.25, 37.5], [127.0, -37.75]]}
    assert [feature["properties"]["kind"] for feature in told["features"]] == [
        "way", "stop", "stop", "gap", "alternative", "next_camera",
    ]  # fmt: skip
    assert json.loads(json.dumps(told, allow_nan=False)) == told


@pytest.mark.parametrize("places", [(HERE, None), (None, None)])
def test_a_line_has_two_positions_or_none(places: tuple[Place | None, Place | None]) -> None:
    """RFC 7946, sections 3.1.4 and 3.2: a line has two or more positions; what is not located has a null geometry."""
    told = feature_collection(way(*(step(n, place) for n, place in enumerate(places))))
    for feature in told["features"]:
        geometry = feature["geometry"]
        assert geometry is None or geometry["type"] != "LineString" or len(geometry["coordinates"]) >= 2
    assert told["features"][0]["geometry"] is None
    assert told["features"][2]["geometry"] is None


@pytest.mark.parametrize("text", ["=1+1", "+49", "-gate", "@SUM(A1)", "\tx", "\rx"])
def test_a_spreadsheet_runs_nothing(text: str) -> None:
    """What begins like a formula is made a text; what does not stays as it is."""
    assert cell(text) == f"'{text}"
    assert cell(f"gate{text}") == f"gate{text}"


def test_numbers_stay_numbers() -> None:
    """Negative degrees are no formulas; every row has every column; the table reads back."""
    rows = list(csv.DictReader(StringIO(csv_of(way(step(0, HERE), step(1, THERE, '=cmd|" /C calc"!A0'))))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["kind"] for row in rows] == ["stop", "stop", "next_camera"]
    assert float(rows[0]["longitude"]) == -127.25
    assert rows[0]["seconds_before"] == ""
    assert rows[1]["camera_id"] == """'=cmd|" /C calc"!A0"""
    assert rows[2]["camera_id"] == "'@SUM(A1)"
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())

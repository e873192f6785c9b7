"""The page says what was measured, how, and nothing that was not."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from haetae.domain.attributes import VALUES, AttributeName, Attributes
from haetae.errors import Misconfigured
from haetae.training.detection.picture_bank import stored
from haetae.training.evaluation.attributes import attribute_scores
from haetae.training.evaluation.boxes import FrameFound, FrameTruth
from haetae.training.evaluation.detecting import Detected
from haetae.training.evaluation.route import RouteScores
from haetae.training.evaluation.routing import RouteReport
from haetae.training.tables import attributes, detection, page, reid, route
from haetae.training.tables.drawn import drawn_search
from haetae.training.tables.measured import Measured, read

AT = ("a machine, 2 cores, no GPU", "2026-01-01T00:00")
STAGE = {"cmc": [0.9] * 20, "mean_average_precision": 0.8, "mean_inverse_penalty": 0.4, "n_queries": 3441, "n_gallery": 16441}


def measured(table: str, figures: dict[str, object]) -> Measured:
    """Figures of a table with how they came about."""
    return Measured(table, f"haetae evaluate tables --only {table}", 7, figures, {"haetae-reid": "0123abcd-openvino-f32"}, *AT)


def people_found() -> dict[str, object]:
    """One network on the city's crops, re-ranked."""
    after = {**STAGE, "mean_average_precision": 0.912, "cmc": [0.987] * 20}
    return {
        "the city's test people": {
            "haetae-reid": {
                "before": STAGE,
                "after": after,
                "cpu_ms": 3.0,
                "rerank_s": 20.0,
                "search_ms": 2.5,
                "reranked_ms": 9.25,
            }
        }
    }


def attributes_read() -> dict[str, object]:
    """One crop whose every attribute is read right, but for the bag."""
    truth = {name: values[0] for name, values in VALUES.items()}
    read = Attributes({n: {v: float(v == (truth[n] if n != "bag" else "none")) for v in values} for n, values in VALUES.items()})
    scores = attribute_scores([truth], [read])
    asked = {name.value: {"score": 0.9, "true": name != AttributeName.BAG} for name in attributes.ASKED}
    return {
        "haetae-attributes": {
            "n_crops": 1,
            "everything": asdict(scores.everything),
            "without_colours": asdict(scores.without_colours),
            "correct": {name.value: share for name, share in scores.correct.items()},
            "labels": dict(scores.label_means),
            "found": [asked],
        }
    }


def detections() -> dict[str, object]:
    """One person, found."""
    box = np.array([[0, 0, 20, 40]], np.float32)
    truth, found = FrameTruth(box, np.array([False])), FrameFound(box, np.array([0.9], np.float32))
    report = Detected(["a"], [truth], [found], 0.01).report(0.5)
    return {"real people": {"haetae-detector": asdict(report)}}


def routes() -> dict[str, object]:
    """One set of networks."""
    scores = RouteScores((0.85, 0.9, 0.9, 0.9, 0.95), ((0.85,) * 5,), 31, 2)
    return {"haetae-detector + haetae-reid": asdict(RouteReport(scores, scores, None, 10, 400))}


def test_the_page_holds_what_was_measured(tmp_path: Path) -> None:
    """Each table comes with its figures, the paper's beside them, its plot, and command, seed and machine."""
    for told in (
        measured(reid.TABLE, people_found()),
        measured(attributes.TABLE, attributes_read()),
        measured(detection.TABLE, detections()),
        measured(route.TABLE, routes()),
    ):
        told.write(tmp_path)
        known = read(tmp_path, told.table)
        assert known is not None
        assert (known.command, list(known.figures)) == (told.command, list(told.figures))
    text = page.write(tmp_path).read_text(encoding="utf-8")
    assert "| haetae-reid, re-ranked | 91.2 | 40.0 | 98.7 | 98.7 | 98.7 | 98.7 | - | 9.2 |" in text
    assert "| OSNet of the paper, re-ranked | 94.7 | - | 99.1 | 99.8 | 99.9 | 99.9 | - | - |" in text
    assert "3,441 queries, 16,441 gallery crops" in text
    assert "~~90~~" in text
    assert "| the paper | 81.9 | 84.4 | 84.4 | 84.4 | 84.4 |" in text
    assert "`haetae evaluate tables --only reid`" in text
    assert "seed 7, haetae-reid 0123abcd-openvino-f32: `haetae" in text
    assert "a machine, 2 cores, no GPU" in text
    plots = {file.name for file in (tmp_path / "results").glob("*.svg")}
    assert plots == {"reid-the-city-s-test-people.svg", "attributes.svg", "route.svg"}


def test_the_same_figures_give_the_same_files(tmp_path: Path) -> None:
    """Page and plots are the same bytes again: nothing but figures decides them."""
    measured(reid.TABLE, people_found()).write(tmp_path)
    first = [page.write(tmp_path).read_bytes(), *(f.read_bytes() for f in sorted(tmp_path.glob("results/*.svg")))]
    assert first == [page.write(tmp_path).read_bytes(), *(f.read_bytes() for f in sorted(tmp_path.glob("results/*.svg")))]


def test_what_was_not_measured_is_not_there(tmp_path: Path) -> None:
    """A page of nothing has no tables; a damaged file is told of."""
    assert "##" not in page.write(tmp_path).read_text(encoding="utf-8")
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "reid.json").write_text("{}", encoding="utf-8")
    with pytest.raises(Misconfigured, match="measure it again"):
        page.write(tmp_path)


def test_queries_are_one_crop_of_each_person_by_each_camera(tmp_path: Path) -> None:
    """No crop asks and is searched; every query has its person in the gallery by another camera; drawn the same each time."""
    rows = [
        (np.zeros((24, 12, 3), np.uint8), {"identity": person, "camera": camera, **dict.fromkeys(map(str, AttributeName), 0)})
        for person in range(6)
        for camera in (0, 1)
        for _ in range(3)
    ]
    bank = stored(tmp_path / "bank", rows)
    search = drawn_search(bank, n_queries=12, n_gallery=20)
    queries, gallery = search.queries.labels, search.gallery.labels
    assert queries is not None
    assert gallery is not None
    assert sorted(zip(queries.identities.tolist(), queries.cameras.tolist(), strict=True)) == [
        (p, c) for p in range(6) for c in (0, 1)
    ]
    assert len(gallery) == 20
    assert search.queries.load(0).shape == (20, 10, 3)
    again = drawn_search(bank, n_queries=12, n_gallery=20).gallery.labels
    assert again is not None
    assert again.identities.tolist() == gallery.identities.tolist()
    more = drawn_search(bank, n_queries=14, n_gallery=20)
    assert (more.queries.n, more.gallery.n) == (14, 20)
    with pytest.raises(Misconfigured, match="holds 36 crops"):
        drawn_search(bank, n_queries=14, n_gallery=23)

"""Ranking of embeddings, folds and thresholds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from haetae.errors import Misconfigured
from haetae.training.evaluation.retrieval import Labels
from haetae.training.tuning.embeddings import Embedded, best_threshold, fold_of, ranked_figures, reranked
from haetae.training.tuning.study import Plan, Row, Study, chosen_elsewhere, markdown


def people(n: int, spread: float) -> Embedded:
    """`n` people, seen once by camera 0 (queries) and once by camera 1."""
    rng = np.random.default_rng(5)
    centres = rng.normal(size=(n, 16))
    seen = [(centres + spread * rng.normal(size=centres.shape)).astype(np.float32) for _ in range(2)]
    ids = np.arange(n)
    return Embedded(seen[0], Labels(ids, np.zeros(n, int)), seen[1], Labels(ids, np.ones(n, int)))


def test_clear_people_rank_first_and_the_threshold_parts_them() -> None:
    """Without noise everybody is first, and all first candidates are accepted rightly."""
    data = people(20, 0.01)
    distances = reranked(data, None)
    assert ranked_figures(distances, data)["map"] == pytest.approx(1.0)
    best = best_threshold(distances, data)
    assert [best.precision, best.recall, best.f1] == pytest.approx([1.0, 1.0, 1.0])


def test_a_threshold_leaves_out_whom_it_should() -> None:
    """Where half of the first candidates are wrong and far, the threshold lies between the two halves."""
    distances = np.array([[0.1, 0.9], [0.8, 0.9]], np.float32)
    data = Embedded(
        np.zeros((2, 1), np.float32),
        Labels(np.array([1, 2]), np.zeros(2, int)),
        np.zeros((2, 1), np.float32),
        Labels(np.array([1, 1]), np.ones(2, int)),
    )
    best = best_threshold(distances, data)
    assert [best.distance, best.precision, best.recall] == pytest.approx([0.1, 1.0, 0.5])


def test_folds_part_people_not_crops() -> None:
    """Every crop of a person is in the same fold, and folds are equally large but for one."""
    identities = np.repeat(np.arange(11), 3)
    folds = fold_of(identities, 4)
    assert all(len(set(folds[identities == who].tolist())) == 1 for who in range(11))
    assert sorted(np.bincount(folds[::3]).tolist()) == [2, 3, 3, 3]
    with pytest.raises(Misconfigured, match="11 people"):
        fold_of(identities, 12)


def test_a_choice_is_judged_where_it_was_not_made() -> None:
    """What is best on two folds is judged on the third: a choice that is only lucky on one fold is not rewarded for it."""
    lucky = Row("d", {"k": "1"}, {"map": [0.9, 0.1, 0.1]})
    steady = Row("d", {"k": "2"}, {"map": [0.4, 0.4, 0.4]})
    assert chosen_elsewhere([lucky, steady], "map") == pytest.approx((0.4 + 0.1 + 0.1) / 3)
    assert chosen_elsewhere([Row("d", {}, {"map": [0.4]})], "map") is None


def test_the_table_has_a_row_a_choice_and_marks_the_best(tmp_path: Path) -> None:
    """Mean and deviation over the folds; the better of two is bold."""
    rows = [Row("d", {"k": "1"}, {"map": [0.5, 0.7]}), Row("d", {"k": "2"}, {"map": [0.3, 0.3]})]
    text = markdown(Study(tmp_path, rows), "map", 2)
    assert "| d | 1 | **0.6000 ± 0.1000** |" in text
    assert "| d | 2 | 0.3000 ± 0.0000 |" in text
    assert "judged by what was best on the others" in text
    assert len(list(Plan({"a": ["1", "2"], "b": ["3"]}, ["x", "y"], 3).cells())) == 12

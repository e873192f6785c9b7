"""What is searched by: what was tuned, where nobody has set it."""

from __future__ import annotations

import pytest

from haetae.ranking import KReciprocal
from services.search.pipeline import Ranking
from services.search.settings import SearchSection, SearchSettings
from services.search.tuning import TUNABLE, Tunables, ranking_by, set_by_operator, tuned


def test_what_was_tuned_counts_where_nobody_has_set_it() -> None:
    """Parameters that are not named stay as set up; names that are no tunables change nothing."""
    found = tuned(SearchSection(), {"k1": 12, "weight_of_space_time": 0.5, "port": 1})
    assert (found.k1, found.weight_of_space_time) == (12, 0.5)
    assert found.k2 == SearchSection().k2


def test_what_an_operator_has_set_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it is the default: whoever writes it down means it."""
    monkeypatch.setenv("HAETAE_SEARCH__K1", "20")
    section = SearchSettings.load().search
    assert set_by_operator(section) == {"k1"}
    found = tuned(section, {"k1": 12, "k2": 3})
    assert (found.k1, found.k2) == (20, 3)


def test_what_cannot_be_changes_nothing() -> None:
    """A row that another version wrote does not stop search: it works as it is set up."""
    section = SearchSection(k2=4)
    assert tuned(section, {"k1": 12, "weight_of_original": 7}) == Tunables.of(section)


def test_the_ranking_takes_every_tunable() -> None:
    """Each of them moves the ranking; what was measured of the networks stays."""
    base = SearchSection().ranking
    assert ranking_by(base, Tunables.of(SearchSection())) == base
    other = Tunables(8, 3, 0.7, 0.9, 0.2, 0.55)
    found = ranking_by(base, other)
    assert found.reranking == KReciprocal(8, 3, 0.7)
    assert (found.weights.attributes, found.weights.space_time, found.same_person.max_distance) == (0.9, 0.2, 0.55)
    assert (found.likeness, found.reliability, found.presence) == (base.likeness, base.reliability, base.presence)
    assert isinstance(found, Ranking)
    assert set(TUNABLE) <= set(SearchSection.model_fields)

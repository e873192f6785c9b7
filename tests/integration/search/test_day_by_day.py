"""A scan that goes day by day finds what one statement finds, in the same order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np
import pytest

from haetae.domain.attributes import AttributeCondition, AttributeName, Attributes
from haetae.domain.query import Query, Scope
from haetae.domain.timing import TimeWindow
from haetae.ranking.evidence import UNMEASURED
from haetae.store.store import Store, Transaction
from services.search.gallery import StoredGallery
from services.search.probes import Probes
from services.search.queries.cancelling import Cancelled
from services.search.queries.progress import ProgressOut
from services.search.queries.running import Run
from tests.kit import builders as b

pytestmark = pytest.mark.integration
DAY = timedelta(days=1)
MIDNIGHT = b.T0.replace(hour=0, minute=0, second=0)
SCOPE = Scope(TimeWindow(MIDNIGHT - 2 * DAY + timedelta(hours=5), MIDNIGHT + 3 * DAY + timedelta(hours=7)), ())
RED = AttributeCondition(AttributeName.UPPER_COLOUR, ("red",))


@pytest.fixture
def transaction(_store: Store) -> Iterator[Transaction]:
    """A gallery over six days with sightings around midnights, and with ties in all that they are ordered by but their ids."""
    rng = np.random.default_rng(3)
    with _store.begin() as transaction:
        for n in range(120):
            started_at = MIDNIGHT + (n % 6 - 2) * DAY - timedelta(seconds=int(rng.integers(0, 40)))
            look = Attributes({AttributeName.UPPER_COLOUR: {"red": float(rng.choice([0.1, 0.5, 0.9]))}})
            transaction.sightings.upsert(b.sighting(1000 + n, seed=n % 15, started_at=started_at, attributes=look))
        yield transaction
        transaction.session.rollback()


def test_both_ways_find_the_same(transaction: Transaction) -> None:
    """By photo and by attributes, with limits that cut through ties."""
    whole, heard = StoredGallery(transaction), list[float]()
    by_day = StoredGallery(transaction, between=heard.append, days_from=1)
    probes = Probes((), b.unit_vectors(2), b.MODEL, (0.8, 0.5))
    assert by_day.count(SCOPE) == whole.count(SCOPE) > 50
    for limit in (1, 7, 30, 500):
        query = Query(SCOPE, (RED,), limit)
        assert by_day.nearest(probes, query, limit) == whole.nearest(probes, query, limit)
        assert by_day.fitting(query, UNMEASURED) == whole.fitting(query, UNMEASURED)
    assert heard[:6] == [done / 6 for done in range(1, 7)]


def test_it_is_cancelled_between_two_days(transaction: Transaction) -> None:
    """The next day is not scanned any more, and how far it was is told."""
    run = Run(b.uuid("cancelled between days"))
    shares: list[float] = []

    def hear(progress: ProgressOut) -> None:
        shares.append(progress.share)
        if len(shares) == 2:
            run.cancel()

    run.hear = hear
    gallery = StoredGallery(transaction, between=run.scanning, days_from=1)
    gallery.count(SCOPE)
    with pytest.raises(Cancelled):
        gallery.fitting(Query(SCOPE, (RED,), 5), UNMEASURED)
    assert len(shares) == 2
    assert 0.1 < shares[0] < shares[1] < 0.6

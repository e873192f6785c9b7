"""What the endpoints work with: composed once when the service starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from haetae.blobs.port import Blobs
from haetae.bus.ledger import Ledger
from haetae.domain.timing import Clock
from haetae.media.address import AddressPolicy
from haetae.ranking import KReciprocal
from haetae.store.circumstances import Circumstances
from haetae.store.store import Store, Transaction
from services.search.gallery import Index
from services.search.limits import Buckets
from services.search.pipeline import SearchPipeline
from services.search.probes import ProbeReader
from services.search.settings import SearchSection
from services.search.travel_times.knowledge import RememberedTimes
from services.search.tuning import RememberedTuning, Tuned
from services.search.understandings.second_reader import SecondReader


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the service behind its endpoints."""

    store: Store
    blobs: Blobs
    ledger: Ledger
    reader: ProbeReader
    pipeline: SearchPipeline
    addresses: AddressPolicy
    buckets: Buckets
    section: SearchSection
    clock: Clock
    times: RememberedTimes = field(default_factory=RememberedTimes)
    index: Index | None = None  # without it, exact scans answer
    tunings: RememberedTuning = field(default_factory=RememberedTuning)
    second_reader: SecondReader | None = None  # without it, nobody is asked for second opinions on sentences

    def tuned(self, transaction: Transaction, seen: Circumstances) -> Tuned:
        """The pipeline that answers now, by what was tuned last; the neighbour graphs follow it. Raises Transient."""
        found = self.tunings.numbered(seen.tuning, transaction, self.pipeline, (self.section, self.clock))
        how, graphs = found.pipeline.ranking.reranking, self.index.graphs if self.index else None
        if graphs is not None and isinstance(how, KReciprocal):
            graphs.how = how
        return found

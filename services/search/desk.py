"""What the endpoints work with: composed once when the service starts."""

from __future__ import annotations

from dataclasses import dataclass, field

from haetae.blobs.port import Blobs
from haetae.bus.ledger import Ledger
from haetae.domain.timing import Clock
from haetae.media.address import AddressPolicy
from haetae.store.store import Store
from services.search.gallery import Index
from services.search.limits import Buckets
from services.search.pipeline import SearchPipeline
from services.search.probes import ProbeReader
from services.search.settings import SearchSection
from services.search.travel_times.knowledge import RememberedTimes


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

"""What the endpoints work with."""

from __future__ import annotations

from dataclasses import dataclass

from haetae.domain.timing import Clock
from haetae.store.store import Store
from services.alert.registry import Registry
from services.alert.sending import Sender
from services.alert.settings import AlertSection


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the service that the API shares."""

    store: Store
    registry: Registry
    sender: Sender
    section: AlertSection
    allowed_networks: tuple[str, ...]
    clock: Clock

"""What the endpoints work with."""

from __future__ import annotations

from dataclasses import dataclass

from haetae.domain.timing import Clock
from haetae.http.access import RememberedKeys
from haetae.store.store import Store
from services.alert.registry import Registry
from services.alert.sending import Sender
from services.alert.settings import AlertSection


def stored_keys(store: Store, *, remembered_s: float) -> RememberedKeys:
    """The API keys of the store."""

    def look_up(token: str) -> tuple[str, str] | None:
        with store.begin() as transaction:
            return transaction.api_keys.caller(token)

    return RememberedKeys(look_up, remembered_s=remembered_s)


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the service that the API shares."""

    store: Store
    registry: Registry
    sender: Sender
    section: AlertSection
    allowed_networks: tuple[str, ...]
    clock: Clock

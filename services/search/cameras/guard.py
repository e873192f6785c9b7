"""What every change of a camera goes through: the check of its address, and the audit."""

from __future__ import annotations

from haetae.domain.camera import SourceKind
from haetae.media.address import check_source
from haetae.store.store import Transaction
from services.search.access import Asking
from services.search.desk import Desk


def check_address(desk: Desk, kind: SourceKind, url: str) -> None:
    """Raises Refused (422) where a camera may not have this URL."""
    policy = desk.addresses
    check_source(kind, url, allowed_networks=policy.allowed_networks, import_folders=policy.import_folders)


def record(desk: Desk, transaction: Transaction, caller: Asking, act: str, camera: str, detail: dict[str, object]) -> None:
    """An act on a camera, into the audit of the act's own transaction."""
    transaction.audit.record(caller.name, act, f"camera/{camera}", detail, desk.clock.now(), origin=caller.origin)

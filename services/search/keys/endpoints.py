"""/v1/keys: who may call the API, and as what."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from haetae.errors import Refused
from haetae.store.store import Transaction
from services.search.access import ADMINS, Asking, asking
from services.search.desk import Desk
from services.search.keys.schemas import KeyIn, KeyList, KeyOut, NewKeyOut


def routes(desk: Desk) -> APIRouter:
    """The resource's endpoints."""
    router = APIRouter(prefix="/v1/keys", tags=["keys"])
    admin = asking(*ADMINS)

    def note(transaction: Transaction, caller: Asking, act: str, name: str, detail: dict[str, object]) -> None:
        transaction.audit.record(caller.name, act, f"key/{name}", detail, desk.clock.now(), origin=caller.origin)

    @router.post("", status_code=201, summary="Make a key")
    def add(asked: KeyIn, caller: Asking = Depends(admin)) -> NewKeyOut:
        """Makes a key for a person or a program. Its `token` is shown this once."""
        with desk.store.begin() as transaction:
            token = transaction.api_keys.add(asked.name, asked.role.value)
            note(transaction, caller, "key_added", asked.name, {"role": asked.role.value})
        return NewKeyOut(name=asked.name, role=asked.role, token=token)

    @router.get("", summary="List keys")
    def all_keys(caller: Asking = Depends(admin)) -> KeyList:
        """All keys without their secrets."""
        with desk.store.begin() as transaction:
            return KeyList(items=[KeyOut.of(key) for key in transaction.api_keys.all()])

    @router.delete("/{name}", status_code=204, summary="End a key")
    def remove(name: str, caller: Asking = Depends(admin)) -> None:
        """The key is refused within seconds. Nobody can end the key that the request itself carries."""
        if name == caller.name:
            raise Refused("A key cannot end itself.", status=409, kind="own-key")
        with desk.store.begin() as transaction:
            transaction.api_keys.remove(name)
            note(transaction, caller, "key_removed", name, {})

    return router

"""Queries, watch lists, keys and the audit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import exc, text

from haetae.errors import Refused
from haetae.store.store import Store
from tests.kit import builders as b

pytestmark = pytest.mark.integration


def test_a_query_can_be_fetched_again(store: Store) -> None:
    """Request, answer and probes come back; a newer answer replaces the older; lists are newest first, of one caller if asked."""
    probes = [b.embedding(n) for n in range(3)]
    with store.begin() as t:
        t.queries.put(b.uuid(1), "kim", {"limit": 5}, {"people": []}, asked_at=b.T0, probes=probes)
        t.queries.put(b.uuid(1), "kim", {"limit": 5}, {"people": ["a"]}, asked_at=b.T0, probes=probes)
        t.queries.put(b.uuid(2), "lee", {}, {}, asked_at=b.at(1))
        stored = t.queries.get(b.uuid(1))
        assert (stored.caller, stored.asked_at, stored.request, stored.answer) == ("kim", b.T0, {"limit": 5}, {"people": ["a"]})
        assert [e.model for e in t.queries.probes(b.uuid(1))] == [b.MODEL] * 3
        assert all(np.array_equal(e.vector, p.vector) for e, p in zip(t.queries.probes(b.uuid(1)), probes, strict=True))
        first, cursor = t.queries.page(limit=1)
        second, end = t.queries.page(limit=1, after=cursor)
        assert [q.id for q in first + second] == [b.uuid(2), b.uuid(1)]
        assert end is None
        assert [q.id for q in t.queries.page(limit=9, caller="kim")[0]] == [b.uuid(1)]
        with pytest.raises(Refused) as refused:
            t.queries.get(b.uuid(3))
    assert refused.value.status == 404


def test_characters_that_cannot_be_stored_are_refused(store: Store) -> None:
    """NUL and lone surrogates in texts and documents are the caller's mistake (422), never a fault."""
    for caller, request in [("a\0b", {}), ("kim", {"name": "a\0b"}), ("a\ud800b", {}), ("kim", {"name": "\ud800"})]:
        with pytest.raises(Refused) as refused, store.begin() as t:
            t.queries.put(b.uuid(1), caller, request, {}, asked_at=b.T0)
        assert (refused.value.status, refused.value.kind) == (422, "unstorable-value")


def test_a_watch_list_entry_ends_by_itself(store: Store) -> None:
    """Entries come back with every embedding bit for bit, and are active until they expire."""
    kim = b.watch_list_entry("Kim", seeds=(1, 2, 3))
    lee = b.watch_list_entry("Lee", seeds=(), expires_at=b.at(10), created_at=b.at(1))
    with store.begin() as t:
        t.watch_lists.add(kim)
        t.watch_lists.add(lee)
        stored = t.watch_lists.get(kim.id)
        assert replace(stored, embeddings=()) == replace(kim, embeddings=())
        assert all(np.array_equal(a.vector, e.vector) for a, e in zip(stored.embeddings, kim.embeddings, strict=True))
        assert [e.name for e in t.watch_lists.all()] == ["Lee", "Kim"]
        assert [e.name for e in t.watch_lists.active(b.at(9))] == ["Lee", "Kim"]
        assert [e.name for e in t.watch_lists.active(b.at(10))] == ["Kim"]
        with pytest.raises(Refused) as taken:
            t.watch_lists.add(kim)
        t.watch_lists.remove(kim.id)
        with pytest.raises(Refused) as gone:
            t.watch_lists.get(kim.id)
        assert t.session.execute(text("SELECT count(*) FROM watch_list_embeddings")).scalar_one() == 0
    assert (taken.value.status, gone.value.status) == (409, 404)


def test_a_key_is_shown_once(store: Store) -> None:
    """A key leads to its holder, is stored as a hash only, and ends when it is removed."""
    with store.begin() as t:
        token = t.api_keys.add("console", "operator")
        with pytest.raises(Refused) as taken:
            t.api_keys.add("console", "admin")
        assert token not in str(t.session.execute(text("SELECT api_keys::text FROM api_keys")).scalar_one())
    with store.begin() as t:
        assert t.api_keys.caller(token) == ("console", "operator")
        for wrong in ("", token[:-1], token + "\0", "\ud800"):
            assert t.api_keys.caller(wrong) is None
        assert [(key.name, key.role) for key in t.api_keys.all()] == [("console", "operator")]
        t.api_keys.remove("console")
        assert t.api_keys.caller(token) is None
        with pytest.raises(Refused) as gone:
            t.api_keys.remove("console")
    assert (taken.value.status, gone.value.status) == (409, 404)
    assert len(token) > 43


def test_the_audit_is_of_the_act_and_for_ever(store: Store) -> None:
    """A record stands or falls with its act's transaction; no row can be changed, deleted or truncated."""

    def fail_after_recording() -> None:
        with store.begin() as t:
            t.audit.record("kim", "camera_added", "rolled-back", {}, b.T0)
            raise RuntimeError

    with store.begin() as t:
        t.audit.record("kim", "camera_added", "gate-1", {"url": "rtsp://host/1"}, b.T0, origin="10.0.0.7")
        t.audit.record("lee", "query_asked", "q", {}, b.at(1))
    with pytest.raises(RuntimeError):
        fail_after_recording()
    for change in ("UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with pytest.raises(exc.ProgrammingError, match="insert-only"), store.begin() as t:
            t.session.execute(text(change))
    with store.begin() as t:
        [lee, kim] = t.audit.page()
        assert (kim.actor, kim.act, kim.subject, kim.detail) == ("kim", "camera_added", "gate-1", {"url": "rtsp://host/1"})
        assert (kim.origin, kim.at) == ("10.0.0.7", b.T0)
        assert t.audit.page(before=lee.id) == [kim]
        assert t.audit.page(actor="lee") == [lee]
        assert t.audit.page(subject="rolled-back") == []

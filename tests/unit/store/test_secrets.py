"""The cipher for secrets at rest."""

from __future__ import annotations

import pytest

from haetae.errors import Misconfigured
from haetae.store.secrets import Cipher

SECRET = "비밀 canary-55"


def test_a_secret_is_read_with_its_key_only() -> None:
    """Encrypted twice it looks different each time; without the key it stays closed."""
    cipher = Cipher([Cipher.new_key()])
    token = cipher.encrypt(SECRET)
    assert cipher.decrypt(token) == SECRET
    assert token != cipher.encrypt(SECRET)
    assert SECRET.encode() not in token
    for other in (Cipher([Cipher.new_key()]), Cipher([])):
        with pytest.raises(Misconfigured):
            other.decrypt(token)


def test_keys_are_rotated_by_putting_a_new_one_in_front() -> None:
    """The first key encrypts and all decrypt; after rotation the old key is not needed any more."""
    old, new = Cipher.new_key(), Cipher.new_key()
    token = Cipher([old]).encrypt(SECRET)
    both = Cipher([new, old])
    assert both.decrypt(token) == SECRET
    assert Cipher([new]).decrypt(both.rotate(token)) == SECRET
    with pytest.raises(Misconfigured):
        Cipher([old]).decrypt(both.encrypt(SECRET))
    with pytest.raises(Misconfigured):
        Cipher([new]).rotate(token)


def test_keys_have_names_that_give_nothing_away() -> None:
    """The name of a key is always the same and part of no key; the one that reads a token is found, and none where none does."""
    old, new = Cipher.new_key(), Cipher.new_key()
    both = Cipher([new, old])
    assert both.key_ids == (*Cipher([new]).key_ids, *Cipher([old]).key_ids)
    assert not any(id in key for id in both.key_ids for key in (old, new))
    assert both.key_of(Cipher([old]).encrypt(SECRET)) == both.key_ids[1]
    assert both.key_of(both.encrypt(SECRET)) == both.key_ids[0]
    for unreadable in (Cipher([Cipher.new_key()]).encrypt(SECRET), b"", b"torn"):
        assert both.key_of(unreadable) is None


def test_a_bad_key_is_told_without_showing_it() -> None:
    """A key that is none ends the start; neither error nor representation shows a key."""
    with pytest.raises(Misconfigured) as raised:
        Cipher(["hunter2secret"])
    assert "hunter2secret" not in str(raised.value)
    key = Cipher.new_key()
    assert key not in repr(Cipher([key]))

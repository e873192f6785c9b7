"""API keys that were found are remembered for a moment."""

from __future__ import annotations

from haetae.http.access import Caller, RememberedKeys, Role


def test_a_found_key_is_remembered_and_a_missing_one_is_not() -> None:
    """The store is asked once per key and period; a removed key ends with the period; an unknown one is asked for each time."""
    known = {"k1": ("gate", "operator")}
    asked: list[str] = []
    now_s = [0.0]

    def look_up(token: str) -> tuple[str, str] | None:
        asked.append(token)
        return known.get(token)

    keys = RememberedKeys(look_up, remembered_s=5.0, now_s=lambda: now_s[0])
    assert [keys.caller("k1") for _ in range(3)] == [Caller("gate", Role.OPERATOR)] * 3
    assert [keys.caller("k2") for _ in range(2)] == [None, None]
    assert asked == ["k1", "k2", "k2"]
    del known["k1"]
    now_s[0] = 6.0
    assert keys.caller("k1") is None


def test_a_role_that_is_none_of_ours_lets_nobody_in() -> None:
    """A row with an unknown role is treated as no key at all, and so is text that no key can be."""
    keys = RememberedKeys(lambda _: ("x", "root"), remembered_s=5.0)
    assert keys.caller("k") is None
    assert keys.caller("\ud800") is None

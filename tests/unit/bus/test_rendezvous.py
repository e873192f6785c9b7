"""Who gets what."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haetae.bus.rendezvous import owner, shard_of
from haetae.bus.topics import CAMERA_REPORTS, SIGHTINGS, TRACKLETS, dead_letter, frames, group_of

MEMBERS = st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=6, unique=True)


@given(members=MEMBERS, key=st.text(max_size=12))
def test_only_the_keys_of_who_leaves_move(members: list[str], key: str) -> None:
    """Whatever the order of the members, a key stays where it is unless its own owner goes."""
    had = owner(key, members)
    assert owner(key, members[::-1]) == had
    for gone in members:
        left = [member for member in members if member != gone]
        assert (owner(key, left) == had) == (gone != had)


def test_keys_are_spread() -> None:
    """A thousand cameras over five workers and four shards: nobody has twice its fair share."""
    keys = [f"cam-{i}" for i in range(1000)]
    workers = Counter(owner(key, [f"w{i}" for i in range(5)]) for key in keys)
    shards = Counter(shard_of(key, 4) for key in keys)
    assert len(workers) == 5
    assert max(workers.values()) < 400
    assert sorted(shards) == [0, 1, 2, 3]
    assert max(shards.values()) < 500


def test_more_shards_move_few_cameras() -> None:
    """Going from four shards to five moves about a fifth of the cameras, and those to the new shard."""
    keys = [f"cam-{i}" for i in range(1000)]
    moved = [key for key in keys if shard_of(key, 4) != shard_of(key, 5)]
    assert 100 < len(moved) < 300
    assert {shard_of(key, 5) for key in moved} == {4}


def test_nobody_owns_nothing() -> None:
    """Without members there is no owner."""
    with pytest.raises(ValueError, match="nobody"):
        owner("gate-1", [])


def test_each_topic_has_one_group() -> None:
    """The group of a topic is the service that reads it; every shard of the frames is detect's."""
    assert [group_of(topic) for topic in (frames(0), frames(17), TRACKLETS, SIGHTINGS, CAMERA_REPORTS)] == [
        "detect",
        "detect",
        "reid",
        "alert",
        "alert",
    ]
    assert dead_letter(frames(3)) == "haetae.frames.3.dead"
    with pytest.raises(KeyError):
        group_of("haetae.alarms")

"""What killed clients leave behind."""

from __future__ import annotations

import os
from pathlib import Path

from haetae.inference.shared_memory import _sweep


def test_regions_of_dead_clients_are_removed_and_no_others(tmp_path: Path) -> None:
    """A client that lives keeps its regions; what is not ours is not touched."""
    dead = 2**22 + 1  # above the largest process id of Linux
    names = [f"haetae-{dead}-a1b2", f"haetae-{os.getpid()}-a1b2", f"other-{dead}-a1b2", "haetae-words-a1b2"]
    for name in names:
        (tmp_path / name).touch()
    _sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(names[1:])

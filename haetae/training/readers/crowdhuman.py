"""CrowdHuman (Shao et al., 2018): a line of JSON a picture, many people in each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from haetae.training.readers.layout import Layout, read
from haetae.training.readers.samples import PeopleFrame, people

LAYOUT = Layout("CrowdHuman", "www.crowdhuman.org", ("annotation_*.odgt", "Images/"))


def crowdhuman(folder: Path, part: str = "val", box: Literal["visible", "full"] = "visible") -> list[PeopleFrame]:
    """The pictures of `part` (train, val). What shows of a person, or the whole as guessed, is the box. Raises Misconfigured."""
    root = LAYOUT.root(folder, ["CrowdHuman*", "crowdhuman*"])
    file = root / f"annotation_{part}.odgt"
    key = "vbox" if box == "visible" else "fbox"

    def lines() -> list[PeopleFrame]:
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [
            PeopleFrame(root / "Images" / f"{row['ID']}.jpg", people([(each[key], _ignored(each)) for each in row["gtboxes"]]))
            for row in rows
        ]

    return read(file, lines)


def _ignored(row: dict[str, Any]) -> bool:
    """Masks, and what the file says to ignore."""
    return row["tag"] != "person" or bool(row.get("extra", {}).get("ignore", 0))

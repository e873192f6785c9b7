"""Are colours of real clothes read right? Ten people of a shop, in a clip that no recipe of attributes learns from.

    python benchmarks/colours_on_real_clothes.py --clips FOLDER [--network haetae-attributes]

Which colours of clothes are right was said by eye (tests/data/real_people). Crops are those of tests/data/real_people; shares of
all crops and, in brackets, as the mean over people. Beside the network: what the pixels alone say, where they say anything.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from haetae.domain.attributes import AttributeName, Attributes
from haetae.imaging.colours import clothing_colours
from haetae.training.evaluation.measured import classifier
from haetae.training.reid.over_time import Appearance, appearances

LABELS = Path("tests/data/real_people/retail02_identities.json")
COLOURS = (AttributeName.UPPER_COLOUR, AttributeName.LOWER_COLOUR)

Right = Mapping[int, Mapping[str, Sequence[str]]]


def told(name: str, people: Sequence[Appearance], read: Sequence[Attributes], right: Right) -> str:
    """One line: of crops, and of people, whose best colour is a right one."""
    parts = []
    for which in COLOURS:
        by_person: dict[int, list[bool]] = {}
        for each, its in zip(people, read, strict=True):
            allowed = right[each.person].get(which.value)
            scores = its.scores.get(which)
            if allowed and scores:
                by_person.setdefault(each.person, []).append(max(scores, key=lambda v: scores[v]) in allowed)
        crops = [hit for hits in by_person.values() for hit in hits]
        of_people = np.mean([np.mean(hits) for hits in by_person.values()])
        parts.append(f"{which.value} {np.mean(crops):.3f} ({of_people:.3f}) of {len(crops)}")
    return f"{name}: {', '.join(parts)} crops"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, required=True)
    parser.add_argument("--network", action="append")
    parser.add_argument("--models", type=Path)
    asked = parser.parse_args()
    right = {int(each["person"]): each for each in json.loads(LABELS.read_text(encoding="utf-8"))["people"]}
    people = appearances(LABELS, asked.clips)
    for name in asked.network or ["haetae-attributes"]:
        print(told(name, people, classifier(name, asked.models).classify([each.pixels for each in people]), right))
    print(told("the pixels", people, [clothing_colours(each.pixels) for each in people], right))


if __name__ == "__main__":
    main()

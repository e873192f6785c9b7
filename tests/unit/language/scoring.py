"""How many slots of the written sentences are right."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from haetae.domain.ids import CameraId
from haetae.language.understand import SEOUL, understand
from haetae.language.understanding import AskedPlace, NamedPlace, Understanding

SENTENCES = Path(__file__).with_name("sentences")
NOW = datetime(2026, 5, 6, 10, tzinfo=SEOUL)
NAMES = ("수성못", "동대구역", "북문", "중앙공원", "Suseong Lake", "Dongdaegu Station", "North gate", "City Hall")
PLACES = tuple(NamedPlace(name, (CameraId(f"camera-{number}"),)) for number, name in enumerate(NAMES))


@dataclass(frozen=True)
class Verdict:
    """One sentence: how many of its slots are right, what is missing and what is too much."""

    text: str
    n_right: int
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def n_slots(self) -> int:
        """What the sentence counts: a wrong value is one wrong slot, and so is a slot that nobody asked for."""
        return self.n_right + max(len(self.missing), len(self.extra))


def verdicts(part: str) -> list[Verdict]:
    """Every sentence of "development" or "held_out", judged."""
    rows = [json.loads(line) for line in (SENTENCES / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()]
    return [judged(row["text"], row["slots"]) for row in rows]


def share_right(found: Sequence[Verdict]) -> float:
    """The share of right slots over all sentences, 0-1."""
    return sum(one.n_right for one in found) / sum(one.n_slots for one in found)


def judged(text: str, expected: Sequence[str]) -> Verdict:
    """The sentence's verdict. Unknown words are right where the span that is shown holds them."""
    understanding = understand(text, now=NOW, places=PLACES)
    actual = slots(understanding)
    wanted = [slot for slot in expected if not slot.startswith("unknown=")]
    missing = [slot for slot in wanted if slot not in actual]
    extra = [slot for slot in actual if slot not in wanted]
    n_right = len(wanted) - len(missing)
    spans = [shown.text for shown in understanding.not_understood]
    used: set[int] = set()
    for slot in expected:
        if not slot.startswith("unknown="):
            continue
        word = slot.removeprefix("unknown=")
        holding = next((i for i, span in enumerate(spans) if word in span and (i not in used or span.count(word) > 1)), None)
        if holding is None:
            holding = next((i for i, span in enumerate(spans) if word in span), None) if expected.count(slot) == 1 else None
        if holding is None:
            missing.append(slot)
        else:
            n_right += 1
            used.add(holding)
    extra += [f"unknown={span}" for i, span in enumerate(spans) if i not in used]
    return Verdict(text, n_right, tuple(missing), tuple(extra))


def slots(understanding: Understanding) -> list[str]:
    """The understanding in the notation of the sentences, without what was not understood."""
    found = [
        f"{'not ' if look.condition.negated else ''}{look.condition.name.value}={'|'.join(look.condition.values)}"
        for look in understanding.looks
    ]
    if understanding.window is not None:
        window = understanding.window.window
        ends = [end.astimezone(SEOUL).replace(tzinfo=None).isoformat(timespec="minutes") for end in (window.start, window.end)]
        found.append("window=" + "/".join(ends))
    return found + [_place(place) for place in understanding.places]


def _place(place: AskedPlace) -> str:
    words = f"place={place.known[0].name}" if place.known else f"unresolved_place={place.text}"
    return f"not {words}" if place.negated else words

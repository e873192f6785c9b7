"""The table of all words, for looking them up in a text whose spaces may be wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from haetae.language.lexicon import beyond, carried, colours, garments, glue, negation, people, places, times, verbs
from haetae.language.meanings import Glue, Thing, Trait

GAPS = " -\t\n"
"""What may stand, or be left out, where a form has a space."""


@dataclass(frozen=True, slots=True)
class Word:
    """A form without its spaces, where they may be (counted in its letters), and everything that it can mean."""

    letters: str
    gaps: frozenset[int]
    meanings: tuple[object, ...]

    @property
    def is_latin(self) -> bool:
        """Whether it must stand alone, as English words do."""
        return self.letters[0].isascii()


def word_of(form: str, meanings: tuple[object, ...]) -> Word:
    """The word that `form` ("긴 머리", "t-shirt") stands for."""
    letters, gaps = "", set()
    for character in form.lower():
        if character in GAPS:
            gaps.add(len(letters))
        else:
            letters += character
    return Word(letters, frozenset(gaps), meanings)


Table = Mapping[str, Word]


@cache
def words() -> Table:
    """Every word of the lexicon by its letters."""
    entries = [
        entry
        for subject in (colours, garments, carried, people, negation, beyond, places, times, verbs, glue)
        for form, meaning in subject.entries()
        for entry in _with_plural(form, meaning)
    ]
    return table(entries)


@cache
def particles() -> Table:
    """What is written onto the end of a Korean word; each with what it means as a word of its own."""
    ends: list[tuple[str, object]] = [
        (form.strip(), Glue(kind)) for kind, forms in glue.PARTICLES.items() for form in forms.split(",")
    ]
    known = words()
    ends += [(form, meaning) for form, _ in ends if form in known for meaning in known[form].meanings]
    ends += [(form, meaning) for form in ("쯤", "경", "께") for meaning in known[form].meanings]
    return table(ends)


def table(entries: Sequence[tuple[str, object]]) -> Table:
    """The words of the entries; forms that differ only in spaces are one."""
    gathered: dict[str, list[Word]] = defaultdict(list)
    for form, meaning in entries:
        word = word_of(form, (meaning,))
        gathered[word.letters].append(word)
    return {
        letters: Word(
            letters,
            frozenset().union(*(word.gaps for word in same)),
            tuple(dict.fromkeys(m for word in same for m in word.meanings)),
        )
        for letters, same in gathered.items()
    }


def _with_plural(form: str, meaning: object) -> Iterator[tuple[str, object]]:
    yield form, meaning
    if form.isascii() and form[-1:].isalpha() and isinstance(meaning, Thing | Trait):
        yield form + ("es" if form.endswith(("s", "x", "ch", "sh")) else "s"), meaning

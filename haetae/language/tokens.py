"""A sentence cut into words of the lexicon.

Korean words are written together with their particles, and operators leave out spaces, so the cut is the cheapest way through the
sentence (Viterbi): known words cost little, unknown letters much. Nothing is skipped: every letter is in exactly one token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from haetae.language.lexicon import age_patterns, time_patterns
from haetae.language.lexicon.places import SUFFIXES, least_before
from haetae.language.lexicon.words import GAPS, Table, particles, table, words
from haetae.language.meanings import Beyond, Glue, GlueKind, KnownPlace, PlaceNoun, Thing
from haetae.language.times.pieces import Mark
from haetae.language.understanding import NamedPlace, Span

_LONGEST = 32  # letters in a word of the lexicon
_COST, _OF_ONE_SYLLABLE, _OF_PARTICLE, _OF_PATTERN, _OF_KNOWN_PLACE = 1.0, 1.4, 0.3, 0.8, 0.5
_OF_UNKNOWN, _OF_UNKNOWN_LETTER = 4.0, 1.0
_OF_PLACE, _OF_PLACE_LETTER = 2.5, 0.5
_OF_JOINT, _OF_THING_AT_END = (
    3.0,
    0.5,
)  # an unknown and a known word written together; Korean compounds are what their last part is
_NO_PLACES = ("친구", "운동", "행동", "활동", "이동", "우산", "양산", "등산", "손길", "축구", "야구", "농구", "자동", "눈길")
_MARKS = {"~": Mark.AND, "∼": Mark.AND, "-": Mark.AND, "–": Mark.AND, "—": Mark.AND}
_LATIN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_POSSESSIVE = re.compile(r"(?<=[a-z])'s(?![a-z0-9])")
_HANGUL = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]+")
_Meaning = TypeVar("_Meaning")


@dataclass(frozen=True, slots=True)
class Token:
    """Characters of the sentence and everything they can mean."""

    span: Span
    text: str
    meanings: tuple[object, ...]

    def of(self, kind: type[_Meaning]) -> _Meaning | None:
        """Its meaning of that kind, if it has one."""
        return next((meaning for meaning in self.meanings if isinstance(meaning, kind)), None)

    def glue(self, *kinds: GlueKind) -> bool:
        """Whether it can be glue of one of the kinds; without kinds, of any."""
        return any(isinstance(meaning, Glue) and (not kinds or meaning.kind in kinds) for meaning in self.meanings)


@dataclass(frozen=True, slots=True)
class _Step:
    end: int
    meanings: tuple[object, ...]
    cost: float

    @property
    def is_unknown(self) -> bool:
        return self.meanings == (Beyond(unknown=True),)


def normal(sentence: str) -> str:
    """The sentence as spans count it: Unicode normal form C."""
    return unicodedata.normalize("NFC", sentence)


def tokens(text: str, places: Sequence[NamedPlace] = ()) -> list[Token]:
    """The tokens of a text in normal form C, in order. Spaces are in none."""
    plain = "".join(low if len(low := character.lower()) == 1 else character for character in text).replace("’", "'")
    known = table([(place.name, KnownPlace(place)) for place in places if len(place.name.strip()) > 1])
    return [Token(Span(start, step.end), text[start : step.end], step.meanings) for start, step in _cheapest(plain, known)]


def _cheapest(plain: str, places: Table) -> list[tuple[int, _Step]]:
    """The cheapest way from the start to the end. A state is where one stands and whether the last step was unknown."""
    best: dict[tuple[int, bool], tuple[float, tuple[int, bool] | None, _Step | None]] = {(0, False): (0.0, None, None)}
    for at in range(len(plain)):
        steps: list[_Step] | None = None
        for state in ((at, False), (at, True)):
            if state not in best:
                continue
            steps = list(_steps(plain, at, places)) if steps is None else steps
            for step in steps:
                cost = best[state][0] + step.cost + _joint(plain, at, state[1], step, best[state][2])
                following = (step.end, step.is_unknown)
                if following not in best or cost < best[following][0]:
                    best[following] = (cost, state, step)
    return _walked(best, len(plain))


def _walked(
    best: dict[tuple[int, bool], tuple[float, tuple[int, bool] | None, _Step | None]], end: int
) -> list[tuple[int, _Step]]:
    state = min((s for s in ((end, False), (end, True)) if s in best), key=lambda s: best[s][0])
    walked: list[tuple[int, _Step]] = []
    while (before := best[state][1]) is not None:
        step = best[state][2]
        if step is not None and step.meanings:
            walked.append((before[0], step))
        state = before
    return walked[::-1]


def _joint(plain: str, at: int, after_unknown: bool, step: _Step, last: _Step | None) -> float:
    """What it costs that a known and an unknown word are written together."""
    if at == 0 or last is None or not last.meanings or not plain[at - 1].isalnum() or not plain[at].isalnum():
        return 0.0
    is_particle = step.cost == _OF_PARTICLE
    if after_unknown:
        if step.is_unknown:
            return _OF_JOINT
        if is_particle:
            return 0.0
        return _OF_THING_AT_END if any(isinstance(meaning, Thing) for meaning in step.meanings) else _OF_JOINT
    return _OF_JOINT if step.is_unknown else 0.0


def _steps(plain: str, at: int, places: Table) -> Iterator[_Step]:
    character = plain[at]
    if character.isspace():
        yield _Step(at + 1, (), 0.0)
        return
    yield from _words(plain, at, places, _OF_KNOWN_PLACE)
    yield from _words(plain, at, words(), None)
    if not (character.isalnum() or character in "&"):
        yield from _patterns(plain, at)
        yield _symbol(plain, at)
        return
    yield from _patterns(plain, at)
    if at and _is_hangul(character) and plain[at - 1].isalnum():
        yield from _words(plain, at, particles(), _OF_PARTICLE)
    yield from _unknown(plain, at)
    if at == 0 or not plain[at - 1].isalnum():
        yield from _places(plain, at)


def _symbol(plain: str, at: int) -> _Step:
    if _POSSESSIVE.match(plain, at):
        return _Step(at + 2, (Glue(GlueKind.PARTICLE),), 0.0)
    character = plain[at]
    kind = GlueKind.TOPIC if character == ":" else GlueKind.FILLER if character in "-~∼–—'\"“”‘’" else GlueKind.BREAK
    mark = (_MARKS[character],) if character in _MARKS else ()
    return _Step(at + 1, (*mark, Glue(kind)), 0.0)


def _words(plain: str, at: int, table: Table, cost: float | None) -> Iterator[_Step]:
    """The words of the table that begin here, with what each costs (None: by its length)."""
    letters, crossed, is_free = "", set[int](), at == 0 or not _is_latin(plain[at - 1])
    for end in range(at, min(len(plain), at + _LONGEST)):
        if plain[end] in GAPS:
            crossed.add(len(letters))
            continue
        letters += plain[end]
        word = table.get(letters)
        if word is None or not crossed <= word.gaps | {0}:
            continue
        if word.is_latin and not (is_free and (end + 1 == len(plain) or not _is_latin(plain[end + 1]))):
            continue
        yield _Step(end + 1, word.meanings, cost if cost is not None else _OF_ONE_SYLLABLE if len(letters) == 1 else _COST)


def _patterns(plain: str, at: int) -> Iterator[_Step]:
    if at and _is_latin(plain[at]) and _is_latin(plain[at - 1]):
        return
    for pattern, reading in (*time_patterns.PATTERNS, *age_patterns.PATTERNS):
        match = pattern.match(plain, at)
        if match is not None and match.end() > at:
            yield _Step(match.end(), (reading(match),), _OF_PATTERN)


def _unknown(plain: str, at: int) -> Iterator[_Step]:
    latin = _LATIN.match(plain, at)
    if latin is not None:
        yield _unknown_step(at, latin.end())
        return
    run = _HANGUL.match(plain, at)
    for end in range(at + 1, (run.end() if run else at + 1) + 1):
        yield _unknown_step(at, end)


def _unknown_step(at: int, end: int) -> _Step:
    return _Step(end, (Beyond(unknown=True),), _OF_UNKNOWN + _OF_UNKNOWN_LETTER * (end - at))


def _places(plain: str, at: int) -> Iterator[_Step]:
    """Words that end as names of places do: 서문시장."""
    end_of_word = at
    while end_of_word < len(plain) and plain[end_of_word].isalnum():
        end_of_word += 1
    word = plain[at:end_of_word]
    for suffix in SUFFIXES:
        found = word.find(suffix, least_before(suffix))
        if found < 0:
            continue
        end = found + len(suffix)
        if not word[:end].endswith(_NO_PLACES):
            yield _Step(at + end, (PlaceNoun(),), _OF_PLACE + _OF_PLACE_LETTER * found)


def _is_hangul(character: str) -> bool:
    return "가" <= character <= "힣"


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()

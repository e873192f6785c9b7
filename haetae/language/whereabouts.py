"""Places: those that the caller knows, and those that the sentence marks as places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from haetae.language.meanings import Beyond, GlueKind, KnownPlace, Negation, PlaceMark, PlaceNoun, Reach
from haetae.language.tokens import Token
from haetae.language.understanding import AskedPlace, NamedPlace, Span

_LIKE_PARTICLES = {"로", "이", "의", "나", "도"}  # 동성로, 나 ...
_LEAST = 2  # letters of a name that is looked for inside longer names


@dataclass(slots=True)
class Whereabouts:
    """The places of a sentence, and the tokens that they come from."""

    places: list[AskedPlace] = field(default_factory=list)
    tokens: set[int] = field(default_factory=set)


def whereabouts(tokens: Sequence[Token], taken: set[int], known: Sequence[NamedPlace], text: str) -> Whereabouts:
    """All places among the tokens that are not `taken`."""
    found = Whereabouts()
    index = 0
    while index < len(tokens):
        end = index + 1
        if index not in taken and (run := _run(tokens, index, taken)):
            first, end = run
            found.places.append(_asked(tokens, first, end, known, text))
            found.tokens |= set(range(index, end)) | _marks_after(tokens, end)
            found.tokens |= {at for at in (_denial(tokens, end), _denial_before(tokens, first)) if at is not None}
        index = end
    return found


def _run(tokens: Sequence[Token], index: int, taken: set[int]) -> tuple[int, int] | None:
    """The first and one past the last token of a place that begins here, a mark before it left out."""
    token = tokens[index]
    if token.of(KnownPlace) is not None:
        return index, index + 1 if token.text.isascii() else _while_place(tokens, index, taken)
    mark = token.of(PlaceMark)
    if mark is not None and mark.ahead:
        return _run_after(tokens, index, taken, sure=mark.sure)
    if token.of(PlaceNoun) is not None and not token.text.isascii():
        return index, _while_place(tokens, index, taken)
    if _is_unknown(token) and not token.text.isascii():
        return _run_before_mark(tokens, index)
    return None


def _run_after(tokens: Sequence[Token], index: int, taken: set[int], *, sure: bool) -> tuple[int, int] | None:
    """English: "near the old bus terminal", "in the park"."""
    first = index + 1
    while first < len(tokens) and tokens[first].glue(GlueKind.ARTICLE):
        first += 1
    if first < len(tokens) and first not in taken and tokens[first].of(KnownPlace) is not None:
        return first, first + 1
    end, has_noun = first, False
    while end < len(tokens) and end not in taken and (_is_unknown(tokens[end]) or tokens[end].of(PlaceNoun) is not None):
        has_noun = has_noun or tokens[end].of(PlaceNoun) is not None
        end += 1
    return (first, end) if end > first and (sure or has_noun) else None


def _while_place(tokens: Sequence[Token], index: int, taken: set[int]) -> int:
    end = index + 1
    while end < len(tokens) and end not in taken and tokens[end].of(PlaceNoun) is not None:
        end += 1
    return end


def _is_unknown(token: Token) -> bool:
    beyond = token.of(Beyond)
    return beyond is not None and beyond.unknown


def _run_before_mark(tokens: Sequence[Token], index: int) -> tuple[int, int] | None:
    """Korean: 동성로에서. What looks like a particle within the name belongs to it."""
    end = index + 1
    while end < len(tokens) and not _is_marked(tokens, end):
        if not (_is_unknown(tokens[end]) or (_touches(tokens, end) and tokens[end].text in _LIKE_PARTICLES)):
            return None
        end += 1
    return (index, end) if _is_marked(tokens, end) else None


def _touches(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index - 1].span.end == tokens[index].span.start


def _is_marked(tokens: Sequence[Token], index: int) -> bool:
    """Whether a Korean mark for places follows: 앞, 근처, or the particle 에서."""
    if index >= len(tokens):
        return False
    mark = tokens[index].of(PlaceMark)
    return (mark is not None and mark.sure and not mark.ahead) or tokens[index].text == "에서"


def _marks_after(tokens: Sequence[Token], index: int) -> set[int]:
    """The marks behind a place; they are part of it, but not of its name."""
    found = set()
    while index < len(tokens) and ((mark := tokens[index].of(PlaceMark)) is not None and not mark.ahead):
        found.add(index)
        index += 1
    return found


def _asked(tokens: Sequence[Token], first: int, end: int, known: Sequence[NamedPlace], text: str) -> AskedPlace:
    span = Span(tokens[first].span.start, tokens[end - 1].span.end)
    words = text[span.start : span.end]
    exact = tokens[first].of(KnownPlace)
    fitting = (exact.place,) if exact is not None else matching(words, known)
    if exact is not None:
        same = tuple(place for place in known if _letters(place.name) == _letters(exact.place.name))
        fitting = same or fitting
    denied = _denial(tokens, end) is not None or _denial_before(tokens, first) is not None
    return AskedPlace(words, fitting, (span,), negated=denied)


def matching(words: str, known: Sequence[NamedPlace]) -> tuple[NamedPlace, ...]:
    """The places with a word in their names that begins so, and those whose names the words hold."""
    asked = _letters(words)
    return tuple(place for place in known if len(asked) >= _LEAST and _may_be(place.name, asked))


def _may_be(name: str, asked: str) -> bool:
    parts = name.casefold().split()
    begins = any(_letters(" ".join(parts[first:])).startswith(asked) for first in range(len(parts)))
    return begins or (len(_letters(name)) >= _LEAST and _letters(name) in asked)


def _letters(name: str) -> str:
    return "".join(name.casefold().split()).replace("-", "")


def _denial_before(tokens: Sequence[Token], index: int) -> int | None:
    """The "not" of "not near" before the place."""
    while index > 0 and (tokens[index - 1].of(PlaceMark) is not None or tokens[index - 1].glue(GlueKind.ARTICLE)):
        index -= 1
    negation = tokens[index - 1].of(Negation) if index > 0 else None
    return index - 1 if negation is not None and negation.reach == Reach.AHEAD else None


def _denial(tokens: Sequence[Token], index: int) -> int | None:
    """The "아니라" or "말고" that follows."""
    while index < len(tokens) and tokens[index].glue(GlueKind.PARTICLE, GlueKind.TOPIC):
        index += 1
    negation = tokens[index].of(Negation) if index < len(tokens) else None
    return index if negation is not None and negation.reach == Reach.BACK_EQUAL else None

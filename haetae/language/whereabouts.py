"""Places: those that the caller knows, and those that the sentence marks as places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from haetae.language.meanings import Beyond, GlueKind, KnownPlace, Negation, PlaceMark, PlaceNoun, Reach
from haetae.language.tokens import Token
from haetae.language.understanding import AskedPlace, NamedPlace, Span

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
            denial = _denial(tokens, end)
            if denial is not None:
                found.tokens.add(denial)
        index = end
    return found


def _run(tokens: Sequence[Token], index: int, taken: set[int]) -> tuple[int, int] | None:
    """The first and one past the last token of a place that begins here, a mark before it left out."""
    token = tokens[index]
    if token.of(KnownPlace) is not None:
        return index, index + 1
    mark = token.of(PlaceMark)
    if mark is not None and mark.ahead:
        return _run_after(tokens, index, taken, sure=mark.sure)
    if token.of(PlaceNoun) is not None and not token.text.isascii():
        return index, _while_place(tokens, index, taken)
    if _is_unknown(token) and not token.text.isascii() and _is_marked(tokens, index + 1):
        return index, index + 1
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
    matching = (exact.place,) if exact is not None else _matching(words, known)
    if exact is not None:
        same = tuple(place for place in known if _letters(place.name) == _letters(exact.place.name))
        matching = same or matching
    return AskedPlace(words, matching, (span,), negated=_denial(tokens, end) is not None)


def _matching(words: str, known: Sequence[NamedPlace]) -> tuple[NamedPlace, ...]:
    """The places whose names hold the words, or that the words hold."""
    asked = _letters(words)
    return tuple(
        place
        for place in known
        if len(name := _letters(place.name)) >= _LEAST and len(asked) >= _LEAST and (asked in name or name in asked)
    )


def _letters(name: str) -> str:
    return "".join(name.casefold().split()).replace("-", "")


def _denial(tokens: Sequence[Token], index: int) -> int | None:
    """The "아니라" or "말고" that follows."""
    while index < len(tokens) and tokens[index].glue(GlueKind.PARTICLE, GlueKind.TOPIC):
        index += 1
    negation = tokens[index].of(Negation) if index < len(tokens) else None
    return index if negation is not None and negation.reach == Reach.BACK_EQUAL else None

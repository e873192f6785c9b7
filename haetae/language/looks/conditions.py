"""Things, traits and colours as conditions, one for each attribute and one for each that is denied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from haetae.domain.attributes import VALUES, AttributeCondition, AttributeName
from haetae.language.lexicon.people import age, band
from haetae.language.looks.denials import deny
from haetae.language.looks.lengths import measure
from haetae.language.looks.paint import paint
from haetae.language.looks.scene import Scene, scene
from haetae.language.meanings import COLOUR_OF, GlueKind, Part, Trait
from haetae.language.tokens import Token
from haetae.language.understanding import AskedLook, Span

_OLDEST = 110
_AGE_WEIGHT = 3
_COLOURS = {name for names in COLOUR_OF.values() for name in names}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One attribute as one word or group of words asks it."""

    name: AttributeName
    values: tuple[str, ...]
    is_denied: bool
    tokens: tuple[int, ...]
    weight: int = 2


def looks(tokens: Sequence[Token], taken: set[int]) -> tuple[list[AskedLook], Scene]:
    """The conditions that the tokens ask, in the order of the sentence; the scene says what was used for them."""
    found = scene(tokens, taken)
    _read_bare_ages(found)
    deny(found)
    paint(found)
    measure(found)
    asked = [*_of_things(found), *_of_traits(found)]
    for one in asked:
        found.used |= set(one.tokens)
    return sorted(_gathered(asked, tokens), key=lambda look: look.spans), found


def _read_bare_ages(found: Scene) -> None:
    """ "Boy, 10, green hoodie": a number between commas beside a person is an age."""
    if not found.traits:
        return
    last = len(found.tokens) - 1
    for index, token in enumerate(found.tokens):
        alone = (index == 0 or found.glue(index - 1) == GlueKind.BREAK) and (
            index == last or found.glue(index + 1) == GlueKind.BREAK
        )
        if alone and found.is_beyond(index) and token.text.isdecimal() and 0 < int(token.text) <= _OLDEST:
            found.traits[index] = Trait((age(band(int(token.text))),), weight=_AGE_WEIGHT)


def _of_things(found: Scene) -> Iterator[_Asked]:
    for index, thing in sorted(found.things.items()):
        is_denied = index in found.denied
        for name, values in thing.asks:
            yield _Asked(name, values, is_denied, (index, *_says_not(found, index)))
        painted = found.colours_of.get(index, [])
        names = COLOUR_OF.get(thing.part, ())
        if not names:
            found.spoilt |= set(painted)
        for name in names:
            yield from _colours_of(found, index, name, painted)
        _judge(found, index)


def _colours_of(found: Scene, index: int, name: AttributeName, painted: list[int]) -> Iterator[_Asked]:
    thing, is_denied = found.things[index], index in found.denied
    for colour in painted:
        words = (colour, index, *_says_not(found, colour), *_says_not(found, index))
        yield _Asked(name, found.colours[colour].values, is_denied or colour in found.denied, words)
    if thing.colour is not None and not any(colour not in found.denied for colour in painted):
        yield _Asked(name, (thing.colour,), is_denied, (index, *_says_not(found, index)))


def _judge(found: Scene, index: int) -> None:
    """What asks nothing is shown as such: hair of which nothing is said, sneakers without a colour."""
    thing = found.things[index]
    if thing.asks or (thing.generic and thing.part != Part.HAIR):
        found.used.add(index)
        return
    same = [at for at, other in found.things.items() if other.part == thing.part]
    is_told = thing.part == Part.SHOES and any(found.colours_of.get(at) for at in same)
    (found.used if is_told else found.spoilt).add(index)


def _of_traits(found: Scene) -> Iterator[_Asked]:
    for index, trait in found.traits.items():
        for name, values in trait.asks:
            yield _Asked(name, values, index in found.denied, (index, *_says_not(found, index)), trait.weight)


def _says_not(found: Scene, index: int) -> tuple[int, ...]:
    """The token that denies this one, if one does."""
    return (found.denied[index],) if index in found.denied else ()


def _gathered(asked: Sequence[_Asked], tokens: Sequence[Token]) -> Iterator[AskedLook]:
    for name in AttributeName:
        wanted = _values([one for one in asked if one.name == name and not one.is_denied], name)
        unwanted = [one for one in asked if one.name == name and one.is_denied]
        denied = tuple(value for value in _union(unwanted, name) if value not in wanted)
        if wanted:
            yield _look(name, wanted, [one for one in asked if one.name == name and not one.is_denied], tokens, negated=False)
        if denied:
            yield _look(name, denied, unwanted, tokens, negated=True)


def _values(asked: Sequence[_Asked], name: AttributeName) -> tuple[str, ...]:
    """What several words say of one attribute: any of the colours; of the weightiest others what they share, else any."""
    if name in _COLOURS or not asked:
        return _union(asked, name)
    weight = max(one.weight for one in asked)
    weighty = [one for one in asked if one.weight == weight]
    common = tuple(value for value in VALUES[name] if all(value in one.values for one in weighty))
    return common or _union(weighty, name)


def _union(asked: Sequence[_Asked], name: AttributeName) -> tuple[str, ...]:
    return tuple(value for value in VALUES[name] if any(value in one.values for one in asked))


def _look(
    name: AttributeName, values: tuple[str, ...], asked: Sequence[_Asked], tokens: Sequence[Token], *, negated: bool
) -> AskedLook:
    spans = sorted({tokens[index].span for one in asked for index in one.tokens})
    return AskedLook(AttributeCondition(name, values, negated), joined(spans))


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans, those that touch (a space may be between) as one."""
    found: list[Span] = []
    for span in spans:
        if found and span.start - found[-1].end <= 1:
            found[-1] = Span(found[-1].start, max(span.end, found[-1].end))
        else:
            found.append(span)
    return tuple(found)

"""The tokens that speak of looks, and what is found out about them on the way to conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from haetae.language.meanings import Beyond, Carrying, Colour, Glue, GlueKind, Length, Negation, Pronoun, Thing, Trait
from haetae.language.tokens import Token


@dataclass(slots=True)
class Scene:
    """Meanings by the index of their token; nothing looks through `taken` tokens, which belong to times and places."""

    tokens: Sequence[Token]
    taken: set[int]
    things: dict[int, Thing] = field(default_factory=dict)
    traits: dict[int, Trait] = field(default_factory=dict)
    colours: dict[int, Colour] = field(default_factory=dict)
    lengths: dict[int, Length] = field(default_factory=dict)
    negations: dict[int, Negation] = field(default_factory=dict)
    denied: dict[int, int] = field(default_factory=dict)  # things, traits and colours that are not so, by what says it
    colours_of: dict[int, list[int]] = field(default_factory=dict)  # of a thing: its colours
    used: set[int] = field(default_factory=set)  # tokens that conditions come from, or that did their work
    spoilt: set[int] = field(default_factory=set)  # understood, but nothing that can be searched for

    def glue(self, index: int) -> GlueKind | None:
        """What kind of glue the token is; None where it is something else, or taken."""
        if index in self.taken or self.means(index):
            return None
        found = self.tokens[index].of(Glue)
        return None if found is None else found.kind

    def means(self, index: int) -> bool:
        """Whether the token is a thing, a trait, a colour, a length or a negation."""
        return any(index in found for found in (self.things, self.traits, self.colours, self.lengths, self.negations))

    def is_beyond(self, index: int) -> bool:
        """Whether the token is a word that no attribute stands for."""
        return index not in self.taken and not self.means(index) and self.tokens[index].of(Beyond) is not None

    def clause(self, index: int) -> range:
        """The tokens around this one up to the next commas."""
        start = end = index
        while start > 0 and self.glue(start - 1) != GlueKind.BREAK:
            start -= 1
        while end + 1 < len(self.tokens) and self.glue(end + 1) != GlueKind.BREAK:
            end += 1
        return range(start, end + 1)


def scene(tokens: Sequence[Token], taken: set[int]) -> Scene:
    """The scene with every token's meaning in its place."""
    found = Scene(tokens, taken)
    for index, token in enumerate(tokens):
        if index not in taken:
            _place(found, index, token)
    for index, token in enumerate(tokens):
        if token.of(Carrying) is not None and index not in taken:
            _set_aside_carried(found, index)
    return found


def _place(found: Scene, index: int, token: Token) -> None:
    if (thing := token.of(Thing)) is not None:
        found.things[index] = thing
    elif token.of(Pronoun) is not None and index - 1 in found.colours and found.things:
        found.things[index] = found.things[max(found.things)]
    elif (colour := token.of(Colour)) is not None:
        found.colours[index] = colour
    elif (trait := token.of(Trait)) is not None:
        found.traits[index] = trait
    elif (length := token.of(Length)) is not None:
        found.lengths[index] = length
    elif (negation := token.of(Negation)) is not None:
        found.negations[index] = negation


def _set_aside_carried(found: Scene, index: int) -> None:
    """ "아기 안은 엄마": the baby is not the person who is looked for."""
    before = [trait for trait in found.traits if trait < index and index - trait <= 2]
    if before:
        del found.traits[before[-1]]
        found.spoilt |= {before[-1], index}

"""Which colour belongs to which thing.

A colour stands before its thing ("red jacket", 빨간 패딩) or is said of it ("the jacket was red", 패딩은 빨간색).
"""

from __future__ import annotations

from dataclasses import dataclass

from haetae.language.looks.scene import Scene
from haetae.language.meanings import GlueKind, Negation, Part, Reach, Thing

_PASSES_AHEAD = {
    "의",
    "인",
    "색",
    "색깔",
    "색상",
    "계열",
    "계통",
    "톤",
    "빛",
    "된",
    "컬러",
    "color",
    "colour",
    "colored",
    "coloured",
    "-",
}
_PASSES_BACK = {"의", "색", "색깔", "색상", "in"}
_UPPER = Thing(Part.UPPER, generic=True)
_WORN_BEFORE = {"in", "wearing", "dressed in", "wears", "dressed", "wore"}


@dataclass(frozen=True, slots=True)
class _Before:
    """The thing before a colour, and whether words such as "is" or 은 say that the colour is its."""

    thing: int
    is_said: bool


def paint(scene: Scene) -> None:
    """Gives every colour its thing; what finds none is spoilt."""
    for group in _groups(scene):
        thing = _thing_of(scene, group)
        if thing is None and _is_worn(scene, group):
            scene.things[group[-1]] = _UPPER
            thing = group[-1]
        if thing is None:
            scene.spoilt |= set(group)
        else:
            scene.colours_of.setdefault(thing, []).extend(group)
    _paint_both_halves(scene)


def _groups(scene: Scene) -> list[list[int]]:
    """Colours that are said together: "red or orange", 빨간색과 흰색."""
    groups: list[list[int]] = []
    for index in sorted(scene.colours):
        last = groups[-1][-1] if groups else None
        if last is not None and all(_joins(scene, between) for between in range(last + 1, index)):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _joins(scene: Scene, index: int) -> bool:
    token = scene.tokens[index]
    return scene.glue(index) == GlueKind.JOINING or token.text in {"/", "색"}


def _thing_of(scene: Scene, group: list[int]) -> int | None:
    after = _after(scene, group[-1])
    before = None if scene.colours[group[0]].adnominal else _before(scene, group[0])
    if before is None or scene.colours_of.get(before.thing):
        return after
    if before.is_said or after is None:
        return before.thing
    if scene.things[before.thing].generic or _things_first(scene, group[0]):
        return before.thing
    return after


def _after(scene: Scene, index: int) -> int | None:
    for ahead in range(index + 1, len(scene.tokens)):
        if ahead in scene.things:
            return ahead
        negation = scene.tokens[ahead].of(Negation)
        is_between = negation is not None and negation.reach == Reach.BACK_EQUAL and ahead == index + 1
        is_between = is_between or (index in scene.denied and ahead in scene.colours)
        passes = scene.is_beyond(ahead) or ahead in scene.lengths or scene.tokens[ahead].text.lower() in _PASSES_AHEAD
        if not (passes or is_between):
            return None
    return None


def _before(scene: Scene, index: int) -> _Before | None:
    is_said = False
    for back in range(index - 1, -1, -1):
        if back in scene.things:
            return _Before(back, is_said)
        glue, text = scene.glue(back), scene.tokens[back].text.lower()
        if glue == GlueKind.TOPIC:
            is_said = True
        elif not (glue in (GlueKind.FILLER, GlueKind.ARTICLE) or text in _PASSES_BACK or back in scene.negations):
            return None
    return None


def _things_first(scene: Scene, index: int) -> bool:
    """Whether the clause begins with a thing and ends with a colour: 점퍼 검정 바지 회색."""
    speaking = [at for at in scene.clause(index) if at in scene.things or at in scene.colours]
    return speaking[0] in scene.things and speaking[-1] in scene.colours


def _is_worn(scene: Scene, group: list[int]) -> bool:
    """ "Woman in white", 빨간색 입은: the colour of what is worn, wherever."""
    first, after = group[0], group[-1] + 1
    if first and scene.tokens[first - 1].text.lower() in _WORN_BEFORE:
        return after >= len(scene.tokens) or not scene.is_beyond(after)
    while after < len(scene.tokens) and scene.glue(after) in (GlueKind.PARTICLE, GlueKind.JOINING, GlueKind.TOPIC):
        after += 1
    return after < len(scene.tokens) and scene.tokens[after].text.startswith("입")


def _paint_both_halves(scene: Scene) -> None:
    """위아래 검은 옷: what is said of the clothes holds for both halves."""
    for index, thing in scene.things.items():
        if thing.part == Part.WHOLE and thing.generic and not scene.colours_of.get(index):
            following = [at for at in scene.clause(index) if at > index and scene.colours_of.get(at)]
            if following:
                scene.colours_of[index] = list(scene.colours_of[following[0]])

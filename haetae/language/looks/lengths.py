"""Long and short: of hair, of trousers, of sleeves."""

from __future__ import annotations

from dataclasses import replace

from haetae.domain.attributes import AttributeName
from haetae.language.looks.scene import Scene
from haetae.language.meanings import Ask, GlueKind, Part, Thing

_THROUGH = (GlueKind.PARTICLE, GlueKind.TOPIC)
_SAID_OF_WHAT_STOOD_BEFORE = ("고", "며", "음", "다", "게")
_TROUSERS = (AttributeName.LOWER_TYPE, ("long_trousers",))
_EITHER = (AttributeName.UPPER_TYPE, ("long_sleeve", "short_sleeve"))


def measure(scene: Scene) -> None:
    """Gives each "long" or "short" its thing; what finds none is spoilt."""
    for index, length in scene.lengths.items():
        thing = _beside(scene, index)
        if thing is None:
            scene.spoilt.add(index)
            continue
        scene.used.add(index)
        scene.things[thing] = _sized(scene.things[thing], is_long=length.is_long)
        for at in (index - 1, index + 1):
            if at in scene.negations and at in scene.used:
                scene.denied[thing] = at


def _beside(scene: Scene, index: int) -> int | None:
    said_after = scene.tokens[index].text.endswith(_SAID_OF_WHAT_STOOD_BEFORE)
    for step in (-1, 1) if said_after else (1, -1):
        at = index + step
        while 0 <= at < len(scene.tokens) and (
            scene.glue(at) in _THROUGH or at in scene.negations or at in scene.colours or scene.is_beyond(at)
        ):
            at += step
        if at in scene.things:
            return at
    return None


def _sized(thing: Thing, *, is_long: bool) -> Thing:
    if thing.part == Part.HAIR:
        asked: Ask = (AttributeName.HAIR, ("long" if is_long else "short",))
        return replace(thing, asks=(asked,), generic=False)
    if _TROUSERS in thing.asks and not is_long:
        return replace(thing, asks=((AttributeName.LOWER_TYPE, ("short_trousers",)),))
    if _EITHER in thing.asks:
        return replace(thing, asks=((AttributeName.UPPER_TYPE, ("long_sleeve" if is_long else "short_sleeve",)),))
    return thing

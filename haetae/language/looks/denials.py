"""What a negation denies: in English what follows it, in Korean what stands before it."""

from __future__ import annotations

from haetae.language.looks.scene import Scene
from haetae.language.meanings import GlueKind, Reach

_THROUGH_AHEAD = (GlueKind.ARTICLE, GlueKind.VERB, GlueKind.FILLER, GlueKind.PARTICLE, GlueKind.TOPIC)
_THROUGH_BACK = (GlueKind.PARTICLE, GlueKind.TOPIC, GlueKind.VERB, GlueKind.FILLER, GlueKind.JOINING)
_THROUGH_EQUAL = (GlueKind.PARTICLE, GlueKind.TOPIC, GlueKind.FILLER)
_GOES_ON = ("고", "며", "고 있고", "는데")  # a verb with such an ending has closed what was said before


def deny(scene: Scene) -> None:
    """Marks what is denied."""
    for index, negation in scene.negations.items():
        match negation.reach:
            case Reach.AHEAD:
                target = _ahead(scene, index)
                shared = _or_ahead(scene, target)
            case Reach.BACK:
                target = _back(scene, index)
                shared = _and_back(scene, target)
                if target is None and not _is_of_beyond(scene, index):
                    target = _ahead(scene, index)
            case Reach.BACK_EQUAL:
                target = _back_equal(scene, index)
                shared = []
        if target is not None:
            scene.denied |= dict.fromkeys((target, *shared), index)
            scene.used.add(index)


def _is_target(scene: Scene, index: int) -> bool:
    return index in scene.things or index in scene.traits


def _ahead(scene: Scene, index: int) -> int | None:
    is_beyond = False
    for ahead in range(index + 1, len(scene.tokens)):
        if _is_target(scene, ahead):
            return None if is_beyond and ahead in scene.traits else ahead
        is_beyond = is_beyond or scene.is_beyond(ahead)
        passes = ahead in scene.colours or ahead in scene.lengths or scene.is_beyond(ahead) or scene.glue(ahead) in _THROUGH_AHEAD
        if not passes:
            return None
    return None


def _or_ahead(scene: Scene, target: int | None) -> list[int]:
    """ "No hat or bag": the things that "or" joins to the denied one."""
    shared: list[int] = []
    index = target
    while index is not None and index + 1 < len(scene.tokens) and scene.tokens[index + 1].text.lower() in {"or", "nor"}:
        index = _ahead(scene, index + 1)
        if index is not None:
            shared.append(index)
    return shared


def _back(scene: Scene, index: int) -> int | None:
    for back in range(index - 1, -1, -1):
        if _is_target(scene, back):
            return back
        if scene.glue(back) == GlueKind.VERB and scene.tokens[back].text.endswith(_GOES_ON):
            return None
        if not (scene.glue(back) in _THROUGH_BACK or back in scene.lengths or back in scene.colours):
            return None
    return None


def _is_of_beyond(scene: Scene, index: int) -> bool:
    """마스크 안 쓴, 줄무늬 없는: what is denied is nothing that can be searched for."""
    back = index - 1
    while back >= 0 and scene.glue(back) in _THROUGH_EQUAL:
        back -= 1
    return back >= 0 and scene.is_beyond(back)


def _and_back(scene: Scene, target: int | None) -> list[int]:
    """ "모자와 안경 없음": the things that are joined to the denied one."""
    shared: list[int] = []
    index = target
    while index is not None and index >= 2 and scene.glue(index - 1) == GlueKind.JOINING and _is_target(scene, index - 2):
        index -= 2
        shared.append(index)
    return shared


def _back_equal(scene: Scene, index: int) -> int | None:
    for back in range(index - 1, -1, -1):
        if _is_target(scene, back) or back in scene.colours:
            return back
        if scene.glue(back) not in _THROUGH_EQUAL:
            return None
    return None

"""Words that deny."""

from __future__ import annotations

from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.meanings import Negation, Reach

_ENDS = "은, 음, 고, 았음, 았고, 았던, 았다, 는, 았어요, 습니다, 았습니다, 으며, 았으며, 은채, 은 채, 아요, 았는데, 은데, 지만"
_WITHOUT = (
    "음, 이, 는, 고, 었음, 었고, 었던, 었다, 어요, 습니다, 었습니다, 으며, 다, 었어요, 을, 었으며, 이도, 는데, 었는데, 지만, 어"
)
_IS_NOT = "님, 니고, 닌, 니라, 니었음, 니에요, 닙니다, 니며, 니었고, 니다, 니고요, 니었다, 닌데, 니었던, 녔음"


def entries() -> list[tuple[str, object]]:
    """All of them."""
    return every(_korean(), _english())


def _korean() -> Entries:
    back = Negation(Reach.BACK)
    yield from forms(
        "안, 못, 미착용, 미착용함, 미착용 상태, 미소지, 미휴대, 착용 안함, 노, 무, x, 벗은, 벗고, 벗었음, 벗음, 비착용, 착용 x",
        back,
    )
    yield from ((f"않{end}", back) for end in _ENDS.split(", "))
    yield from ((f"지 않{end}", back) for end in _ENDS.split(", "))
    yield from ((f"없{end}", back) for end in _WITHOUT.split(", "))
    equal = Negation(Reach.BACK_EQUAL)
    yield from ((f"아{end}", equal) for end in _IS_NOT.split(", "))
    yield from forms("말고, 말고는, 빼고, 제외, 제외하고, 대신", equal)


def _english() -> Entries:
    ahead = Negation(Reach.AHEAD)
    yield from forms(
        "no, not, without, isn't, isnt, wasn't, wasnt, doesn't, doesnt, didn't, didnt, never, neither, nor, lacking, w/o", ahead
    )
    yield from forms(
        "not a, not an, not in, minus, hasn't, hadn't, no longer, aren't, weren't, don't, nothing like, except", ahead
    )
    yield from forms("none, absent, nil, n/a", Negation(Reach.BACK))

"""Korean verbs of wearing, seeing and going, in the forms that operators write. They ask nothing."""

from __future__ import annotations

from haetae.language.lexicon.entry import Entries, forms
from haetae.language.meanings import Glue, GlueKind

_CLOSED = "입, 신, 앉, 찾, 있, 얹, 얹히, 업"
_OPEN = (
    "쓰 썼 쓴, 메 멨 멘, 매 맸 맨, 들 들었 든, 끼 꼈 낀, 차 찼 찬, 걸치 걸쳤 걸친, 하 했 한, 착용하 착용했 착용한, "
    "두르 둘렀 두른, 지니 지녔 지닌, 가지 가졌 가진, 보 봤 본, 보이 보였 보인, 가 갔 간, 나가 나갔 나간, "
    "나오 나왔 나온, 들어가 들어갔 들어간, 걸어가 걸어갔 걸어간, 지나가 지나갔 지나간, 다니 다녔 다닌, 서 섰 선, "
    "타 탔 탄, 사라지 사라졌 사라진, 없어지 없어졌 없어진, 되 됐 된, 실종되 실종됐 실종된, 목격되 목격됐 목격된, "
    "목격하 목격했 목격한, 발견되 발견됐 발견된, 끌 끌었 끈, 찍히 찍혔 찍힌, 달리 달렸 달린, 뛰어가 뛰어갔 뛰어간, "
    "향하 향했 향한, 떠나 떠났 떠난, 내리 내렸 내린, 동반하 동반했 동반한, 휴대하 휴대했 휴대한, "
    "소지하 소지했 소지한, 이동하 이동했 이동한, 움직이 움직였 움직인, 걷 걸었 걷는, 헤매 헤맸 헤맨, "
    "배회하 배회했 배회한, 잃어버리 잃어버렸 잃어버린, 계시 계셨 계신"
)
"""The stem, the stem of the past, the form before a noun: 쓰고, 썼음, 쓴."""
_PRESENT = (
    "고, 고 있음, 고 있는, 고 있었음, 고 있던, 고 있고, 고 있다, 고 다니는, 고 다님, 고 가는, 고 가던, 고 온, 는, "
    "며, 면서, 지만, 던, 기, 지, 지는, 지도, 는데, 고 있습니다, 고 있어요, 다가, 고 간, 고 나간, 고 나감, 고 사라진, "
    "고 있을, 고 있었던"
)
"""What follows a stem."""
_PAST = "음, 고, 던, 다, 어요, 습니다, 는데, 을, 지만, 으며, 을때, 을 때, 나요, 었음, 답니다, 대요, 네요"
"""What follows the stem of the past."""
_CLOSED_ENDS = "은, 음, 을, 으며, 은채, 은 채, 어, 었, 으면서, 은 상태, 는 상태"
_AFTER = ("", " 채", " 듯", " 상태", " 채로", " 것", " 듯함", " 것으로")


def entries() -> Entries:
    """All of them."""
    present, past_ends = _PRESENT.split(", "), _PAST.split(", ")
    verb = Glue(GlueKind.VERB)
    for stem in _CLOSED.split(", "):
        endings = (*present, *_CLOSED_ENDS.split(", "), *(f"었{end}" for end in past_ends))
        yield from ((stem + end, verb) for end in endings)
    for stem, past, noun in (verb_forms.split(" ") for verb_forms in _OPEN.split(", ")):
        yield from ((stem + end, verb) for end in present)
        yield from ((past + end, verb) for end in (*past_ends, ""))
        yield from ((noun + end, verb) for end in _AFTER)
    yield from forms(
        "씀, 멤, 듦, 낌, 참, 함, 봄, 보임, 감, 나감, 탐, 섬, 착용함, 보신, 보셨나요, 보셨어요, 쓰지, 들지, 메지, "
        "해, 하여, 해서, 갔음",
        verb,
    )
    yield from forms(
        "뛰어감, 걸어감, 지나감, 들어감, 사라짐, 없어짐, 향함, 이동함, 내림, 계십니다, 계심, 착용, 소지, 휴대, "
        "동반, 목격, 발견, 실종, 실종됨, 목격됨, 포착, 찍힘, 배회, 이동, "
        "이동중, 이동 중, 추정, 추정됨, 예상",
        verb,
    )

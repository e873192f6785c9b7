"""Particles, English verbs and other words that hold a sentence together and ask nothing."""

from __future__ import annotations

from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.meanings import Glue, GlueKind, Pronoun

PARTICLES = {
    GlueKind.TOPIC: "은, 는, 이, 가, 이가, 만, 께서",
    GlueKind.JOINING: "와, 과, 이나, 나, 이랑, 랑, 하고, 도, 이든, 든",
    GlueKind.ENDING: "에, 에다, 에다가, 위에, 안에",
    GlueKind.PARTICLE: (
        "을, 를, 의, 로, 으로, 에서, 에게, 한테, 께, 들, 이고, 이며, 고, 며, 임, 인, 이다, 입니다, 이에요, 예요, "
        "이었음, 였음, 이었고, 였고, 인데, "
        "인지, 인듯, 인 듯, 쯤, 만한, 같은, 이라, 라, 라고, 이라고, 에는, 에도, 에서는, 으로는, 로는, 까지, 부터, "
        "요, 들이, 들은, 뿐, 야, 이야, 처럼, 짜리, 끼리, 이랑은, "
        "다, 이죠, 였던, 이던, 여서, 이어서, 색, 색깔, 색상"
    ),
}


def entries() -> list[tuple[str, object]]:
    """All of them but particles."""
    return every(_fillers(), _english())


def _fillers() -> Entries:
    filler = Glue(GlueKind.FILLER)
    yield from forms(
        "지금까지, 현재까지, 일시, 사이, 편, 되어, 추정되는, 차림, 차림의, 복장, 모습, 상태, 채, 바람, 계열, "
        "계통, 톤, 스타일, 종류, 색, 색깔, "
        "색상, 컬러, 색의, "
        "무렵, 정도, 쯤, 초반, 중반, 후반, 초, 중, 후, 대략, 약, 마지막, "
        "마지막으로, 위치, 장소, 시간, 시각, 때, 당시, 성별, 나이, 연령, 연령대, 인상착의, 인상, 착의, 특징, "
        "상황, 신고, 이름, 혹시, 주세요, 줘, 찾아줘, 찾아주세요, 찾아 주세요, 찾아라, "
        "찾아 줘, 찾습니다, 찾는, 찾기, 보여줘, 검색, 검색해줘, 부탁, 부탁드립니다, 좀, 다, 모두, 전부, 거기, "
        "여기, 저기, 그, 이, 저, 것, 쪽에서, 하루 종일, "
        "종일, 동안, 사이에, 명, 한명, 한 명, o, 주로, 같음, 같은, 같아요, 보임, 보이는, 보였음, 나이대, 네, 예, "
        "현재, 지금, 해당, 조금, 입니다, 임, 된, 정장차림, 인듯, 인 듯, 듯, 추가로, "
        "그냥, 일대에서, 에게서, 걸로, 함께, 같이, 데리고, 아래, 위, 위에, 속, 날",
        filler,
    )
    yield from forms("또는, 혹은, 및, 그리고, 아니면", Glue(GlueKind.JOINING))
    yield from forms("하나, 한 명, 한명, 1명", filler)


def _english() -> Entries:
    yield from forms("a, an, the, his, her, their, its, my, our", Glue(GlueKind.ARTICLE))
    yield from forms("and, or, &, plus", Glue(GlueKind.JOINING))
    yield from forms(
        "is, was, are, were, be, been, has been, had been, color is, colour is, color was, colour was", Glue(GlueKind.TOPIC)
    )
    yield from forms(
        ("but, while, who, whose, that, which, where, when, then, also, over, under, however"), Glue(GlueKind.ENDING)
    )
    yield from forms(
        "wearing, wears, wore, worn, wear, dressed, dressed in, dress in, carrying, carries, carried, carry, "
        "holding, holds, held, has, have, had, having, "
        "with, in, seen, saw, spotted, last seen, went, go, going, walking, walked, running, ran, standing, "
        "stood, sitting, left, leaving, "
        "heading, headed, headed to, pulling, pushing, missing, lost, disappeared, vanished, looking, looks, "
        "appears, appeared, put on, "
        "dressed up in, sporting, sports, entered, entering, passed, passing, getting, came, coming, moving, moved, did",
        Glue(GlueKind.VERB),
    )
    yield from forms(
        "until now, till now, up to now, does, do, find, find me, show, show me, look for, looking for, "
        "search for, search, please, all, only, just, on, "
        "of, to, from, at, about, "
        "around, approximately, approx, roughly, maybe, possibly, probably, as, looks like, there, it, they, him, them, "
        "wearing only, one man, one woman, alone, years, year, age, aged, color, colour, colored, coloured, colors, colours, "
        "yes, ok, both, any, some, last, time, place, gender, sex, name, clothes worn, day, hours, hour, pair, "
        "pair of, kind of, "
        "sort of, like, during, for, by, so, very, quite, still, later, i, we, you, us, me, also, could, would, "
        "be, can, near the time",
        Glue(GlueKind.FILLER),
    )
    yield from forms("one, ones", Pronoun())

"""Words that are understood and that no attribute stands for: they are shown to the operator, and never part of the query."""

from __future__ import annotations

from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.meanings import Beyond, Part, Thing


def entries() -> list[tuple[str, object]]:
    """All of them."""
    return every(_looks(), _held())


def _looks() -> Entries:
    yield from forms(
        "줄무늬, 체크, 체크무늬, 꽃무늬, 물방울무늬, 무늬, 땡땡이, 호피, 호피무늬, 가죽, 털, 면, 기모, "
        "스트라이프, 민무늬, 얼룩무늬, 로고, 그림, 글씨, 캐릭터, 격자무늬, 찢어진, 헐렁한, 몸에 붙는, "
        "낡은, 더러운, 새, 두꺼운, 얇은, 큰, 작은, 커다란, 등산, 골프, 반짝이, 레이스, 니삭스",
        Beyond(),
    )
    yield from forms(
        "striped, stripes, checked, checkered, plaid, floral, polka dot, patterned, leather, woolen, woollen, "
        "cotton, silk, velvet, lace, "
        "ripped, torn, baggy, tight, loose, dirty, old-fashioned, oversized, corduroy, printed, camouflage, logo, "
        "straw, thick, thin, big",
        Beyond(),
    )
    yield from forms(
        "파마, 곱슬, 포니테일, 꽁지머리, 땋은, 백발, 흰머리, 염색, 탈색, 금발, 앞머리, 올림머리, 수염, 콧수염, "
        "턱수염, 문신, 흉터, 점, 주름, 화장",
        Beyond(),
    )
    yield from forms(
        "ponytail, pony tail, braids, braid, curly, blonde, blond, brunette, beard, bearded, moustache, mustache, "
        "tattoo, scar, pigtails, "
        "wavy, permed, freckles, dyed",
        Beyond(),
    )
    yield from forms(
        "키, 신장, 체중, 몸무게, 마른, 뚱뚱한, 통통한, 날씬한, 체격, 체형, 건장한, 왜소한, 덩치, 키큰, 키 큰, "
        "키 작은, 크고, 작고, 뚱뚱, 보통, 다부진, 야윈",
        Beyond(),
    )
    yield from forms(
        "tall, slim, fat, stocky, build, height, weight, heavy-set, chubby, petite, skinny, overweight, built, muscular", Beyond()
    )
    yield from forms("나이키, 아디다스, 뉴발란스, 푸마, 노스페이스, 휠라, 메이커, 상표", Beyond())
    yield from forms("nike, adidas, puma, north face, new balance, brand", Beyond())
    yield from forms("어두운, 밝은, 진한, 연한, 화려한, dark, light, bright, colourful, colorful", Beyond())
    clothes = Thing(Part.UPPER)  # their colour is that of the clothes, what they are is nothing that can be searched for
    yield from forms(
        "교복, 한복, 군복, 제복, 유니폼, 작업복, 등산복, 환자복, 잠옷, 내복, 수영복, 앞치마, 도복, 근무복, 경찰복, 속옷", clothes
    )
    yield from forms(
        "uniform, school uniform, pajama, pyjama, hanbok, costume, swimsuit, apron, scrub, hospital gown, underwear", clothes
    )
    yield from forms(
        "치매, 지적장애, 자폐, 장애, 다리를 절음, 절뚝거리는, 외국인, 동양인, 흑인, 백인, 맨발, 임산부, 만취, 취객", Beyond()
    )
    yield from forms("dementia, autistic, disabled, limping, barefoot, foreigner, pregnant, drunk, asian", Beyond())


def _held() -> Entries:
    yield from forms(
        "마스크, 목도리, 스카프, 장갑, 양말, 스타킹, 벨트, 허리띠, 넥타이, 귀걸이, 목걸이, 시계, 반지, 팔찌, "
        "머리띠, 리본, 머리핀, 이어폰, 헤드폰, 두건, 머플러, 손수건, 명찰, 브로치, 워머, 토시",
        Beyond(),
    )
    yield from forms(
        "mask, scarf, gloves, socks, stockings, belt, tie, necktie, earrings, necklace, watch, ring, bracelet, "
        "headband, ribbon, headscarf, "
        "earphones, headphones, bandana, face mask, hijab, hairband",
        Beyond(),
    )
    yield from forms(
        "지팡이, 목발, 휠체어, 유모차, 우산, 양산, 자전거, 킥보드, 오토바이, 전동휠체어, 강아지, 개, 스마트폰, "
        "휴대폰, 핸드폰, 전화기, 인형, 풍선, 신발주머니, 도시락, 책, 담배, 보행기, 공, 지갑, 꽃다발, 기타",
        Beyond(),
    )
    yield from forms(
        "cane, walking stick, crutches, crutch, wheelchair, stroller, pram, umbrella, bicycle, bike, scooter, "
        "dog, phone, balloon, doll, "
        "teddy bear, book, cigarette, walker, ball, guitar, guitar case, wallet, skateboard, parasol, motorbike, pushchair",
        Beyond(),
    )

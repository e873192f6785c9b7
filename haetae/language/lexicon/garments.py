"""Clothes and shoes.

What is worn on top and open in front (jackets, padded coats, cardigans) is outerwear and gives the upper colour; a garment whose
name leaves the sleeves open asks for either length.
"""

from __future__ import annotations

from haetae.domain.attributes import AttributeName
from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.meanings import Ask, Part, Thing

_COAT: Ask = (AttributeName.OUTERWEAR, ("coat",))
_VEST: Ask = (AttributeName.OUTERWEAR, ("vest",))
_LONG: Ask = (AttributeName.UPPER_TYPE, ("long_sleeve",))
_SHORT: Ask = (AttributeName.UPPER_TYPE, ("short_sleeve",))
_EITHER: Ask = (AttributeName.UPPER_TYPE, ("long_sleeve", "short_sleeve"))
_SLEEVELESS: Ask = (AttributeName.UPPER_TYPE, ("sleeveless",))
_ONE_PIECE: Ask = (AttributeName.UPPER_TYPE, ("one_piece",))
_TROUSERS: Ask = (AttributeName.LOWER_TYPE, ("long_trousers",))
_SHORTS: Ask = (AttributeName.LOWER_TYPE, ("short_trousers",))
_SKIRT: Ask = (AttributeName.LOWER_TYPE, ("skirt",))


def entries() -> list[tuple[str, object]]:
    """All garments."""
    return every(_outer(), _upper(), _lower(), _whole(), _shoes(), _generic())


def _outer() -> Entries:
    coat = Thing(Part.UPPER, (_COAT,))
    yield from forms(
        "패딩, 롱패딩, 숏패딩, 패딩 점퍼, 패딩 잠바, 패딩 코트, 파딩, 점퍼, 잠바, 쟘바, 점버, 가죽점퍼, 파카, "
        "코트, 롱코트, 반코트, 트렌치코트, 트렌치 코트, 더플코트, 떡볶이코트, 털코트, 바바리, 바바리코트, 버버리, "
        "재킷, 자켓, 쟈켓, 자킷, 재켓, 야상, 야전상의, 바람막이, 바람막이 점퍼, 윈드브레이커, 가디건, 카디건, "
        "블레이저, 양복 상의, 양복 윗도리, 정장 상의, 정장 자켓, "
        "외투, 겉옷, 우비, 비옷, 레인코트, 우의, 무스탕, 후드집업, 후드 집업, 집업, 플리스, 후리스, 뽀글이, "
        "항공점퍼, 항공 잠바, 야구점퍼, 야구 잠바, 과잠, 오리털, 아우터, "
        "두루마기, 망토, 판초, 볼레로",
        coat,
    )
    yield from forms(
        "jacket, coat, parka, puffer, puffer jacket, padded jacket, padded coat, down jacket, quilted jacket, "
        "windbreaker, wind breaker, "
        "blazer, overcoat, trench coat, trenchcoat, raincoat, rain coat, rain jacket, cardigan, anorak, fleece, fleece jacket, "
        "bomber jacket, bomber, zip-up hoodie, zip up, suit jacket, sport coat, sports jacket, poncho, topcoat, "
        "outerwear, duffle coat, "
        "winter coat, winter jacket, long coat, peacoat",
        coat,
    )
    yield from forms("청자켓, 청재킷, 청쟈켓, 청점퍼, 청잠바, 데님 자켓, 데님 재킷", Thing(Part.UPPER, (_COAT,), "blue"))
    yield from forms("denim jacket, jean jacket", Thing(Part.UPPER, (_COAT,), "blue"))
    vest = Thing(Part.UPPER, (_VEST,))
    yield from forms(
        "조끼, 패딩 조끼, 조끼 패딩, 안전 조끼, 작업 조끼, 베스트, 등산 조끼, 낚시 조끼, 털조끼, 니트 조끼, 반사 조끼", vest
    )
    yield from forms(
        "vest, safety vest, gilet, waistcoat, work vest, puffer vest, padded vest, reflective vest, body warmer", vest
    )


def _upper() -> Entries:
    yield from forms(
        "반팔, 반팔티, 반팔 티셔츠, 반소매, 반팔 셔츠, 반팔 남방, 짧은 팔, 짧은 소매, 카라티, 폴로티, 폴로셔츠",
        Thing(Part.UPPER, (_SHORT,)),
    )
    yield from forms(
        "t-shirt, tee, tee shirt, polo, polo shirt, short sleeve, short sleeved, short-sleeved shirt, short sleeve shirt, "
        "short-sleeved top, short-sleeved t-shirt",
        Thing(Part.UPPER, (_SHORT,)),
    )
    yield from forms(
        "긴팔, 긴팔티, 긴팔 티셔츠, 긴소매, 긴 팔, 긴 소매, 긴팔 셔츠, 긴팔 남방, 니트, 스웨터, 쉐터, 맨투맨, "
        "후드, 후드티, 후디, 후드 티셔츠, 목폴라, 폴라티, 스웻셔츠, 긴팔 후드티, "
        "터틀넥, 기모티",
        Thing(Part.UPPER, (_LONG,)),
    )
    yield from forms(
        "sweater, hoodie, hoody, hooded sweatshirt, sweatshirt, pullover, jumper, turtleneck, knit, long sleeve, long sleeved, "
        "long-sleeved shirt, long sleeve shirt, long-sleeved top, long-sleeved t-shirt, long sleeve t-shirt, knitwear",
        Thing(Part.UPPER, (_LONG,)),
    )
    either = Thing(Part.UPPER, (_EITHER,))
    yield from forms("티, 티셔츠, 셔츠, 샤쓰, 와이셔츠, 남방, 남방셔츠, 블라우스, 쫄티, 라운드티, 면티, 체육복 상의", either)
    yield from forms("shirt, dress shirt, blouse, button-up, button-down shirt, tunic, plaid shirt, flannel shirt", either)
    yield from forms(
        "민소매, 나시, 나시티, 민소매티, 탱크톱, 탱크탑, 런닝, 난닝구, 러닝셔츠, 끈나시", Thing(Part.UPPER, (_SLEEVELESS,))
    )
    yield from forms(
        "sleeveless, sleeveless top, sleeveless shirt, tank top, tank-top, singlet, undershirt, camisole",
        Thing(Part.UPPER, (_SLEEVELESS,)),
    )
    yield from forms("원피스, 드레스, 롱원피스, 미니원피스", Thing(Part.UPPER, (_ONE_PIECE,)))
    yield from forms("dress, sundress, gown, one-piece, one piece dress, minidress", Thing(Part.UPPER, (_ONE_PIECE,)))


def _lower() -> Entries:
    trousers = Thing(Part.LOWER, (_TROUSERS,))
    yield from forms(
        "바지, 긴바지, 면바지, 슬랙스, 레깅스, 쫄바지, 츄리닝 바지, 추리닝 바지, 트레이닝 바지, 운동복 바지, "
        "체육복 바지, 조거팬츠, 조거 바지, 몸뻬, 몸빼, 몸뻬바지, 정장 바지, 양복 바지, "
        "등산 바지, 등산복 바지, 등산복 하의, 치노 바지, 작업복 바지, 군복 바지, 팬츠, 골덴 바지, 통바지, "
        "와이드팬츠, 멜빵바지, 카고바지, 카고 팬츠, 면 바지, 기모바지, "
        "골프바지, 나팔바지, 일바지, 교복 바지",
        trousers,
    )
    yield from forms(
        "trousers, pants, pant, slacks, leggings, chinos, chino, sweatpants, track pants, joggers, dress pants, "
        "cargo pants, overalls, "
        "dungarees, corduroys, suit trousers, yoga pants, long pants, long trousers, tights, trouser",
        trousers,
    )
    jeans = Thing(Part.LOWER, (_TROUSERS,), "blue")
    yield from forms("청바지, 데님, 데님 바지, 진바지, 찢어진 청바지, 찢청, 스키니진", jeans)
    yield from forms("jeans, jean, denims, denim, denim trousers", jeans)
    yield from forms("청멜빵바지", jeans)
    yield from forms("블랙진, 흑청바지, 흑청", Thing(Part.LOWER, (_TROUSERS,), "black"))
    yield from forms("백바지", Thing(Part.LOWER, (_TROUSERS,), "white"))
    yield from forms("반바지, 숏팬츠, 핫팬츠, 짧은 바지, 칠부바지, 칠부 바지, 5부 바지, 버뮤다", Thing(Part.LOWER, (_SHORTS,)))
    yield from forms(
        "shorts, short pants, short trousers, hot pants, bermudas, cut-offs, gym shorts", Thing(Part.LOWER, (_SHORTS,))
    )
    yield from forms("청반바지, 청 반바지", Thing(Part.LOWER, (_SHORTS,), "blue"))
    yield from forms("denim shorts, jean shorts", Thing(Part.LOWER, (_SHORTS,), "blue"))
    yield from forms(
        "치마, 스커트, 롱스커트, 미니스커트, 롱치마, 주름치마, 교복 치마, 긴치마, 짧은 치마, 긴 치마",
        Thing(Part.LOWER, (_SKIRT,)),
    )
    yield from forms("skirt, miniskirt, mini skirt, long skirt, pleated skirt, short skirt", Thing(Part.LOWER, (_SKIRT,)))
    yield from forms("청치마, 데님 스커트", Thing(Part.LOWER, (_SKIRT,), "blue"))
    yield from forms("denim skirt, jean skirt", Thing(Part.LOWER, (_SKIRT,), "blue"))


def _whole() -> Entries:
    track = Thing(Part.WHOLE, (_LONG, _TROUSERS))
    yield from forms("츄리닝, 추리닝, 트레이닝복, 트레이닝, 운동복, 체육복, 추리닝복, 츄리닝복", track)
    yield from forms("tracksuit, track suit, jogging suit, sweatsuit, sweats", track)
    suit = Thing(Part.WHOLE, (_COAT, _TROUSERS))
    yield from forms("정장, 양복, 수트, 슈트", suit)
    yield from forms("suit, business suit", suit)
    yield from forms(
        ("위아래, 위 아래, 전체적으로, 온통, 전신,  위아래 옷, 위아래로, 상하의, 상하의 모두, 아래위, 상하"),
        Thing(Part.WHOLE, generic=True),
    )
    yield from forms(
        "all in, dressed all in, all dressed in, dressed entirely in, top and bottom", Thing(Part.WHOLE, generic=True)
    )


def _shoes() -> Entries:
    shoes = Thing(Part.SHOES)
    yield from forms(
        "운동화, 구두, 부츠, 슬리퍼, 쓰레빠, 샌들, 샌달, 장화, 스니커즈, 단화, 하이힐, 힐, 워커, 등산화, 크록스, "
        "고무신, 로퍼, 실내화, 런닝화, 컨버스, 축구화, 털신",
        shoes,
    )
    yield from forms(
        "sneakers, sneaker, boots, boot, slippers, slipper, sandals, sandal, trainers, trainer, heels, "
        "high heels, flip-flops, loafers, "
        "clogs, running shoes, wellingtons, rain boots, flats, hiking boots, dress shoes",
        shoes,
    )
    yield from forms("신발, 신", Thing(Part.SHOES, generic=True))
    yield from forms("shoes, shoe, footwear", Thing(Part.SHOES, generic=True))


def _generic() -> Entries:
    yield from forms(
        ("상의, 윗도리, 웃도리, 윗옷, 웃옷, 웃통, 탑, 위는, 위에는, 위엔, 윗부분, 옷, 옷차림, 의상, 의복"),
        Thing(Part.UPPER, generic=True),
    )
    yield from forms("top, upper body, clothes, clothing, outfit", Thing(Part.UPPER, generic=True))
    yield from forms("하의, 아랫도리, 아래는, 아래에는, 아래엔, 밑에는, 밑은, 아래옷, 바지쪽", Thing(Part.LOWER, generic=True))
    yield from forms("bottom, bottoms, lower body", Thing(Part.LOWER, generic=True))

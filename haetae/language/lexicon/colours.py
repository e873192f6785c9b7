"""Colours: their Korean roots with the forms that are made of them, and English names."""

from __future__ import annotations

from collections.abc import Iterator

from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.meanings import Colour

_ADNOMINAL = {
    "red": "빨간, 뻘건, 붉은, 시뻘건, 새빨간, 벌건",
    "blue": "파란, 퍼런, 푸른, 새파란, 시퍼런",
    "yellow": "노란, 누런, 샛노란, 노오란",
    "black": "검은, 까만, 꺼먼, 거먼, 시커먼, 새까만, 시꺼먼",
    "white": "흰, 하얀, 허연, 새하얀, 희끄무레한",
    "green": "푸르스름한",
    "grey": "희뿌연",
}
_NOUNS = {
    "red": (
        "빨강, 빨간색, 빨강색, 적색, 홍색, 진홍색, 선홍색, 붉은색, 다홍색, 다홍, 레드, 뻘건색, 주홍, 주홍색, "
        "체리색, 버건디, 와인, 와인색, 포도주색"
    ),
    "orange": "주황, 주황색, 오렌지, 오렌지색, 귤색, 당근색, 등색",
    "yellow": "노랑, 노란색, 노랑색, 황색, 누런색, 겨자색, 머스타드, 옐로우, 옐로, 병아리색, 개나리색, 레몬색",
    "green": (
        "초록, 초록색, 녹색, 연두, 연두색, 풀색, 국방색, 그린, 민트, 민트색, 쑥색, 올리브, 올리브색, 진녹색, "
        "연녹색, 초록빛, 형광연두"
    ),
    "blue": (
        "파랑, 파란색, 파랑색, 청색, 남색, 곤색, 군청색, 감색, 네이비, 네이비색, 하늘색, 소라색, 쪽색, 쪽빛, "
        "푸른색, 블루, 남빛, 하늘, 스카이블루, 퍼런색, 인디고"
    ),
    "purple": "보라, 보라색, 자색, 연보라, 연보라색, 진보라, 라벤더, 라벤더색, 가지색, 퍼플, 라일락색",
    "pink": "분홍, 분홍색, 핑크, 핑크색, 연분홍, 연분홍색, 진분홍, 꽃분홍, 진달래색, 핫핑크, 복숭아색",
    "brown": "갈색, 고동색, 밤색, 브라운, 커피색, 황토색, 흙색, 초콜릿색, 초코색, 고동, 연갈색, 진갈색, 카멜, 카멜색, 낙타색",
    "beige": "베이지, 베이지색, 크림색, 미색, 살색, 상아색, 누드톤, 모래색",
    "grey": "회색, 쥐색, 잿빛, 그레이, 은색, 은빛, 실버, 먹색, 차콜, 진회색, 연회색, 재색",
    "black": "검정, 검정색, 검은색, 검은빛, 까만색, 꺼먼색, 흑색, 블랙, 깜장, 깜장색, 껌정",
    "white": "하양, 하얀색, 흰색, 백색, 화이트, 하양색, 허연색, 흰빛",
}
_DOUBTFUL = {
    ("green", "brown"): "카키, 카키색",
    ("green", "blue"): "청록, 청록색, 옥색, 비취색, 터키색, 터콰이즈",
    ("red", "purple"): "자주, 자주색, 자줏빛, 팥죽색",
    ("white", "beige"): "아이보리, 아이보리색, 우유색, 오프화이트",
    ("yellow", "green"): "형광, 형광색",
    ("orange", "pink"): "살구색, 코랄, 산호색, 연어색",
    ("yellow", "brown"): "금색, 골드",
}
_ENGLISH = {
    "red": "red, reddish, crimson, scarlet, maroon, burgundy, wine, wine-colored, wine-coloured, cherry red",
    "orange": "orange, tangerine",
    "yellow": "yellow, mustard, lemon, golden yellow, yellowish",
    "green": "green, olive, lime, lime green, mint, emerald, greenish, army green",
    "blue": "blue, navy, navy blue, sky blue, azure, indigo, royal blue, baby blue, bluish",
    "purple": "purple, violet, lilac, lavender, plum, mauve",
    "pink": "pink, hot pink, fuchsia, rose, pinkish",
    "brown": "brown, chocolate, chestnut, brownish, coffee-colored, coffee-coloured",
    "beige": "beige, cream, sand, cream-colored, cream-coloured",
    "grey": "grey, gray, silver, charcoal, greyish, grayish",
    "black": "black, jet black",
    "white": "white, snow white, whitish",
}
_ENGLISH_DOUBTFUL = {
    ("green", "brown"): "khaki",
    ("green", "blue"): "teal, turquoise, aqua, cyan",
    ("red", "purple"): "magenta",
    ("white", "beige"): "ivory, off-white",
    ("beige", "brown"): "tan, camel",
    ("orange", "pink"): "coral, salmon, peach, apricot",
    ("yellow", "brown"): "gold, golden",
    ("yellow", "green"): "neon, fluorescent, hi-vis, high-visibility, high vis",
}
_SHADES = "진한, 연한, 짙은, 옅은, 밝은, 어두운, 진, 연, 탁한, 바랜, 선명한"
_ENGLISH_SHADES = "dark, light, bright, pale, deep, faded, pastel"


def entries() -> list[tuple[str, object]]:
    """All colours, alone and with a word for their shade before them."""
    plain = every(_korean(), _english())
    return plain + [(f"{shade} {form}", meaning) for form, meaning in plain for shade in _shades(form)]


def _korean() -> Entries:
    for value, names in _ADNOMINAL.items():
        yield from forms(names, Colour((value,), adnominal=True))
    for value, names in _NOUNS.items():
        yield from forms(names, Colour((value,)))
    for values, names in _DOUBTFUL.items():
        yield from forms(names, Colour(values))
    for value, names in (
        ("yellow", "형광 노랑, 형광 노란색"),
        ("green", "형광 초록, 형광 녹색"),
        ("orange", "형광 주황"),
        ("pink", "형광 핑크"),
    ):
        yield from forms(names, Colour((value,)))


def _english() -> Entries:
    for value, names in _ENGLISH.items():
        yield from forms(names, Colour((value,)))
    for values, names in _ENGLISH_DOUBTFUL.items():
        yield from forms(names, Colour(values))


def _shades(form: str) -> Iterator[str]:
    yield from (shade.strip() for shade in (_ENGLISH_SHADES if form.isascii() else _SHADES).split(","))

"""Bags, hats, glasses and hair."""

from __future__ import annotations

from haetae.domain.attributes import AttributeName
from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.meanings import Part, Thing, Trait


def entries() -> list[tuple[str, object]]:
    """All of them."""
    return every(_bags(), _heads(), _hair())


def _bag(*values: str) -> Thing:
    return Thing(Part.CARRIED, ((AttributeName.BAG, values),))


def _bags() -> Entries:
    yield from forms(
        "백팩, 배낭, 책가방, 등가방, 학생가방, 백팩 가방, 등산 배낭, 등산 가방, 륙색, 학교 가방, 란도셀", _bag("backpack")
    )
    yield from forms("backpack, back pack, rucksack, school bag, schoolbag, knapsack, book bag", _bag("backpack"))
    yield from forms("핸드백, 손가방, 클러치, 클러치백, 손지갑 가방, 토트백, 일수가방", _bag("handbag"))
    yield from forms("handbag, hand bag, purse, clutch, pocketbook", _bag("handbag"))
    yield from forms(
        "크로스백, 크로스 가방, 슬링백, 메신저백, 메신저 가방, 옆가방, 힙색, 어깨끈 가방, 사선 가방, 크로스바디백",
        _bag("crossbody"),
    )
    yield from forms(
        ("crossbody, crossbody bag, cross-body bag, messenger bag, sling bag, satchel, cross-body"), _bag("crossbody")
    )
    yield from forms(
        "숄더백, 어깨 가방, 에코백, 쇼핑백, 쇼핑 가방, 종이 가방, 종이백, 비닐봉지, 비닐봉투, 비닐 봉지, 봉지, "
        "봉투, 장바구니, 캐리어, 여행 가방, 여행가방, 서류 가방, 서류가방, 보스턴백, "
        "더플백, 보조가방, 트렁크, 시장가방, 천가방, 짐가방",
        _bag("bag"),
    )
    yield from forms(
        "tote, tote bag, shoulder bag, shopping bag, plastic bag, paper bag, suitcase, briefcase, duffel bag, "
        "duffle bag, gym bag, "
        "sports bag, carrier bag, travel bag, luggage, trolley, canvas bag, holdall",
        _bag("bag"),
    )
    yield from forms("가방, 백", _bag("backpack", "handbag", "crossbody", "bag"))
    yield from forms("bag", _bag("backpack", "handbag", "crossbody", "bag"))
    yield from forms("빈손, 맨손, 빈 손", Trait(((AttributeName.BAG, ("none",)),)))
    yield from forms("empty-handed, bagless", Trait(((AttributeName.BAG, ("none",)),)))


def _heads() -> Entries:
    hat = Thing(Part.CARRIED, ((AttributeName.HAT, ("hat",)),))
    yield from forms(
        "모자, 캡, 캡모자, 야구모자, 야구 모자, 볼캡, 비니, 벙거지, 벙거지 모자, 버킷햇, 중절모, 밀짚모자, "
        "털모자, 베레모, 챙모자, 썬캡, 선캡, 빵모자, 군모, 페도라, 스냅백, "
        "골프 모자, 햇빛 가리개 모자, 방울모자, 사파리 모자, 귀마개 모자",
        hat,
    )
    yield from forms(
        "hat, cap, beanie, baseball cap, bucket hat, sun hat, fedora, beret, woolly hat, wool hat, visor, "
        "knit cap, knitted hat, trucker hat, cowboy hat, headgear",
        hat,
    )
    helmet = Thing(Part.CARRIED, ((AttributeName.HAT, ("helmet",)),))
    yield from forms("헬멧, 헬맷, 핼멧, 안전모, 하이바, 작업모, 화이바, 오토바이 헬멧", helmet)
    yield from forms("helmet, hard hat, hardhat, safety helmet, bike helmet, crash helmet", helmet)
    yield from forms("hatless, bareheaded, bare-headed, 맨머리", Trait(((AttributeName.HAT, ("none",)),)))
    glasses = Thing(Part.CARRIED, ((AttributeName.GLASSES, ("plain",)),))
    yield from forms("안경, 뿔테, 뿔테 안경, 금테 안경, 금테, 돋보기, 뿔테안경, 안경테", glasses)
    yield from forms("glasses, eyeglasses, spectacles, specs, eyewear", glasses)
    dark = Thing(Part.CARRIED, ((AttributeName.GLASSES, ("sunglasses",)),))
    yield from forms("선글라스, 썬글라스, 선그라스, 색안경, 썬그라스, 라이방", dark)
    yield from forms("sunglasses, shades, dark glasses, sun glasses", dark)


def _hair() -> Entries:
    def hair(value: str) -> Thing:
        return Thing(Part.HAIR, ((AttributeName.HAIR, (value,)),))

    yield from forms("단발, 단발머리, 단발 머리, 똑단발, 칼단발, 보브컷, 보브 단발", hair("bob"))
    yield from forms("bob, bobbed hair, bob cut, bob haircut, chin-length hair", hair("bob"))
    yield from forms("긴머리, 긴 생머리, 장발, 생머리, 롱헤어, 긴 머리", hair("long"))
    yield from forms("long hair, long-haired, long straight hair, long haired", hair("long"))
    yield from forms(
        "짧은머리, 짧은 머리, 숏컷, 숏커트, 쇼트커트, 쇼트컷, 커트머리, 컷트머리, 컷트, 커트, 스포츠머리, "
        "스포츠 머리, 까까머리, 삭발, 빡빡머리, 상고머리, 반삭, 까까 머리, 빡빡이",
        hair("short"),
    )
    yield from forms(
        "short hair, short-haired, crew cut, buzz cut, cropped hair, short haired, pixie cut, shaved head", hair("short")
    )
    yield from forms("대머리, 민머리, 탈모, 머리가 벗겨진, 머리 벗겨진, 머리숱이 없는, 머리가 없는", hair("bald"))
    yield from forms("bald, balding, bald-headed, bald head", hair("bald"))
    yield from forms("머리, 머리카락, 머리칼, 헤어", Thing(Part.HAIR, generic=True))
    yield from forms("hair, haired", Thing(Part.HAIR, generic=True))

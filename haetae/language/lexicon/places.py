"""Words that mark places, and the kinds of place."""

from __future__ import annotations

from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.meanings import PlaceMark, PlaceNoun

_SUFFIXES = (
    "초등학교, 중학교, 고등학교, 대학교, 유치원, 어린이집, 학교, 백화점, 시장, 공원, 사거리, 오거리, 삼거리, 네거리, "
    "교차로, 로터리, 역, 터미널, 정류장, 병원, 의원, 약국, 편의점, 마트, 아파트, 빌라, 단지, 놀이터, 광장, 호수, "
    "저수지, 유원지, 수목원, 동물원, 식물원, 극장, 영화관, 박물관, 도서관, 미술관, 경기장, 체육관, 수영장, 시청, "
    "구청, 군청, 주민센터, 경찰서, 파출소, 지구대, 우체국, 은행, 교회, 성당, 절, 사찰, 주차장, 육교, 지하도, "
    "지하상가, 상가, 빌딩, 호텔, 모텔, 식당, 카페, 요양원, 요양병원, 복지관, 경로당, 노인정, 학원, 골목, 대로, 터널, "
    "다리, 대교, 공항, 항구, 해수욕장, 등산로, 산책로, 체육공원, 휴게소, 톨게이트, 출구, 입구, 정문, 후문, 동문, "
    "서문, 남문, 북문, 매표소, 승강장, 대합실, 캠퍼스, 운동장, 분수대, 약수터, 놀이공원, 산, 강, 천, 못, 동, 구, 시, "
    "군, 길"
)
SUFFIXES = _SUFFIXES.split(", ")
"""What the name of a place may end in."""

_SHORT_AND_COMMON = {"역", "절", "산", "강", "천", "못", "동", "구", "시", "군", "길", "다리", "대로"}


def least_before(suffix: str) -> int:
    """How many syllables must stand before the suffix for the word to be a place; the short ones end other words too."""
    return 2 if suffix in _SHORT_AND_COMMON else 1


def entries() -> list[tuple[str, object]]:
    """All of them."""
    return every(_korean(), _english())


def _korean() -> Entries:
    yield from forms(", ".join(word for word in SUFFIXES if word not in _SHORT_AND_COMMON), PlaceNoun())
    yield from forms(
        "지하철역, 기차역, 전철역, 버스 정류장, 버스 정거장, 버스 터미널, 정류소, 학교 앞, 지하철, 건널목, "
        "횡단보도, 아파트 단지, 쇼핑몰, 집, 서울, 부산, 대구, 인천, 광주, 대전, 울산, 세종, 수원, 제주, 화장실, "
        "남쪽, 북쪽, 동쪽, 서쪽, 남측, 북측, 동측, 서측",
        PlaceNoun(),
    )
    yield from ((f"{number}번 출구", PlaceNoun()) for number in range(1, 21))
    sure = PlaceMark(sure=True, ahead=False)
    yield from forms(
        "근처, 근방, 인근, 부근, 주변, 앞, 앞쪽, 맞은편, 건너편, 옆, 뒤편, 뒷편, 방향, 방면, 일대, 쪽, 언저리, "
        "입구쪽, 안에서, 안쪽, 앞길, 뒤쪽, 뒤, 내부, 안쪽에서, 밖, 밖에서, 주위",
        sure,
    )


def _english() -> Entries:
    yield from forms(
        "near, near to, nearby, close to, next to, outside, outside of, inside, inside of, in front of, beside, "
        "behind, opposite, "
        "at, by, towards, toward, around, across from, into, past, along, through, leaving from, in the area of, "
        "in the vicinity of",
        PlaceMark(sure=True, ahead=True),
    )
    yield from forms("in, on, from, to, within", PlaceMark(sure=False, ahead=True))
    yield from forms(
        "station, park, lake, mall, shopping mall, cinema, theatre, theater, market, school, hospital, library, "
        "museum, zoo, airport, "
        "bus stop, bus terminal, terminal, crossing, crossroads, intersection, street, road, avenue, square, "
        "plaza, gate, entrance, "
        "exit, bridge, river, church, store, shop, supermarket, pharmacy, restaurant, cafe, hotel, building, "
        "playground, stadium, "
        "car park, parking lot, beach, harbour, harbor, temple, university, underpass, subway, metro, platform, "
        "city centre, downtown, "
        "fountain, office, bank, police station, apartment, alley, tunnel, gym, pool, house, hall, tower, kindergarten, corner",
        PlaceNoun(),
    )

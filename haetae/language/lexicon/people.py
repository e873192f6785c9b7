"""Words for people: gender, age band, which way they face.

Bands as the attribute network learnt them: a child is up to 12, a teenager up to 19, a young adult up to 39, the middle-aged up
to 59.
"""

from __future__ import annotations

from haetae.domain.attributes import AttributeName
from haetae.language.lexicon.entry import Entries, every, forms
from haetae.language.meanings import Ask, Carrying, Glue, GlueKind, Length, Trait

_MALE: Ask = (AttributeName.GENDER, ("male",))
_FEMALE: Ask = (AttributeName.GENDER, ("female",))
_LAST_YEARS = ((12, "child"), (19, "teenager"), (39, "young_adult"), (59, "middle_aged"))


def band(years: int) -> str:
    """The age band that somebody of so many years is in."""
    return next((name for last, name in _LAST_YEARS if years <= last), "old")


def age(*bands: str) -> Ask:
    """The age bands as something asked."""
    return (AttributeName.AGE_BAND, bands)


def entries() -> list[tuple[str, object]]:
    """All of them."""
    return every(_gender(), _children(), _grown(), _old(), _direction(), _others())


def _gender() -> Entries:
    yield from forms("남자, 남성, 사내, 남정네, 남자분, 남자 사람", Trait((_MALE,)))
    yield from forms("man, men, male, guy, gentleman, he, father, dad, husband, mr", Trait((_MALE,)))
    yield from forms("신사, 아빠, 아버지, 아버님, 오빠, 남편, 아들", Trait((_MALE,)))
    yield from forms(
        "여자, 여성, 여인, 여자분, 부인, 여자 사람, 엄마, 어머니, 어머님, 언니, 누나, 딸, 아내, 숙녀", Trait((_FEMALE,))
    )
    yield from forms("woman, women, female, lady, ladies, she, mother, mom, mum, wife", Trait((_FEMALE,)))


def _children() -> Entries:
    child, loose = age("child"), age("child", "teenager")
    yield from forms(
        "어린이, 유아, 아기, 애기, 유치원생, 초등학생, 초딩, 초등생, 국민학생, 어린아이, 어린애, 원아, 아동, 어린, 영아, 미취학",
        Trait((child,)),
    )
    yield from forms("아이, 애, 꼬마, 꼬맹이", Trait((child,), weight=1))
    yield from ((f"초등학교 {grade}학년", Trait((child,))) for grade in range(1, 7))
    yield from ((f"초등 {grade}학년", Trait((child,))) for grade in range(1, 7))
    yield from forms(
        "toddler, baby, infant, little one, kindergartner, preschooler, "
        "primary school pupil, pupil, "
        "elementary school student, schoolchild, primary school child, elementary schooler, kindergartener, small child",
        Trait((child,)),
    )
    yield from forms("child, children, kid", Trait((child,), weight=1))
    yield from forms(
        "남자아이, 남자 아이, 남자애, 남아, 사내아이, 남자 어린이, 남자 꼬마, 사내애, 머슴애, 꼬마 남자애",
        Trait((_MALE, child), weight=1),
    )
    yield from forms(
        "여자아이, 여자 아이, 여자애, 여아, 계집아이, 여자 어린이, 여자 꼬마, 꼬마 여자애, 계집애",
        Trait((_FEMALE, child), weight=1),
    )
    yield from forms("little boy, small boy", Trait((_MALE, child)))
    yield from forms("little girl, small girl", Trait((_FEMALE, child)))
    yield from forms("소년, 남자 청소년", Trait((_MALE, loose), weight=1))
    yield from forms("boy, schoolboy, school boy", Trait((_MALE, loose), weight=1))
    yield from forms("소녀", Trait((_FEMALE, loose), weight=1))
    yield from forms("girl, schoolgirl, school girl", Trait((_FEMALE, loose), weight=1))
    teen = age("teenager")
    yield from forms(
        "중학생, 고등학생, 중딩, 고딩, 청소년, 중고생, 중고등학생, 사춘기, 고등학교 학생, 중학교 학생, 고교생",
        Trait((teen,)),
    )
    yield from forms(
        "teenager, teen, adolescent, teenage, high school student, high schooler, middle school student", Trait((teen,))
    )
    yield from ((f"{school} {grade}학년", Trait((teen,))) for school in ("중학교", "고등학교") for grade in range(1, 4))
    yield from forms("학생", Trait((teen,), weight=1))
    yield from forms("남학생, 남고생, 남중생", Trait((_MALE, teen), weight=1))
    yield from forms("여학생, 여고생, 여중생", Trait((_FEMALE, teen), weight=1))
    yield from forms("student", Trait((age("teenager", "young_adult"),), weight=1))
    yield from forms("high school girl, teenage girl, teen girl", Trait((_FEMALE, teen)))
    yield from forms("high school boy, teenage boy, teen boy", Trait((_MALE, teen)))


def _grown() -> Entries:
    young, middle = age("young_adult"), age("middle_aged")
    yield from forms("청년, 대학생, 젊은이, 젊은, 젊은 사람, 대딩, 신입생", Trait((young,)))
    yield from forms("young adult, young, college student, university student, youth", Trait((young,)))
    yield from forms("총각, 젊은 남자", Trait((_MALE, young)))
    yield from forms("아가씨, 처녀, 젊은 여자, 여대생", Trait((_FEMALE, young)))
    yield from forms("중년, 장년, 중장년", Trait((middle,)))
    yield from forms("middle-aged, middle aged, middle age", Trait((middle,)))
    yield from forms("아저씨, 아재, 중년 남성, 중년 남자", Trait((_MALE, middle), weight=1))
    yield from forms("아줌마, 아주머니, 아지매, 중년 여성, 중년 여자, 아주머님", Trait((_FEMALE, middle), weight=1))
    grown = age("young_adult", "middle_aged", "old")
    yield from forms("성인, 어른", Trait((grown,), weight=1))
    yield from forms("adult, grown-up", Trait((grown,), weight=1))


def _old() -> Entries:
    old = age("old")
    yield from forms(
        "노인, 어르신, 고령, 고령자, 늙은, 나이 든, 나이 많은, 노년, 연로한, 나이 지긋한, 노약자, 늙은이", Trait((old,))
    )
    yield from forms("elderly, old, senior, aged, older, elder, pensioner, senior citizen", Trait((old,)))
    yield from forms("할아버지, 할배, 영감, 할아범, 노신사, 영감님, 하라버지, 할아부지", Trait((_MALE, old)))
    yield from forms("grandfather, grandpa, granddad, old man, elderly man, old gentleman", Trait((_MALE, old)))
    yield from forms("할머니, 할매, 노부인, 할멈, 할무니, 노파", Trait((_FEMALE, old)))
    yield from forms("grandmother, grandma, granny, old woman, old lady, elderly woman, elderly lady", Trait((_FEMALE, old)))


def _direction() -> Entries:
    def seen(value: str) -> Trait:
        return Trait(((AttributeName.DIRECTION, (value,)),))

    yield from forms("뒷모습, 뒷모습만, 등을 보이는, 뒤돌아선, 뒤돌아 선, 등진, 후면", seen("back"))
    yield from forms(
        "from behind, from the back, facing away, back to the camera, back view, rear view, seen from behind", seen("back")
    )
    yield from forms("앞모습, 정면, 정면을 보는, 카메라를 보는, 정면을 보고, 정면을 향한", seen("front"))
    yield from forms("facing the camera, from the front, front view, facing forward, facing front", seen("front"))
    yield from forms("옆모습, 측면", seen("side"))
    yield from forms("from the side, side view, in profile, sideways", seen("side"))


def _others() -> Entries:
    yield from forms("안은, 안고, 안고 있는, 업은, 업고, 업고 있는, 품에 안은", Carrying())
    yield from forms("긴, 길고, 길며, 길었음, 긴편, 길음, 길다, 길게", Length(True))
    yield from forms("짧은, 짧고, 짧으며, 짧음, 짧았음, 짧다, 짧게", Length(False))
    yield from forms("long", Length(True))
    yield from forms("short", Length(False))
    yield from forms(
        "사람, 분, 실종자, 대상자, 인물, 자, 씨, 용의자, 보행자, 행인, 시민, 가출인, 미아, 일행, 누군가, 님",
        Glue(GlueKind.FILLER),
    )
    yield from forms("person, people, someone, somebody, individual, missing person, subject, anyone", Glue(GlueKind.FILLER))

"""Patterns of ages, sizes, and genders of one letter. Each gives what a match means."""

from __future__ import annotations

import re

from haetae.domain.attributes import AttributeName
from haetae.language.lexicon.entry import Pattern
from haetae.language.lexicon.people import age, band
from haetae.language.meanings import Beyond, Trait
from haetae.language.numerals import DECADES, ENGLISH_NUMBER, NATIVE, SINO_TENS, number

_PAIRS = {
    "한두": 2, "두세": 3, "두서너": 3, "서너": 4, "너댓": 5, "네댓": 5, "네다섯": 5, "대여섯": 6, "예닐곱": 7, "일고여덟": 8,
    "일여덟": 8, "여덟아홉": 9, "열두세": 13, "열두어": 12, "열서너": 14,
}  # fmt: skip
"""Two neighbouring ages said in one word, as the older one."""
_N = rf"\d{{1,3}}|{NATIVE}|{SINO_TENS}"
_AGED = r"(?:\s*(?:배기|박이|짜리|가량|남짓|된))?"
_OLD = r"[\s-]*(?:years?|yrs?|y)[\s-]*(?:olds?|o)|\s*(?:yo|y/o)"
_TENS = r"(?:[1-9]0|(?:일|이|삼|사|오|육|칠|팔|구)?십)"
_TO = r"\s*(?:~|-|–|∼|에서|to|and|or|부터|내지)\s*"
_END = r"(?![a-z0-9])"
_WHOSE = r"(?:in\s+)?(?:(?:his|her|their|the)\s+)?(?:(?:early|mid|late)[\s-]*)?"
_SIZE = r"cm|센티미터|센티|센치|kg|킬로그램|킬로|미터|m|키로|feet|foot|ft|lbs?|pounds|inch(?:es)?"


def _years(match: re.Match[str]) -> Trait:
    return Trait((age(band(number(match["n"]))),), weight=3)


def _years_between(match: re.Match[str]) -> Trait:
    bands = dict.fromkeys(band(years) for years in range(number(match["n"]), number(match["m"]) + 1))
    return Trait((age(*bands),), weight=3) if bands else _years(match)


def _paired_years(match: re.Match[str]) -> Trait:
    return Trait((age(band(_PAIRS[match["n"]])),), weight=3)


def _decade(match: re.Match[str]) -> Trait:
    text = match["n"]
    years = DECADES[text] if text in DECADES else number(text)
    return Trait((age("teenager" if years == 10 else band(years)),), weight=3)


def _beyond(_: re.Match[str]) -> Beyond:
    return Beyond()


PATTERNS: list[Pattern] = [
    (re.compile(pattern), reading)
    for pattern, reading in (
        (rf"(?P<n>{_N}){_TO}(?P<m>{_N})\s*(?:살|세)(?!기){_AGED}", _years_between),
        (rf"(?P<n>{_N})\s*(?:살|세){_TO}(?P<m>{_N})\s*(?:살|세)(?!기){_AGED}", _years_between),
        (rf"(?P<n>{'|'.join(_PAIRS)})\s*(?:살|세){_AGED}", _paired_years),
        (rf"(?:만\s*)?(?P<n>{_N})\s*(?:살|세)(?!기|트){_AGED}", _years),
        (rf"(?P<n>{_TENS})\s*대", _decade),
        (rf"(?:between\s+)?(?P<n>{ENGLISH_NUMBER}){_TO}(?P<m>{ENGLISH_NUMBER})"
         rf"(?:{_OLD}|[\s-]*years?)(?:\s+of\s+age)?{_END}", _years_between),
        (rf"(?P<n>{ENGLISH_NUMBER})(?:{_OLD}|\s+years?\s+of\s+age){_END}", _years),
        (rf"(?:aged|age)\s*(?:between\s+|from\s+)?(?P<n>\d{{1,2}}){_TO}(?P<m>\d{{1,2}}){_END}", _years_between),
        (rf"(?:aged|ages?:?)\s+(?:about\s+|around\s+|of\s+)?(?P<n>{ENGLISH_NUMBER}){_END}(?!\s+(?:minute|hour|day))", _years),
        (rf"{_WHOSE}(?P<n>{'|'.join(DECADES)}){_END}", _decade),
        (rf"{_WHOSE}(?P<n>[1-9]0)'?s{_END}", _decade),
        (r"(?<![가-힣])남(?![가-힣])", lambda _: Trait(((AttributeName.GENDER, ("male",)),))),
        (r"(?<![가-힣])여(?![가-힣])", lambda _: Trait(((AttributeName.GENDER, ("female",)),))),
        (rf"\d+(?:\.\d+)?\s*(?:{_SIZE})(?![a-z])", _beyond),
    )
]  # fmt: skip

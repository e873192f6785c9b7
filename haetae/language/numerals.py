"""Numbers in words: Korean (native and Sino-Korean) and English, up to 99."""

from __future__ import annotations

import re

_ONES = {
    "한": 1,
    "하나": 1,
    "두": 2,
    "둘": 2,
    "세": 3,
    "셋": 3,
    "네": 4,
    "넷": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "아홉": 9,
}
_TENS = {"열": 10, "스물": 20, "스무": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90}
_SINO = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}
_UP_TO_19 = (
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_ENGLISH = _UP_TO_19.split()
_ENGLISH_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
DECADES = {
    "teens": 10, "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80,
    "nineties": 90,
}  # fmt: skip


def _any(words: dict[str, int] | list[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


NATIVE = rf"(?:(?:{_any(_TENS)})(?:{_any(_ONES)})?|(?:{_any(_ONES)}))"
SINO_TENS = rf"(?:[{''.join(_SINO)}]?십[{''.join(_SINO)}]?)"
SINO = rf"(?:{SINO_TENS}|[{''.join(_SINO)}])"
WORDED = rf"(?:(?:{_any(_ENGLISH_TENS)})(?:[\s-](?:{_any(_ENGLISH[1:10])}))?|(?:{_any(_ENGLISH[1:])})|an?)"
KOREAN_NUMBER = rf"(?:\d{{1,3}}|{NATIVE}|{SINO})"
ENGLISH_NUMBER = rf"(?:\d{{1,3}}|{WORDED})"


def number(text: str) -> int:
    """The number that digits or words such as "스물다섯", "이십", "twenty-five", "an" stand for. Raises ValueError."""
    if text.isdigit():
        return int(text)
    words = [word for word in re.split(r"[\s-]+", text) if word]
    if all(word.isascii() for word in words):
        return sum(_english(word) for word in words)
    return _native(text) if re.fullmatch(NATIVE, text) else _sino(text)


def _english(word: str) -> int:
    if word in {"a", "an"}:
        return 1
    return _ENGLISH_TENS.get(word) or _ENGLISH.index(word)


def _native(text: str) -> int:
    tens = next((word for word in _TENS if text.startswith(word)), "")
    return _TENS.get(tens, 0) + _ONES.get(text[len(tens) :], 0)


def _sino(text: str) -> int:
    before, ten, after = text.rpartition("십")
    tens = _SINO.get(before, 1) * 10 if ten else 0
    if not ten and after not in _SINO:
        raise ValueError(f"'{text}' is no number")
    return tens + _SINO.get(after, 0)

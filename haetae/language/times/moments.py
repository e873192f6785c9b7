"""Words of time gathered into moments: a day, a part of it, a time on the clock, and what holds two of them together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from haetae.language.meanings import GlueKind
from haetae.language.times.pieces import Ago, Clock, DayPart, DaysAgo, Latest, Mark, Moments, MonthDay, Piece, Weekday, WeeksAgo
from haetae.language.tokens import Token

_WEEK = 7
_SINGLE = (DaysAgo, WeeksAgo, Weekday, MonthDay, DayPart, Clock, Ago, Latest, Moments)
_LINKS = (GlueKind.PARTICLE, GlueKind.TOPIC, GlueKind.FILLER, GlueKind.ARTICLE, GlueKind.ENDING)


@dataclass(slots=True)
class Moment:
    """What one moment is made of; at least one part is there."""

    day: DaysAgo | Weekday | MonthDay | None = None
    week: WeeksAgo | None = None
    part: DayPart | None = None
    clock: Clock | None = None
    ago: Ago | None = None
    latest: Latest | None = None
    about: bool = False
    mark: Mark | None = None  # SINCE or UNTIL

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been put in yet."""
        return all(value is None for value in (self.day, self.week, self.part, self.clock, self.ago, self.latest))


@dataclass(slots=True)
class Gathered:
    """The moments of a sentence in order, whether they are the ends of one window, and the tokens that they come from."""

    moments: list[Moment] = field(default_factory=lambda: [Moment()])
    linked: bool = False
    tokens: set[int] = field(default_factory=set)

    @property
    def complete(self) -> list[Moment]:
        """The moments that hold something."""
        return [moment for moment in self.moments if not moment.is_empty]


def gathered(tokens: Sequence[Token]) -> Gathered:
    """All that the tokens say of time."""
    found = Gathered()
    for index, token in enumerate(tokens):
        pieces = list(_pieces(token))
        if pieces:
            for piece in pieces:
                _take(found, piece, is_korean=not token.text.isascii())
            found.tokens.add(index)
        elif (mark := token.of(Mark)) is not None and _hold(found, tokens, index, mark):
            found.tokens.add(index)
    return found


def _pieces(token: Token) -> Iterator[Piece]:
    piece = next((meaning for meaning in token.meanings if isinstance(meaning, _SINGLE)), None)
    if isinstance(piece, Moments):
        yield from piece.pieces
    elif piece is not None:
        yield piece


def _take(found: Gathered, piece: Piece, *, is_korean: bool) -> None:
    """Puts the piece into the current moment, or into a new one where that has no room for it."""
    if isinstance(piece, Mark):
        found.linked = True
        found.moments.append(Moment())
        return
    moment = found.moments[-1]
    if not _has_room(moment, piece, is_korean=is_korean):
        moment = Moment()
        found.moments.append(moment)
    match piece:
        case WeeksAgo():
            moment.week = piece
        case DaysAgo() | Weekday() | MonthDay():
            _take_day(moment, piece)
        case DayPart():
            moment.part = piece
        case Clock():
            moment.clock = piece
        case Ago():
            moment.ago = piece
        case Latest():
            moment.latest = piece


def _take_day(moment: Moment, day: DaysAgo | Weekday | MonthDay) -> None:
    """A date beside its weekday says it already; "a week ago on Saturday" is the Saturday of that week."""
    before = moment.day
    if isinstance(day, Weekday) and isinstance(before, MonthDay):
        return
    if isinstance(day, Weekday) and isinstance(before, DaysAgo):
        moment.week = WeeksAgo(before.n // _WEEK)
    moment.day = day


def _has_room(moment: Moment, piece: Piece, *, is_korean: bool) -> bool:
    match piece:
        case WeeksAgo():
            return moment.week is None
        case MonthDay() if isinstance(moment.day, Weekday):
            return moment.clock is None
        case Weekday() if isinstance(moment.day, MonthDay):
            return moment.clock is None
        case Weekday() if isinstance(moment.day, DaysAgo):  # "a week ago on Saturday"
            return moment.clock is None and moment.day.n > 0 and moment.day.n % _WEEK == 0
        case DaysAgo() | Weekday() | MonthDay():
            return moment.day is None
        case DayPart():  # in Korean the part of the day stands before the hour, in English after it
            return moment.part is None and not (is_korean and moment.clock is not None)
        case Clock():
            return moment.clock is None
    return True


def _hold(found: Gathered, tokens: Sequence[Token], index: int, mark: Mark) -> bool:
    """Whether a mark stands beside words of time; then it holds."""
    after_time = _near(found, tokens, index)
    before_time = _time_follows(tokens, index)
    if mark == Mark.BETWEEN:
        found.linked = found.linked or after_time or before_time
        return after_time or before_time
    if mark == Mark.AND:
        if after_time and before_time:
            found.linked = True
            _split(found)
        return after_time and before_time
    if tokens[index].text.isascii() or (mark == Mark.ABOUT and not after_time):
        return before_time and _ahead(found, mark, joined=after_time)
    return after_time and bool(found.complete) and _back(found, mark)  # after "between" alone there is no moment yet


def _ahead(found: Gathered, mark: Mark, *, joined: bool) -> bool:
    """A mark before its moment: "from 3 pm", 약 3시."""
    if mark == Mark.ABOUT:
        found.moments[-1].about = True
        return True
    if mark == Mark.UNTIL and joined:
        found.linked = True
    if mark == Mark.UNTIL:
        _split(found)
    found.moments[-1].mark = mark
    return True


def _back(found: Gathered, mark: Mark) -> bool:
    """A mark after its moment: 3시부터, 3시쯤."""
    moment = found.moments[-1] if not found.moments[-1].is_empty else found.complete[-1]
    if mark == Mark.ABOUT:
        moment.about = True
        return True
    moment.mark = mark
    found.linked = found.linked or len(found.complete) > 1
    _split(found)
    return True


def _split(found: Gathered) -> None:
    if not found.moments[-1].is_empty:
        found.moments.append(Moment())


def _near(found: Gathered, tokens: Sequence[Token], index: int) -> bool:
    """Whether the last words before are of time, with nothing but glue between."""
    for before in range(index - 1, -1, -1):
        if before in found.tokens:
            return True
        if not tokens[before].glue(*_LINKS):
            return False
    return False


def _time_follows(tokens: Sequence[Token], index: int) -> bool:
    """Whether the next words are of time, with nothing but glue and marks between."""
    for token in tokens[index + 1 :]:
        if any(True for _ in _pieces(token)):
            return True
        if not (token.glue(*_LINKS) or token.of(Mark) is not None):
            return False
    return False

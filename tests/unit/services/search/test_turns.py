"""Queries in line: first come, first served, no more than may wait, and nobody who left is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from haetae.errors import Refused
from services.search.queries.turns import Place, Turns


async def patient() -> bool:
    """Who never gives up."""
    return False


def in_a_loop(check: Callable[[], Coroutine[None, None, None]]) -> None:
    """Runs it, and not for ever."""

    async def within_20_s() -> None:
        await asyncio.wait_for(check(), 20)

    asyncio.run(within_20_s())


async def settled() -> None:
    """Lets everybody go on who can."""
    for _ in range(20):
        await asyncio.sleep(0)


def test_who_came_first_goes_first() -> None:
    """Whatever the order in which they are ready: of those that are, the one that joined first; and never two where one may."""

    async def check() -> None:
        turns, served = Turns(1, most_waiting=10, longest_wait_s=60), list[int]()
        places = [turns.join() for _ in range(5)]
        assert await places[0].turn(patient)

        async def serve(place: Place) -> None:
            assert await place.turn(patient)
            served.append(place.number)
            await asyncio.sleep(0)
            place.leave()

        others = [asyncio.create_task(serve(places[at])) for at in (3, 1, 4, 2)]
        await settled()
        assert served == []
        assert [place.n_before for place in places[1:]] == [0, 1, 2, 3]
        places[0].leave()
        await asyncio.gather(*others)
        assert served == [place.number for place in places[1:]]

    in_a_loop(check)


def test_no_more_wait_than_may() -> None:
    """One more is refused with 503 and told when to come back; when somebody left, there is room again."""

    async def check() -> None:
        turns = Turns(1, most_waiting=2, longest_wait_s=60)
        first = turns.join()
        assert await first.turn(patient)
        waiting = [turns.join(), turns.join()]
        with pytest.raises(Refused) as refused:
            turns.join()
        assert (refused.value.status, refused.value.kind) == (503, "busy")
        assert isinstance(refused.value.subject["retry_after_s"], int)
        waiting[0].leave()
        waiting[0].leave()  # twice is once
        turns.join()
        with pytest.raises(Refused):
            turns.join()

    in_a_loop(check)


def test_who_would_wait_too_long_is_not_let_in() -> None:
    """By how long the queries before took: one that would wait longer than it may is refused at once."""

    async def check() -> None:
        turns = Turns(1, most_waiting=100, longest_wait_s=0.2)
        slow = turns.join()
        assert await slow.turn(patient)
        await asyncio.sleep(0.15)
        slow.leave()
        assert await turns.join().turn(patient)
        turns.join()
        with pytest.raises(Refused):
            turns.join()

    in_a_loop(check)


def test_who_waited_too_long_is_refused_and_gone() -> None:
    """It gets 503, and the next one goes on without it."""

    async def check() -> None:
        turns = Turns(1, most_waiting=10, longest_wait_s=0.1)
        first, second, third = turns.join(), turns.join(), turns.join()
        assert await first.turn(patient)
        with pytest.raises(Refused) as refused:
            await second.turn(patient)
        assert refused.value.kind == "busy"
        second.leave()
        first.leave()
        assert await third.turn(patient)

    in_a_loop(check)


def test_who_gave_up_is_not_called() -> None:
    """A place whose caller went away is given to the next one, even where it was called in the same moment."""

    async def check() -> None:
        turns, gone = Turns(1, most_waiting=10, longest_wait_s=60), False

        async def gives_up() -> bool:
            return gone

        first, second, third = turns.join(), turns.join(), turns.join()
        assert await first.turn(patient)
        waiting = [asyncio.create_task(second.turn(gives_up)), asyncio.create_task(third.turn(patient))]
        await settled()
        gone = True
        assert await waiting[0] is False
        second.leave()
        first.leave()
        assert await waiting[1] is True
        assert not second.is_called
        called = turns.join()
        third.leave()
        assert await called.turn(gives_up)  # it was free: nobody asked whether it gives up

    in_a_loop(check)


def test_no_place_is_lost() -> None:
    """After hundreds that came, waited, gave up or were called as they left, as many are answered at once as before."""

    async def check() -> None:
        turns = Turns(3, most_waiting=500, longest_wait_s=60)

        async def one(number: int) -> None:
            place = turns.join()
            try:
                await asyncio.wait_for(place.turn(patient), 0.001 * (number % 7) + 0.001)
                await asyncio.sleep(0.0005)
            except TimeoutError:
                pass
            finally:
                place.leave()

        await asyncio.gather(*(one(number) for number in range(400)))
        last = [turns.join() for _ in range(3)]
        assert [await place.turn(patient) for place in last] == [True] * 3
        assert not turns.join().is_called
        assert turns._n_answered == 3

    in_a_loop(check)

"""Callers of the search API: each asks anew as soon as the answer is there, or queries come by chance, so many a second."""

from __future__ import annotations

import json
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from statistics import median
from typing import Any

import numpy as np

_PATIENCE_S = 120.0
_MOST_UNDER_WAY = 400  # of queries that come by chance: more than any server of ours lets wait


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask for what: ports of one or several processes in turn, a key, the request and the sightings to ask for."""

    ports: Sequence[int]
    token: str
    request: Mapping[str, Any]
    ids: Sequence[str]

    def body(self, number: int) -> bytes:
        """The `number`-th query."""
        chosen = np.random.default_rng(number).integers(len(self.ids))
        return json.dumps({**self.request, "confirmed": [self.ids[int(chosen)]]}).encode()


@dataclass(slots=True)
class Heard:
    """What callers heard: seconds of each answered query, steps' milliseconds, and what else came; `seconds` of asking."""

    seconds: float
    durations_s: list[float] = field(default_factory=list)
    steps_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    n_refused: int = 0
    failures: list[str] = field(default_factory=list)
    last_s: float = 0.0  # when the last answer came, seconds from the first question

    def figures(self) -> dict[str, Any]:
        """As they are written down."""
        rest = {"n_refused": self.n_refused, "n_failures": len(self.failures), "failures": self.failures[:3]}
        if not self.durations_s:
            return {"n": 0, "p50_ms": 0.0, "p95_ms": 0.0, **rest}
        p50, p95, p99 = (round(1000 * float(each), 1) for each in np.percentile(self.durations_s, [50, 95, 99]))
        return {
            "n": len(self.durations_s),
            "per_s": round(len(self.durations_s) / max(self.seconds, self.last_s), 1),
            "p50_ms": p50,
            "p95_ms": p95,
            "p99_ms": p99,
            "steps_ms": {step: round(median(ms), 1) for step, ms in self.steps_ms.items()},
            **rest,
        }


def closed(asking: Asking, n_callers: int, seconds: float) -> Heard:
    """So many callers for so long, each with one query under way."""
    heard, began_s = Heard(seconds), time.perf_counter()

    def call(caller: int) -> None:
        line = _Line(asking.ports[caller % len(asking.ports)], asking.token)
        number = caller
        while time.perf_counter() < began_s + seconds:
            asked_s = time.perf_counter()
            _hear(heard, line.ask(asking.body(number)), asked_s, began_s)
            number += n_callers

    _together([threading.Thread(target=call, args=(caller,)) for caller in range(n_callers)])
    return heard


def opened(asking: Asking, rate: float, seconds: float, seed: int = 1) -> Heard:
    """Queries that come by chance (Poisson), `rate` a second, whether others are answered or not; a duration counts from when a
    query came. Where as many are under way as can be, the next ones come late and their wait counts."""
    heard, began_s = Heard(seconds), time.perf_counter()
    arrivals: queue.SimpleQueue[tuple[int, float] | None] = queue.SimpleQueue()
    n_callers = min(_MOST_UNDER_WAY, max(8, int(rate * 20)))

    def call(caller: int) -> None:
        lines = [_Line(port, asking.token) for port in asking.ports]
        while (arrival := arrivals.get()) is not None:
            number, at_s = arrival
            _hear(heard, lines[number % len(lines)].ask(asking.body(number)), at_s, began_s)

    callers = [threading.Thread(target=call, args=(caller,)) for caller in range(n_callers)]
    for caller in callers:
        caller.start()
    for number, at_s in enumerate(_arrivals(rate, seconds, seed)):
        time.sleep(max(0.0, began_s + at_s - time.perf_counter()))
        arrivals.put((number, began_s + at_s))
    for _ in callers:
        arrivals.put(None)
    for caller in callers:
        caller.join()
    return heard


def _arrivals(rate: float, seconds: float, seed: int) -> Iterator[float]:
    rng, at_s = np.random.default_rng(seed), 0.0
    while (at_s := at_s + float(rng.exponential(1.0 / rate))) < seconds:
        yield at_s


def _together(threads: Sequence[threading.Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _hear(heard: Heard, answer: tuple[int, bytes], asked_s: float, began_s: float) -> None:
    now_s = time.perf_counter()
    status, document = answer
    if status == 201:
        heard.durations_s.append(now_s - asked_s)
        heard.last_s = max(heard.last_s, now_s - began_s)
        for step, ms in json.loads(document)["timings_ms"].items():
            heard.steps_ms[step].append(ms)
    elif status == 503:
        heard.n_refused += 1
        time.sleep(0.5)  # it says when to come back; nobody asks again at once
    else:
        heard.failures.append(f"{status} {document[:200].decode(errors='replace')}")
        time.sleep(0.5)


class _Line:
    """A connection that is kept, as a browser's is, and made anew where the server has closed it meanwhile."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection: HTTPConnection | None = None

    def ask(self, body: bytes) -> tuple[int, bytes]:
        """Status and document; status 0 where there was none."""
        why = ""
        for _ in range(2):
            connection = self._connection or HTTPConnection("127.0.0.1", self._port, timeout=_PATIENCE_S)
            self._connection = connection
            try:
                connection.request("POST", "/v1/queries", body, self._headers)
                response = connection.getresponse()
                return response.status, response.read()
            except (OSError, HTTPException) as error:
                why = repr(error)
                connection.close()
                self._connection = None
        return 0, why.encode()

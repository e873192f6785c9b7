"""Brings one file over HTTP: resumed where it broke off, with a deadline on every wait, never half a file under its name."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from haetae.errors import Misconfigured, Transient

Progress = Callable[[str, int, int | None], None]
"""Called with the file's name, bytes so far, and bytes in all where known."""

_MAX_BYTES = 2 << 30
_GONE = frozenset({400, 401, 403, 404, 405, 410, 451})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait and how often to try."""

    connect_s: float = 10.0
    read_s: float = 30.0
    tries: int = 4
    pause_s: float = 1.0  # doubled after each try


def download(url: str, to: Path, progress: Progress | None = None, patience: Patience | None = None) -> None:
    """The file at `url` as `to`; redirects are followed. What an earlier call left in `<to>.part` is gone on from.

    Raises Transient when the source does not answer, Misconfigured when it says that there is no such file.
    """
    how = patience or Patience()
    part = to.with_name(f"{to.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    timeout = httpx.Timeout(how.read_s, connect=how.connect_s)
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
        for attempt in range(how.tries):
            try:
                _go_on(client, url, part, lambda done, total: progress(to.name, done, total) if progress else None)
                part.replace(to)
                return
            except (httpx.TransportError, _Interrupted) as error:
                if attempt + 1 == how.tries:
                    raise Transient(f"The source of {to.name.removeprefix('.')} does not answer: {error}.", url=url) from error
                time.sleep(how.pause_s * 2**attempt)


class _Interrupted(Exception):
    """The answer ended early, or the server asked to come back later."""


def _go_on(client: httpx.Client, url: str, part: Path, progress: Callable[[int, int | None], None]) -> None:
    done = part.stat().st_size if part.exists() else 0
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={done}-"} if done else {})}
    with client.stream("GET", url, headers=headers) as answer:
        if answer.status_code == 416:  # what is there is not the beginning of what the source has
            part.unlink(missing_ok=True)
            raise _Interrupted("the file changed at its source")
        if answer.status_code in _GONE:
            raise Misconfigured(f"The source answers {answer.status_code}.", url=url)
        if answer.status_code not in (200, 206):
            raise _Interrupted(f"status {answer.status_code}")
        if answer.status_code == 200:
            done = 0  # the source does not resume
        length = answer.headers.get("Content-Length")
        total = done + int(length) if length is not None and length.isdigit() else None
        with part.open("ab" if done else "wb") as file:
            for chunk in answer.iter_bytes():
                done += len(chunk)
                if done > _MAX_BYTES:
                    raise Misconfigured("The file is larger than any network here.", url=url)
                file.write(chunk)
                progress(done, total)
    if total is not None and done < total:
        raise _Interrupted("the answer ended early")

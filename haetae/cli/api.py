"""The HTTP API as the verbs use it: where it is, with which key, and what its problems mean."""

from __future__ import annotations

import json
import os
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import httpx

from haetae.cli.trust import trusted
from haetae.embedded import state as state_file
from haetae.embedded.home import Home
from haetae.embedded.ports import LOOPBACK
from haetae.errors import Misconfigured, Refused, Transient
from haetae.settings import Settings

Json = dict[str, Any]
_DEADLINES = httpx.Timeout(connect=5.0, read=120.0, write=120.0, pool=5.0)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a stream that the API tells."""

    name: str
    data: Json


class Api:
    """Sends requests with the key. Raises Refused with the API's own words, Transient where it cannot be reached or fails."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def ask(self, method: str, path: str, **how: Any) -> Json:
        """The answer's JSON document; {} where there is none."""
        answer = self._send(method, path, **how)
        told: Json = answer.json() if answer.content else {}
        return told

    def fetch(self, path: str) -> bytes:
        """The answer's bytes, such as a crop's."""
        return self._send("GET", path).content

    @contextmanager
    def events(self, method: str, path: str, **how: Any) -> Iterator[Iterator[Event]]:
        """The answer as a stream of events; leaving the block ends it. A problem among the events is raised."""
        headers = {"Accept": "text/event-stream"}
        with self._reached(), self._client.stream(method, path, headers=headers, **how) as answer:
            if not answer.is_success:
                answer.read()
                _raise(answer.status_code, _problem(answer), answer.reason_phrase)
            yield self._told(answer)

    def _told(self, answer: httpx.Response) -> Iterator[Event]:
        name, data = "", ""
        for line in answer.iter_lines():
            field, _, value = line.partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                data += value
            elif not line and name:
                event = Event(name, json.loads(data))
                if name == "problem":
                    _raise(int(event.data["status"]), event.data, "")
                yield event
                name, data = "", ""

    def _send(self, method: str, path: str, **how: Any) -> httpx.Response:
        with self._reached():
            answer = self._client.request(method, path, **how)
        if not answer.is_success:
            _raise(answer.status_code, _problem(answer), answer.reason_phrase)
        return answer

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Transient(f"The API does not answer ({type(error).__name__}).", address=self._client.base_url) from None


def _raise(status: int, problem: Mapping[str, Any], otherwise: str) -> NoReturn:
    errors = "; ".join(f"{one.get('field')}: {one.get('message')}" for one in problem.get("errors") or [])
    detail = str(problem.get("detail", otherwise)) + (f" {errors}" if errors else "")
    if status >= 500:
        raise Transient(detail, status=status)
    raise Refused(detail, status=status, kind=str(problem.get("type", "")).rpartition(":")[2])


@contextmanager
def opened_api(home: Home) -> Iterator[Api]:
    """The API at HAETAE_API__URL with the key HAETAE_API__TOKEN; without an address, that of the stack in `home`.

    HAETAE_API__CA_FILE: the authority, in PEM, that its certificate is checked by in place of the usual ones.

    Raises Misconfigured where neither says where it is or with which key, or the file cannot be read.
    """
    address, token = os.environ.get("HAETAE_API__URL"), os.environ.get("HAETAE_API__TOKEN")
    if address is None:
        address = _address_of(home)
        token = token or home.secrets().api_key
    if not token:
        raise Misconfigured("Set HAETAE_API__TOKEN to an API key.")
    if not token.isascii() or not token.isprintable():
        raise Misconfigured("HAETAE_API__TOKEN is no API key.")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=address, headers=headers, timeout=_DEADLINES, trust_env=False, verify=_verified_by()) as client:
        yield Api(client)


def is_elsewhere() -> bool:
    """Whether the API is named by its address: then its import folders are not this home's."""
    return "HAETAE_API__URL" in os.environ


def _verified_by() -> ssl.SSLContext | bool:
    if not is_elsewhere():
        return False  # a certificate is for the name by which others call: the home's own stack is asked on loopback
    ca_file = os.environ.get("HAETAE_API__CA_FILE")
    return trusted(Path(ca_file) if ca_file else None)


def _address_of(home: Home) -> str:
    stack = state_file.read(home.state_file)
    if stack is None or not stack.is_running:
        raise Misconfigured(
            "No stack runs here: start one with `haetae up`, or set HAETAE_API__URL and HAETAE_API__TOKEN", home=home.folder
        )
    port = next((part.port for part in stack.parts if part.name == "door" and part.port is not None), None)
    if port is None:
        raise Misconfigured("The stack has no front door yet: see `haetae status`", home=home.folder)
    return f"{'https' if Settings.load().http.cert_file else 'http'}://{LOOPBACK}:{port}"


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}

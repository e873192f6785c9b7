"""The endpoint of a language model: one request in the OpenAI protocol, one bounded reply, within a deadline."""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import httpx

from haetae.errors import Misconfigured
from haetae.language.opinion.opinion import NoOpinion, Opinion
from haetae.language.opinion.question import messages, reply_schema
from haetae.language.opinion.reply import read
from haetae.language.understanding import NamedPlace
from haetae.settings import UnderstandingSettings
from haetae.telemetry import logs

MOST_BYTES = 256 * 1024
MOST_AT_ONCE = 4  # a slow endpoint may not take the threads that answer everything else


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence in Unicode normal form C, what its times count from, and the places that the site knows (which stay here)."""

    text: str
    now: datetime
    zone: tzinfo
    places: Sequence[NamedPlace] = ()


def second_reader(settings: UnderstandingSettings) -> SecondReader | None:
    """Whoever is configured to give second opinions; None where nobody is. Raises Misconfigured."""
    return SecondReader(settings) if settings.endpoint else None


class SecondReader:
    """Asks the configured model. What is sent is the sentence, its reference time and zone, and our vocabulary; nothing else."""

    def __init__(self, settings: UnderstandingSettings) -> None:
        """`settings` name an endpoint. Raises Misconfigured where it cannot be called like this. Nothing is connected."""
        self._settings = settings
        self.model = settings.model
        self.host = _host(settings.endpoint)  # where sentences go, for the audit
        self._url = f"{settings.endpoint.rstrip('/')}/chat/completions"
        self._headers = _headers(settings.api_key.get_secret_value())
        self._trust = _trust(settings)
        self.places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def opinion(self, asked: Asked) -> Opinion:
        """The model's reading, within the deadline. Raises NoOpinion, whatever goes wrong on the way, with words to show."""
        if not self.places.acquire(blocking=False):
            raise NoOpinion("The endpoint is asked too much at once; try again in a moment.")
        try:
            return read(_content(_run(self._exchanged(asked))), asked.text, asked.places)
        except NoOpinion as none:
            logs.get().warning("second_opinion_failed", cause=none.message, host=self.host)
            raise
        finally:
            self.places.release()

    async def _exchanged(self, asked: Asked) -> bytes:
        """The reply's body. Raises NoOpinion."""
        timeout_s = self._settings.timeout_s
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._client() as client,
                client.stream("POST", self._url, content=self._body(asked), headers=self._headers) as answer,
            ):
                _check(answer)
                return await _bounded(answer)
        except TimeoutError:
            raise NoOpinion(f"The endpoint did not answer within {timeout_s:g} s.") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            raise NoOpinion(f"The endpoint cannot be reached, or broke off ({type(error).__name__}).") from None

    def _client(self) -> httpx.AsyncClient:
        """A client that goes nowhere but to the endpoint: no proxy, no redirect. Its caller has the deadline."""
        return httpx.AsyncClient(timeout=None, trust_env=False, follow_redirects=False, verify=self._trust)

    def _body(self, asked: Asked) -> bytes:
        body: dict[str, Any] = {
            "model": self._settings.model,
            "messages": messages(asked.text, now=asked.now, zone=asked.zone),
            "temperature": 0,
            "stream": False,
        }
        if self._settings.reply_format == "json_schema":
            named = {"name": "understanding", "strict": True, "schema": reply_schema()}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        elif self._settings.reply_format == "json_object":
            body["response_format"] = {"type": "json_object"}
        return json.dumps(body).encode()


def _run(exchange: Coroutine[Any, Any, bytes]) -> bytes:
    """What asyncio.run gives, which would wait beyond the deadline for a name that is still being looked up."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(exchange)
    finally:
        loop.close()


def _host(endpoint: str) -> str:
    try:
        return httpx.URL(endpoint).netloc.decode("ascii")
    except httpx.InvalidURL:
        raise Misconfigured("HAETAE_UNDERSTANDING__ENDPOINT is no address.") from None


def _check(answer: httpx.Response) -> None:
    status = answer.status_code
    if 300 <= status < 400:
        raise NoOpinion(f"The endpoint answered with a redirect (HTTP {status}), which is not followed.")
    if status in (401, 403):
        raise NoOpinion(f"The endpoint refuses the key (HTTP {status}).")
    if status != 200:
        raise NoOpinion(f"The endpoint answered with HTTP {status}.")
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise NoOpinion("The endpoint's reply is compressed, which was not asked for.")
    if answer.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise NoOpinion("The endpoint's reply is not JSON.")


async def _bounded(answer: httpx.Response) -> bytes:
    read_bytes = bytearray()
    async for part in answer.aiter_raw():
        read_bytes += part
        if len(read_bytes) > MOST_BYTES:
            raise NoOpinion(f"The endpoint's reply is larger than {MOST_BYTES // 1024} KiB.")
    return bytes(read_bytes)


def _content(body: bytes) -> str:
    """What the model says. Raises NoOpinion where the body is not the protocol's."""
    try:
        document = json.loads(body)
        content = document["choices"][0]["message"]["content"]
    except (ValueError, RecursionError, KeyError, IndexError, TypeError):
        raise NoOpinion("The endpoint's reply is not a chat completion.") from None
    if not isinstance(content, str):
        raise NoOpinion("The model gave no text.")
    return content


def _headers(key: str) -> dict[str, str]:
    if not (key.isascii() and key.isprintable()):
        raise Misconfigured("HAETAE_UNDERSTANDING__API_KEY is no key that a header can carry.")
    usual = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    return usual | ({"Authorization": f"Bearer {key}"} if key else {})


def _trust(settings: UnderstandingSettings) -> ssl.SSLContext | bool:
    if settings.ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(settings.ca_file))
    except OSError:  # a file that is none, or no certificate in it
        raise Misconfigured("HAETAE_UNDERSTANDING__CA_FILE cannot be read.", file=settings.ca_file) from None

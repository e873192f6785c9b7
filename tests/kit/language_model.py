"""A peer on loopback that speaks the chat completions of OpenAI-compatible endpoints, and fails in every way they can."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.kit.http_peer import Behaviour, HttpPeer, http_peer, replying

PATH = "/v1/chat/completions"


class LanguageModel(HttpPeer):
    """The peer: what it was asked, and how it answers next."""

    @property
    def endpoint(self) -> str:
        """The base that goes into the settings."""
        return f"{self.address}/v1"

    def says(self, content: object) -> None:
        """From now on the model's words are these: text as it is, anything else as JSON."""
        self.behave = saying(content if isinstance(content, str) else json.dumps(content))


@contextmanager
def language_model(behave: Behaviour | None = None) -> Iterator[LanguageModel]:
    """The peer until the block ends."""
    model = LanguageModel(behave or saying("{}"))
    with http_peer(model):
        yield model


def completion(content: str) -> bytes:
    """The body of a chat completion."""
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]}).encode()


def saying(content: str) -> Behaviour:
    """A model that answers in the protocol."""
    return replying(completion(content))


def streaming(content: str) -> Behaviour:
    """The events of a streamed completion, though none was asked for."""
    chunk = json.dumps({"choices": [{"delta": {"content": content}}]}).encode()
    return replying(b"data: " + chunk + b"\n\ndata: [DONE]\n\n", kind="text/event-stream")


def compressed(n_bytes: int) -> Behaviour:
    """A small reply that is huge when it is unpacked."""
    return replying(gzip.compress(b" " * n_bytes), Content_Encoding="gzip")

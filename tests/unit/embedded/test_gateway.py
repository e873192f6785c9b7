"""The front door over two real applications, all in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from haetae.embedded.gateway import Upstreams, create_gateway

_VERBS = ["GET", "POST", "DELETE"]


def service(name: str, schema: dict[str, object]) -> Starlette:
    """An application that tells what reached it."""

    async def echo(request: Request) -> Response:
        body = await request.body()
        return JSONResponse(
            {"service": name, "path": request.scope["raw_path"].decode(), "query": request.url.query, "body": body.decode(),
             "headers": dict(request.headers), "method": request.method},
            status_code=201, headers={"X-Service": name, "Connection": "close"},
        )  # fmt: skip

    async def slow(_: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            for n in range(3):
                yield f"{n};".encode()

        return StreamingResponse(parts())

    document = {
        "openapi": "3.1.0",
        "info": {"title": name, "version": "1"},
        "paths": {f"/v1/{name}": {"get": {}}, "/healthz": {}},
        "components": {"schemas": {"Page": schema, "Same": {"type": "string"}}},
    }
    routes = [
        Route("/openapi.json", lambda _: JSONResponse(document)),
        Route("/readyz", lambda _: JSONResponse({}, status_code=200 if name == "search" else 503)),
        Route("/v1/stream", slow),
        Route("/{path:path}", echo, methods=_VERBS),
    ]
    return Starlette(routes=routes)


class Away(httpx.AsyncBaseTransport):
    """A service that nobody listens for."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")


def ask(method: str, path: str, *, away: bool = False, **how: object) -> httpx.Response:
    alert: httpx.AsyncBaseTransport = Away() if away else httpx.ASGITransport(service("alert", {"type": "object"}))
    mounts = {"http://search": httpx.ASGITransport(service("search", {"type": "array"})), "http://alert": alert}
    door = create_gateway(Upstreams("http://search", "http://alert"), httpx.AsyncClient(mounts=mounts))

    async def once() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://door") as client:
            return await client.request(method, path, **how)  # type: ignore[arg-type]  # passed through

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("path", "owner"),
    [("/v1/alerts", "alert"), ("/v1/alerts/7", "alert"), ("/v1/watch-lists", "alert"), ("/v1/webhooks/x", "alert"),
     ("/v1/alerts-of-old", "search"), ("/v1/queries", "search"), ("/v1/cameras/a%2Fb", "search")],
)  # fmt: skip
def test_paths_go_to_their_owner(path: str, owner: str) -> None:
    """The door routes as the Ingress does, and changes nothing of the path."""
    told = ask("GET", path).json()
    assert (told["service"], told["path"]) == (owner, path)


def test_request_and_answer_pass_as_they_are() -> None:
    """Method, query, body, token and status pass; headers of one connection and claims about the caller do not."""
    answer = ask(
        "POST", "/v1/queries?a=1&a=2%20", content=b"photo",
        headers={"Authorization": "Bearer k", "X-Forwarded-For": "6.6.6.6", "Connection": "X-Secret", "X-Secret": "1"},
    )  # fmt: skip
    told = answer.json()
    assert answer.status_code == 201
    assert answer.headers["x-service"] == "search"
    assert "connection" not in answer.headers
    assert (told["method"], told["query"], told["body"]) == ("POST", "a=1&a=2%20", "photo")
    assert told["headers"]["authorization"] == "Bearer k"
    assert told["headers"]["x-forwarded-for"] == "127.0.0.1"
    assert "x-secret" not in told["headers"]


def test_answers_are_streamed() -> None:
    """A long answer arrives whole."""
    assert ask("GET", "/v1/stream").text == "0;1;2;"


def test_service_that_is_away_is_a_problem_to_be_tried_again() -> None:
    """While a service restarts its callers get problem+json with 503 and when to come back; the other service still answers."""
    answer = ask("GET", "/v1/alerts", away=True)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["type"] == "urn:haetae:problem:service-unavailable"
    assert ask("GET", "/v1/cameras", away=True).status_code == 201


def test_ready_when_both_are() -> None:
    """One service that is not ready is named."""
    answer = ask("GET", "/readyz")
    assert answer.status_code == 503
    assert "alert is not ready" in answer.json()["detail"]


def test_one_document_over_both_services() -> None:
    """Integrators see one API: no schema is lost to another of the same name, and no health endpoint is part of it."""
    document = ask("GET", "/openapi.json").json()
    assert list(document["paths"]) == ["/v1/alert", "/v1/search"]
    assert document["components"]["schemas"] == {
        "Page": {"type": "array"}, "Same": {"type": "string"}, "AlertPage": {"type": "object"}
    }  # fmt: skip


def test_docs_load_nothing_from_elsewhere() -> None:
    """The page works in a closed network: no address of another host is in it."""
    text = ask("GET", "/docs").text
    assert "/v1/alert" in text
    assert "http" not in text.replace("http-equiv", "")


def test_metrics_stay_inside() -> None:
    """Metrics of the services are not public."""
    assert ask("GET", "/metrics").status_code == 404

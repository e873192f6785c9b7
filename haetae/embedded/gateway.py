"""`python -m haetae.embedded.gateway`: the front door, one port in front of search and alert.

It routes as the Kubernetes Ingress does; the services check every caller themselves, so it knows no keys.
"""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from haetae.embedded.api_documents import merged, page
from haetae.embedded.ports import LOOPBACK
from haetae.http.problems import problem
from haetae.http.server import serve
from haetae.http.serving import Serving

_ALERT_PATHS = ("/v1/alerts", "/v1/watch-lists", "/v1/webhooks")
_OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization"}
    | {"te", "trailer", "trailers", "transfer-encoding", "upgrade"}
)
_DEADLINES = httpx.Timeout(connect=2.0, read=60.0, write=30.0, pool=5.0)
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Base addresses of the services behind the door."""

    search: str
    alert: str

    def of(self, path: str) -> str:
        """The service that owns `path`."""
        owned = any(path == root or path.startswith(f"{root}/") for root in _ALERT_PATHS)
        return self.alert if owned else self.search

    @property
    def by_name(self) -> dict[str, str]:
        return {"search": self.search, "alert": self.alert}


def create_gateway(upstreams: Upstreams, client: httpx.AsyncClient | None = None) -> Starlette:
    """The application. `client` is closed with it."""
    client = client or httpx.AsyncClient(timeout=_DEADLINES, trust_env=False, follow_redirects=False)
    door = Gateway(upstreams, client)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await client.aclose()

    routes = [
        Route("/", lambda _: RedirectResponse("/docs")),
        Route("/healthz", lambda _: JSONResponse({"status": "ok"})),
        Route("/readyz", door.ready),
        Route("/metrics", lambda _: problem(404, "not-found", "Metrics are read from each service, not from here.")),
        Route("/openapi.json", door.openapi),
        Route("/docs", door.docs),
        Route("/{path:path}", door.forward, methods=_METHODS),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


class Gateway:
    """The endpoints."""

    def __init__(self, upstreams: Upstreams, client: httpx.AsyncClient) -> None:
        self._upstreams = upstreams
        self._client = client

    async def forward(self, request: Request) -> Response:
        """The request as it came, to the service that owns the path; both bodies are streamed."""
        address = httpx.URL(self._upstreams.of(request.url.path)).copy_with(raw_path=_raw_path(request))
        body = request.stream() if _has_body(request) else None
        outgoing = self._client.build_request(request.method, address, headers=_forwarded_headers(request), content=body)
        try:
            answer = await self._client.send(outgoing, stream=True)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            return problem(503, "service-unavailable", "The service is starting or away. Try again.")
        except httpx.TimeoutException:
            return problem(504, "service-timeout", "The service did not answer in time.")
        except httpx.HTTPError:
            return problem(502, "service-failed", "The service ended while it answered. Try again.")
        return _relayed(answer)

    async def ready(self, _: Request) -> Response:
        """Ready when the services behind are."""
        problems = {}
        for name, base in self._upstreams.by_name.items():
            try:
                answer = await self._client.get(f"{base}/readyz", timeout=2.0)
            except httpx.HTTPError:
                problems[name] = "does not answer"
            else:
                if not answer.is_success:
                    problems[name] = "is not ready"
        if problems:
            return problem(503, "not-ready", "; ".join(f"{name} {why}" for name, why in problems.items()))
        return JSONResponse({"status": "ready"})

    async def openapi(self, _: Request) -> Response:
        """One document over both services."""
        document = await self._document()
        return document if isinstance(document, Response) else JSONResponse(document)

    async def docs(self, _: Request) -> Response:
        """The document as a page that needs no other server."""
        document = await self._document()
        return document if isinstance(document, Response) else HTMLResponse(page(document))

    async def _document(self) -> dict[str, object] | Response:
        documents = {}
        for name, base in self._upstreams.by_name.items():
            try:
                documents[name] = (await self._client.get(f"{base}/openapi.json", timeout=5.0)).raise_for_status().json()
            except httpx.HTTPError:
                return problem(503, "service-unavailable", "A service is starting or away. Try again.")
        return merged(documents)


def _raw_path(request: Request) -> bytes:
    path: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return path + b"?" + query if query else path


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def _forwarded_headers(request: Request) -> list[tuple[bytes, bytes]]:
    """The caller's headers but those of its connection; who it was is told anew, whatever it claimed."""
    dropped = _OF_ONE_CONNECTION | {name.strip().lower() for name in request.headers.get("connection", "").split(",")}
    dropped |= {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded"}
    kept = [(name, value) for name, value in request.headers.raw if name.decode("latin-1").lower() not in dropped]
    caller = request.client.host if request.client else "unknown"
    told = [(b"x-forwarded-for", caller.encode()), (b"x-forwarded-proto", request.url.scheme.encode())]
    return [*kept, *told, (b"x-forwarded-host", request.headers.get("host", "").encode("latin-1"))]


def _relayed(answer: httpx.Response) -> StreamingResponse:
    response = StreamingResponse(answer.aiter_raw(), status_code=answer.status_code, background=BackgroundTask(answer.aclose))
    response.raw_headers = [(n, v) for n, v in answer.headers.raw if n.decode("latin-1").lower() not in _OF_ONE_CONNECTION]
    return response


def main() -> None:
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--cert-file", type=Path)
    parser.add_argument("--key-file", type=Path)
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--search", default=f"http://{LOOPBACK}:8081")
    parser.add_argument("--alert", default=f"http://{LOOPBACK}:8082")
    options = parser.parse_args()
    app = create_gateway(Upstreams(options.search.rstrip("/"), options.alert.rstrip("/")))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    serve(app, options.host, options.port, stop, Serving(cert_file=options.cert_file, key_file=options.key_file))


if __name__ == "__main__":
    main()

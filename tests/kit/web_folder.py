"""A small web server on loopback that serves bytes as public sources do, and fails as they do."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class WebFolder:
    """`files` by path. `break_after` cuts the next answers short, `refuse` answers the next ones with a status."""

    files: dict[str, bytes]
    resumes: bool = True
    break_after: list[int] = field(default_factory=list)
    refuse: list[int] = field(default_factory=list)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    address: str = ""

    def url(self, path: str) -> str:
        return f"{self.address}{path}"


@contextmanager
def serving(folder: WebFolder) -> Iterator[WebFolder]:
    """Serves until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, folder)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    folder.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield folder
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(request: BaseHTTPRequestHandler, folder: WebFolder) -> None:
    asked_range = request.headers.get("Range")
    folder.asked.append((request.path, asked_range))
    body = folder.files.get(request.path)
    if folder.refuse or body is None:
        request.send_error(folder.refuse.pop(0) if folder.refuse else 404)
        return
    start = int(asked_range.removeprefix("bytes=").rstrip("-")) if asked_range and folder.resumes else 0
    if start >= len(body):
        request.send_error(416)
        return
    request.send_response(206 if start else 200)
    request.send_header("Content-Length", str(len(body) - start))
    request.end_headers()
    end = start + folder.break_after.pop(0) if folder.break_after else len(body)
    request.wfile.write(body[start:end])

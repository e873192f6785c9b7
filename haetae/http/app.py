"""The application that every service starts from."""

from __future__ import annotations

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from haetae.http.envelope import Envelope
from haetae.http.openapi import describe_problems
from haetae.http.problems import answer_with_problems
from haetae.http.serving import SENDS_AWAY
from haetae.telemetry.health import Health
from haetae.telemetry.metrics import exposition

MAX_BODY_BYTES = 16 * 1024 * 1024  # a photo of 10 MiB as base64, and what stands around it


def create_app(
    title: str, version: str, health: Health, *, description: str = "", max_body_bytes: int = MAX_BODY_BYTES
) -> FastAPI:
    """An application with /healthz, /readyz, /metrics, problem+json for everything that goes wrong, request ids and metrics."""
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        separate_input_output_schemas=False,
        # FastAPI's own would tell more than may leave, to wherever OTEL_EXPORTER_OTLP_ENDPOINT points
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    answer_with_problems(app)
    describe_problems(app)
    app.add_middleware(Envelope, max_body_bytes=max_body_bytes)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> Response:
        """Whether the process can do its work now, and else why not."""
        problems = health.ready()
        if problems:
            return JSONResponse({"status": "not ready", "problems": problems}, status_code=503)
        return JSONResponse({"status": "ready", "problems": {}})

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        """Prometheus text."""
        text, content_type = exposition()
        return Response(text, media_type=content_type)

    return app


def sends_away(app: FastAPI) -> bool:
    """Whether this process ends and others go on: what would last takes its leave then, and is gone on with there."""
    return bool(getattr(app.state, SENDS_AWAY, False))

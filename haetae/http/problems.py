"""Problem details (RFC 9457): every answer that is no success has one shape and a stable `type`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from haetae.errors import Misconfigured, Refused, Transient
from haetae.telemetry import logs

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
_KINDS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    413: "too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
    429: "too-many-requests",
    500: "internal",
    503: "unavailable",
    507: "storage-full",
}


class FieldError(BaseModel):
    """What is wrong with one field; what was sent is not repeated."""

    field: str = Field(description="Where it is, as a JSON pointer or as `query.limit`.", examples=["body.expires_at"])
    message: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """Why the request was not fulfilled (RFC 9457)."""

    type: str = Field(description="Stable; programs decide by it.", examples=["urn:haetae:problem:unknown-camera"])
    title: str = Field(description="The HTTP status in words.", examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="For people.", examples=["There is no camera 'gate-9'."])
    instance: str | None = Field(default=None, description="This request, as it stands in the logs.")
    errors: list[FieldError] | None = Field(default=None, description="Fields that are not valid (422).")


def problem(
    status: int,
    kind: str,
    detail: str,
    *,
    request_id: str | None = None,
    errors: Sequence[FieldError] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as a response; 401, 403, 429 and 503 get the headers that belong to them."""
    told = problem_of(status, kind, detail).model_copy(
        update={
            "instance": f"urn:haetae:request:{request_id}" if request_id else None,
            "errors": list(errors) if errors else None,
        }
    )
    return Response(
        told.model_dump_json(exclude_none=True),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers={**_usual_headers(status), **(headers or {})},
    )


def problem_of(status: int, kind: str, detail: str) -> Problem:
    """The problem alone, for what is no response of its own: a part of a document, an event of a stream."""
    return Problem(type=f"urn:haetae:problem:{kind}", title=HTTPStatus(status).phrase, status=status, detail=detail)


def response_to(request: Request, error: BaseException) -> Response:
    """What a caller is answered when `error` comes out of an endpoint, for a stream that has begun already."""
    for kind, answer in ((Refused, _refused), (Transient, _transient), (Misconfigured, _misconfigured)):
        if isinstance(error, kind):
            return answer(request, error)
    return _unexpected(request, error if isinstance(error, Exception) else RuntimeError(repr(error)))


def answer_with_problems(app: FastAPI) -> None:
    """Makes a problem of whatever goes wrong in `app`."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Transient, _transient)
    app.add_exception_handler(Misconfigured, _misconfigured)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _usual_headers(status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": 'Bearer realm="haetae"'}
    if status == 403:
        return {"WWW-Authenticate": 'Bearer realm="haetae", error="insufficient_scope"'}
    if status in (429, 503):
        return {"Retry-After": str(RETRY_AFTER_S)}
    return {}


def _id(request: Request) -> str | None:
    return request.scope.get("haetae.request_id")


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    retry_after_s = error.subject.get("retry_after_s")
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return problem(error.status, error.kind, error.message, request_id=_id(request), headers=headers)


def _transient(request: Request, error: Exception) -> Response:
    logs.get().warning("request_failed_for_now", path=request.url.path, cause=str(error))
    return problem(503, "unavailable", "A part of the system is not available now. Try again.", request_id=_id(request))


def _misconfigured(request: Request, error: Exception) -> Response:
    assert isinstance(error, Misconfigured)
    logs.get().error("request_needs_configuration", path=request.url.path, cause=str(error))
    return problem(503, "not-configured", error.message, request_id=_id(request))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [FieldError(field=".".join(map(str, e["loc"])), message=str(e["msg"])) for e in error.errors()]
    return problem(422, "invalid-request", "The request is not valid.", request_id=_id(request), errors=errors)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kind = _KINDS.get(error.status_code, "http-error")
    return problem(error.status_code, kind, str(error.detail), request_id=_id(request), headers=error.headers)


def _unexpected(request: Request, error: Exception) -> Response:
    request_id = _id(request)
    logs.get().error("request_failed", path=request.url.path, request_id=request_id, exc_info=error)
    headers = {"X-Request-Id": request_id} if request_id else {}  # this answer does not pass the envelope
    return problem(500, "internal", "Something went wrong on our side.", request_id=request_id, headers=headers)

"""The OpenAPI document: every route tells that it may answer with a Problem, and what it takes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from haetae.http.problems import MEDIA_TYPE, Problem

_REFERENCE = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
_METHODS = ("get", "put", "post", "delete", "patch")


def describe_problems(app: FastAPI) -> None:
    """Replaces FastAPI's own error shape in the document of `app` by ours."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
            )
            _add_problems(made)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _add_problems(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for path in document.get("paths", {}).values():
        for method in _METHODS:
            if method in path:
                _describe(path[method])


def _describe(operation: dict[str, Any]) -> None:
    answers = operation.setdefault("responses", {})
    if "422" in answers:
        answers["422"] = {"description": "The request is not valid.", **_REFERENCE}
    if operation.get("security"):
        answers["401"] = {"description": "No API key, or one that is not known.", **_REFERENCE}
        answers["403"] = {"description": "The caller's role does not allow this.", **_REFERENCE}
    answers["default"] = {"description": "Any other problem.", **_REFERENCE}


def describe_body(app: FastAPI, model: type[BaseModel]) -> None:
    """Adds the schema of a request body that an endpoint parses by itself (JSON or multipart) to the document."""
    document_without = app.openapi

    def document() -> dict[str, Any]:
        made = document_without()
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, part in {**schema.pop("$defs", {}), model.__name__: schema}.items():
            made["components"]["schemas"].setdefault(name, part)
        return made

    app.openapi = document  # type: ignore[method-assign]

"""OpenAPI documents of several services as one, and as a page for people that loads nothing from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

Document = dict[str, Any]
_OPERATIONS = ("get", "post", "put", "patch", "delete")
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #d0d7de; } code, pre { font: 14px ui-monospace, monospace; }
details { border: 1px solid #d0d7de; border-radius: 6px; margin: .5rem 0; padding: .5rem 1rem; }
summary { cursor: pointer; } pre { background: #f6f8fa; padding: 1rem; overflow: auto; } td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top; }
.get { color: #0550ae; } .post { color: #116329; } .put, .patch { color: #7d4e00; } .delete { color: #a40e26; }
@media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3; } pre { background: #161b22; }
.get { color: #79c0ff; } .post { color: #7ee787; } .put, .patch { color: #e3b341; } .delete { color: #ff7b72; } }
"""  # noqa: E501


def merged(documents: Mapping[str, Document], title: str = "Haetae") -> Document:
    """One document of several, by service: their `/v1` paths; health and metrics of each service are not part of the API.

    A schema that two services define differently under one name keeps its name in the first; in the others it gets
    its service's name in front.
    """
    first = next(iter(documents.values()))
    whole: Document = {"openapi": first["openapi"], "info": {**first["info"], "title": title}, "paths": {}, "components": {}}
    for service, document in documents.items():
        document = _renamed(document, service, whole["components"].get("schemas", {}))
        whole["paths"].update({path: item for path, item in document.get("paths", {}).items() if path.startswith("/v1/")})
        for kind, named in document.get("components", {}).items():
            whole["components"].setdefault(kind, {}).update(named)
    whole["paths"] = dict(sorted(whole["paths"].items()))
    return whole


def _renamed(document: Document, service: str, taken: Mapping[str, Any]) -> Document:
    schemas = document.get("components", {}).get("schemas", {})
    names = {name: service.capitalize() + name for name, schema in schemas.items() if taken.get(name, schema) != schema}
    text = json.dumps(document)
    for old, new in names.items():
        text = text.replace(f'"#/components/schemas/{old}"', f'"#/components/schemas/{new}"')
    renamed: Document = json.loads(text)
    for old, new in names.items():
        renamed["components"]["schemas"][new] = renamed["components"]["schemas"].pop(old)
    return renamed


def page(document: Document) -> str:
    """The document as HTML: every operation with its parameters, bodies and answers, then every schema."""
    info = document["info"]
    operations = "".join(
        _operation(path, verb, item[verb]) for path, item in document["paths"].items() for verb in _OPERATIONS if verb in item
    )
    schemas = "".join(
        f'<details id="{escape(name)}"><summary><code>{escape(name)}</code></summary><pre>{_as_text(schema)}</pre></details>'
        for name, schema in sorted(document["components"].get("schemas", {}).items())
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"<p>Send <code>Authorization: Bearer &lt;key&gt;</code>. Errors are <code>application/problem+json</code> (RFC 9457). "
        f'The same as a document: <a href="/openapi.json">openapi.json</a>.</p>'
        f"<h2>Operations</h2>{operations}<h2>Schemas</h2>{schemas}</body></html>"
    )


def _operation(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(p['in'])}{', required' if p.get('required') else ''}</td>"
        f"<td>{escape(p.get('description', ''))}</td></tr>"
        for p in operation.get("parameters", [])
    )
    body = "".join(
        f"<p>Body <code>{escape(kind)}</code></p><pre>{_as_text(content.get('schema', {}))}</pre>"
        for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    answers = "".join(
        f"<tr><td><code>{escape(status)}</code></td><td>{escape(answer.get('description', ''))}</td></tr>"
        for status, answer in operation.get("responses", {}).items()
    )
    return (
        f'<details><summary><code><b class="{verb}">{verb.upper()}</b> {escape(path)}</code> '
        f"{escape(operation.get('summary', ''))}</summary><p>{escape(operation.get('description', ''))}</p>"
        f"<table>{rows}</table>{body}<p>Answers</p><table>{answers}</table></details>"
    )


def _as_text(value: object) -> str:
    return escape(json.dumps(value, indent=2, ensure_ascii=False))

"""Recipes as plain values: changed by `field=value`, written to JSON, read back, compared."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter, ValidationError

from haetae.errors import Misconfigured

T = TypeVar("T")


def overridden(recipe: T, settings: Sequence[str]) -> T:
    """The recipe with each `field=value` of `settings` put in; `a.b=1` reaches into a nested one, tuples are `1,2` or `[1, 2]`.

    Raises Misconfigured where a field is not there (naming those that are) or the value does not fit its type.
    """
    for setting in settings:
        path, equals, text = setting.partition("=")
        if not equals:
            raise Misconfigured(f"'{setting}' is not of the form field=value.")
        recipe = _replaced(recipe, path.strip().split("."), text.strip(), path.strip())
    return recipe


def plain(recipe: object) -> dict[str, Any]:
    """The parameters as JSON values, nested as the dataclasses are."""
    return cast("dict[str, Any]", TypeAdapter(type(recipe)).dump_python(recipe, mode="json"))


def restored(of: type[T], parameters: Mapping[str, Any]) -> T:
    """The inverse of `plain`. Raises Misconfigured where the class has changed since."""
    try:
        return TypeAdapter(of).validate_python(dict(parameters))
    except ValidationError as error:
        raise Misconfigured(f"The parameters do not fit {of.__name__} as it is now: {_reasons(error)}.") from None


def flat(parameters: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """("optimisation.steps", 100) for every parameter."""
    for name, value in parameters.items():
        if isinstance(value, dict) and value:
            yield from flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """What differs, as "field: 1 -> 2"."""
    a, b = dict(flat(one)), dict(flat(other))
    return [f"{name}: {a.get(name)} -> {b.get(name)}" for name in sorted(a.keys() | b.keys()) if a.get(name) != b.get(name)]


def digest(parameters: Mapping[str, Any]) -> str:
    """Eight hexadecimal digits that equal parameters share."""
    text = json.dumps(dict(parameters), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _replaced(recipe: T, path: Sequence[str], text: str, whole: str) -> T:
    if not dataclasses.is_dataclass(recipe):
        raise Misconfigured(f"'{whole}' reaches into a value that has no fields.")
    names = [field.name for field in dataclasses.fields(recipe) if field.init]
    if path[0] not in names:
        raise Misconfigured(f"There is no '{path[0]}' to set in {type(recipe).__name__}; it has {', '.join(names)}.")
    inner = getattr(recipe, path[0])
    if len(path) > 1:
        value = _replaced(inner, path[1:], text, whole)
    elif dataclasses.is_dataclass(inner):
        fields = ", ".join(f"{whole}.{field.name}" for field in dataclasses.fields(inner))
        raise Misconfigured(f"'{whole}' has fields of its own: set {fields}.")
    else:
        value = _value(get_type_hints(type(recipe))[path[0]], text, whole)
    return cast("T", dataclasses.replace(cast("Any", recipe), **{path[0]: value}))


def _value(hint: Any, text: str, whole: str) -> Any:
    adapter = TypeAdapter[Any](hint)
    reasons = ""
    for reading in _readings(text):
        try:
            return adapter.validate_python(reading)
        except ValidationError as error:
            reasons = reasons or _reasons(error)
    raise Misconfigured(f"'{text}' is no value for {whole} ({getattr(hint, '__name__', None) or hint}): {reasons}.")


def _readings(text: str) -> Iterator[object]:
    """What a word on the command line may mean, likeliest first."""
    if text.lower() in ("none", "null"):
        yield None
    yield text
    for document in (text, f"[{text}]"):
        try:
            yield json.loads(document)
        except ValueError:
            continue
    yield [part.strip() for part in text.split(",")]


def _reasons(error: ValidationError) -> str:
    reasons = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}".removeprefix(": ") for each in error.errors()]
    return "; ".join(dict.fromkeys(reasons))

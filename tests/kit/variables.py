"""The environment variables of settings classes, by their fields."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel


def variables(model: type[BaseModel], prefix: str = "HAETAE_") -> Iterator[str]:
    """The names of a settings class's environment variables: `HAETAE_<SECTION>__<FIELD>`."""
    for name, field in model.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from variables(section, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}"

"""Files that are there whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

from haetae.errors import Misconfigured


def write_whole(file: Path, write: Callable[[BinaryIO], None]) -> None:
    """`write` fills a file beside, which then takes the name: a kill at any moment leaves the old one or the new one."""
    fresh = file.with_name(f".{file.name}.new")
    with fresh.open("wb") as opened:
        write(opened)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)


def write_text(file: Path, text: str) -> None:
    write_whole(file, lambda opened: _all(opened, text.encode()))


def write_json(file: Path, content: Mapping[str, Any]) -> None:
    """For people to read, too. A figure that is not a number becomes null."""
    write_text(file, json.dumps(_strict(content), indent=1, ensure_ascii=False, default=str) + "\n")


def read_json(file: Path) -> dict[str, Any]:
    """Raises Misconfigured where it is damaged, FileNotFoundError where it is not there."""
    try:
        return cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise Misconfigured(f"{file} is damaged: {error}.") from error


def _all(opened: BinaryIO, content: bytes) -> None:
    opened.write(content)


def _strict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _strict(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(each) for each in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value

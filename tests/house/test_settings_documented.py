"""Environment variables that the documents name exist."""

from __future__ import annotations

import importlib
import re

from pydantic import BaseModel

from haetae.settings import Settings
from tests.house.repository import SERVICES, files, python_files, text_of
from tests.kit.variables import variables

VARIABLE = re.compile(r"\bHAETAE_[A-Z0-9_]*[A-Z0-9]\b")


def settable() -> set[str]:
    """Every variable of every service's settings, and those that code, tests or the installer read by name."""
    for service in SERVICES:
        importlib.import_module(f"services.{service}.settings")
    importlib.import_module("haetae.training.settings")
    classes: list[type[BaseModel]] = [Settings, *Settings.__subclasses__()]
    by_settings = {variable for one in classes for variable in variables(one)}
    code = [
        text_of(path) or "" for path in python_files("haetae", "services", "tests", "requirements") if path.parts[1] != "house"
    ]
    by_name = {name for text in code for name in re.findall(r"[\"'](HAETAE_[A-Z0-9_]+)[\"']", text)}
    return by_settings | by_name


def test_documented_variables_exist() -> None:
    """Each HAETAE_ variable in a Markdown file, the Makefile or a CI script is one that the code reads."""
    known = settable()
    documents = [path for path in files() if path.suffix == ".md" or path.name == "Makefile" or path.parts[0] == ".ci"]
    unknown = {f"{path}: {name}" for path in documents for name in VARIABLE.findall(text_of(path) or "") if name not in known}
    assert unknown == set()


def test_variables_are_named_by_section_and_field() -> None:
    """Nested sections give double underscores, so an invented name would be seen."""
    names = set(variables(Settings))
    assert {"HAETAE_POSTGRES__URL", "HAETAE_TRITON__DEADLINE_S"} <= names
    assert "HAETAE_POSTGRES_URL" not in names
    assert VARIABLE.findall("`HAETAE_POSTGRES_URL`, HAETAE_<SECTION>__<FIELD>") == ["HAETAE_POSTGRES_URL"]

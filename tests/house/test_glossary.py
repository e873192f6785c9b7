"""One word per thing: names that the glossary tells us not to say are not introduced."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.repository import python_files, tree_of

NOT_SAID = {
    "bbox": "Box",
    "bboxes": "Box",
    "thumbnail": "best shot",
    "snapshot": "best shot (of a person), state (of a tracker)",
    "blacklist": "watch list",
    "whitelist": "allowed",
    "roi": "Zone",
    "skeleton": "Pose",
    "landmarks": "Keypoint",
    "notification": "Alert or Delivery",
    "ts": "captured_at, received_at or processed_at",
    "timestamp": "captured_at, received_at or processed_at",
    "suspect": "Candidate",
}
SUFFIXES_NOT_SAID = ("Manager", "Helper", "Processor", "Util", "Utils")
FILES_NOT_SAID = {"utils", "util", "common", "helper", "helpers", "manager", "misc"}
SAID_ANYWAY = {
    "timestamp": ("haetae/media/", "haetae/simulator/"),  # RTP's own word for its 90 kHz counter (RFC 3550)
    "snapshot": ("haetae/store/index/",),  # PostgreSQL's own word for which transactions a reader sees
}


def introduced(tree: ast.AST) -> Iterator[str]:
    """The public names that a module introduces: classes, functions, their parameters, fields and module constants."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (argument.arg for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs])
        if isinstance(node, ast.ClassDef | ast.Module):
            yield from (n.target.id for n in node.body if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name))


def words(name: str) -> list[str]:
    """`CameraReport` and `camera_report` as ["camera", "report"]."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def not_said(path: Path, tree: ast.AST) -> list[str]:
    """The names in a module that the glossary has another word for."""
    found = []
    for name in introduced(tree):
        if name.startswith("_"):
            continue
        if name.endswith(SUFFIXES_NOT_SAID):
            found.append(f"{path}: {name} says what it is not: name the thing")
        found += [
            f"{path}: {name}: say {NOT_SAID[word]}"
            for word in words(name)
            if word in NOT_SAID and not path.as_posix().startswith(SAID_ANYWAY.get(word, ("/",)))
        ]
    return found


def test_names_follow_the_glossary() -> None:
    """No public name uses a word that the glossary replaces by another, nor a suffix that says nothing."""
    assert [found for path in python_files("haetae", "services") for found in not_said(path, tree_of(path))] == []


def test_modules_are_named_after_their_subject() -> None:
    """No module or folder is a junk drawer (utils, common, helper, manager)."""
    parts = {part.removesuffix(".py") for path in python_files() for part in path.parts}
    assert parts & FILES_NOT_SAID == set()


def test_a_forbidden_word_would_be_seen() -> None:
    """The rule sees classes, parameters and fields, and lets private names and parts of longer words pass."""
    assert not_said(Path("haetae/media/x.py"), ast.parse("def f(timestamp): ...")) == []
    code = "class TrackManager:\n    roi: int\n\ndef crop(bbox, _ts): ...\ndef heroic(hosts): ...\n"
    found = not_said(Path("x.py"), ast.parse(code))
    assert [line.split(": ")[1].split(" ")[0] for line in found] == ["TrackManager", "roi", "bbox"]

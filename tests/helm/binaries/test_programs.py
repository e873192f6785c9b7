"""The versions that are said and those that are built are the same."""

from __future__ import annotations

import re

from tests.helm.binaries.programs import FILES, HELM_VERSION, HERE, KUBERNETES_VERSION, PROGRAMS


def _pinned(module: str) -> dict[str, str]:
    """By path: the version that the module's go.mod requires, without its v."""
    text = (HERE / module / "go.mod").read_text(encoding="utf-8")
    return dict(re.findall(r"^(?:require)?\s*(\S+) v(\S+)(?: // indirect)?$", text, re.MULTILINE))


def test_servers_say_the_version_that_they_are() -> None:
    """What Kubernetes' programs and helm are told to call themselves is what go.mod pins."""
    assert _pinned("kubernetes")["k8s.io/kubernetes"] == KUBERNETES_VERSION
    assert _pinned("helm")["helm.sh/helm/v3"] == HELM_VERSION


def test_staged_modules_are_of_the_same_release() -> None:
    """Kubernetes' own libraries, which it builds from its tree, are all taken at the release that belongs to it."""
    text = (HERE / "kubernetes" / "go.mod").read_text(encoding="utf-8")
    replaced = re.findall(r"^\s*(\S+) => (\S+) v(\S+)$", text, re.MULTILINE)
    assert len(replaced) > 25
    assert {version for _, _, version in replaced} == {f"0.{KUBERNETES_VERSION.removeprefix('1.')}"}
    assert all(path == instead for path, instead, _ in replaced)


def test_every_source_is_pinned_with_its_digest() -> None:
    """Each program and each folder of files comes from a module whose go.mod names the version and whose go.sum its digest."""
    for files in FILES:
        version = _pinned(files.module)[files.path]
        assert f"{files.path} v{version} h1:" in (HERE / files.module / "go.sum").read_text(encoding="utf-8")
    for program in PROGRAMS:
        if program.name != "pause":  # of the standard library alone
            assert (HERE / program.module / "go.sum").stat().st_size > 0

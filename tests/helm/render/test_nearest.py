"""Where search has Triton compare all with all, Triton's repository holds the model for it."""

from __future__ import annotations

import pytest

from tests.helm.render.chart import PROFILES, render
from tests.helm.render.manifests import containers, environment, pods


@pytest.mark.parametrize("compares", ["here", "triton"])
def test_the_model_is_laid_out_where_search_asks_for_it(compares: str) -> None:
    """`search.settings.nearest` reaches search as it is, and decides what the repository holds beside the networks."""
    manifests = render({"search": {"settings": {"nearest": compares}}}, profile=PROFILES["small"])
    said = {where: pod for where, pod in pods(manifests) if "search" in where or "triton" in where}
    assert environment(containers(said["Deployment/haetae-search"])[0])["HAETAE_SEARCH__NEAREST"] == compares
    (laid_out,) = [each["args"] for pod in said.values() for each in containers(pod) if each["name"] == "lay-out"]
    assert ("--names=nearest" in laid_out) is (compares == "triton")

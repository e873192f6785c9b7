"""What the tests of rendering share: each profile rendered once, in a bare cluster and in one where every operator runs."""

from __future__ import annotations

import pytest

from tests.helm.render.chart import EVERYTHING, PROFILES, Manifest, render

CLUSTERS = {"bare": (), "full": EVERYTHING}


@pytest.fixture(scope="session", params=[f"{profile}-{cluster}" for profile in PROFILES for cluster in CLUSTERS])
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    """The manifests of one profile in one kind of cluster."""
    profile, cluster = request.param.split("-")
    return render(profile=PROFILES[profile], kinds=CLUSTERS[cluster])


@pytest.fixture(scope="session")
def small() -> list[Manifest]:
    """The manifests of the small profile in a bare cluster. Not to be changed."""
    return render(profile=PROFILES["small"])

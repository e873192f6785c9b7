"""Whatever an operator sets together, what comes out is whole."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.helm.render.chart import EVERYTHING, Manifest, render
from tests.helm.render.combinations import VALUES, Values
from tests.helm.render.hardening import faults
from tests.helm.render.manifests import containers, environment, label, of_kind, pods

pytestmark = pytest.mark.peer


def _whole(manifests: list[Manifest]) -> None:
    twice = [name for name, n in Counter(map(label, manifests)).items() if n > 1]
    assert twice == []
    made = {
        kind: {one["metadata"]["name"] for one in of_kind(manifests, kind)} for kind in ("ConfigMap", "PersistentVolumeClaim")
    }
    for where, pod in pods(manifests):
        names = [volume["name"] for volume in pod["spec"]["volumes"]]
        assert len(names) == len(set(names)), where
        for volume in pod["spec"]["volumes"]:
            if "configMap" in volume:
                assert volume["configMap"]["name"] in made["ConfigMap"], where
            claim = volume.get("persistentVolumeClaim", {}).get("claimName", "x")
            assert claim in made["PersistentVolumeClaim"] | {"x", "mine"}, where
        for each in containers(pod):
            variables = [variable["name"] for variable in each.get("env", [])]
            assert len(variables) == len(set(variables)), f"{where}: {variables}"
            for name, value in environment(each).items():
                if "$(" in value:
                    referred = value.split("$(")[1].split(")")[0]
                    assert variables.index(referred) < variables.index(name), f"{where}: {name} comes before {referred}"


@given(values=VALUES, kinds=st.sampled_from([(), EVERYTHING]))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_combination_is_whole_and_hardened(values: Values, kinds: tuple[str, ...]) -> None:
    """Names are unique, what is mounted exists, variables come once and before those that use them, and no rule of S11 breaks."""
    manifests = render(values, kinds=kinds)
    _whole(manifests)
    denied = values.get("networkPolicy", {}).get("enabled", True)
    assert [fault for fault in faults(manifests) if denied or fault != "nothing denies by default both ways"] == []


def test_an_upgrade_migrates_before_anything_else() -> None:
    """On an installation the migration is a job of the release; on an upgrade it is a hook that comes first."""
    (first,) = (one for one in of_kind(render(), "Job"))
    (later,) = (one for one in of_kind(render(options=["--is-upgrade"]), "Job"))
    assert "annotations" not in first["metadata"]
    assert later["metadata"]["annotations"]["helm.sh/hook"] == "pre-upgrade"
    assert first["spec"]["template"]["spec"]["containers"][0]["args"][:3] == ["haetae.cli.main", "database", "migrate"]


def test_names_stay_within_what_kubernetes_takes() -> None:
    """A long release name is cut so that every object's name and label is at most 63 characters long."""
    long = {"fullnameOverride": "a" * 80, "backup": {"enabled": True}}
    for one in render(long, kinds=EVERYTHING):
        assert len(one["metadata"]["name"]) <= 63
        assert all(len(value) <= 63 for value in one["metadata"].get("labels", {}).values())
    assert {len(one["metadata"]["name"]) for one in of_kind(render(long), "CronJob")} <= set(range(53))

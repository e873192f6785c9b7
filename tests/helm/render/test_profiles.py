"""The profiles: what they render to, and that helm finds nothing to complain about."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from haetae.cli.images import images, listed
from tests.helm.render.chart import CHART, EVERYTHING, PROFILES, files_of, helm, render
from tests.helm.render.golden import golden, rendered
from tests.helm.render.manifests import containers, environment, leaves, named, of_kind, pods

pytestmark = pytest.mark.peer


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_renders_as_reviewed(profile: str) -> None:
    """Every change of what is installed is seen in a golden file: `python -m tests.helm.render.golden` writes them anew."""
    assert rendered(profile) == golden(profile).read_text(encoding="utf-8")


@pytest.mark.parametrize("profile", [(), *PROFILES.values()])
def test_helm_finds_nothing_to_complain_about(profile: tuple[str, ...]) -> None:
    """`helm lint --strict` passes."""
    outcome = helm("lint", "--strict", str(CHART), "--kube-version=1.34.0", *files_of(profile))
    assert outcome.code == 0, outcome.out + outcome.said


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles_only_say_what_differs(profile: str) -> None:
    """No profile repeats what values.yaml says already, but for the modes that make it what it is."""
    defaults = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    own = yaml.safe_load((CHART / f"values-{profile}.yaml").read_text(encoding="utf-8"))
    modes = {"mode", "enabled", "className", "accessMode", "keda", "public", "endpoint", "size", "name", "kind"}
    assert [key for key in _repeated(own, defaults) if key.split(".")[-1] not in modes] == []


def _repeated(own: dict[str, Any], defaults: dict[str, Any], under: str = "") -> list[str]:
    found = []
    for name, value in own.items():
        if isinstance(value, dict) and isinstance(defaults.get(name), dict):
            found += _repeated(value, defaults[name], f"{under}{name}.")
        elif value == defaults.get(name):
            found.append(under + name)
    return found


@pytest.mark.parametrize("profile", PROFILES)
def test_images_are_those_of_the_list(profile: str) -> None:
    """Every image that is rendered is one that `haetae images` prints for the same values."""
    image: dict[str, Any] = {}
    for name in PROFILES[profile]:
        image |= yaml.safe_load((CHART / f"values-{name}.yaml").read_text(encoding="utf-8")).get("image", {})
    printed = {each.reference for each in images(listed(CHART), image.get("registry", ""), image.get("overrides", {}))}
    used = {each["image"] for _, pod in pods(render(profile=PROFILES[profile])) for each in containers(pod)}
    assert used <= printed


def test_small_needs_nothing_else(small: list[dict[str, Any]]) -> None:
    """The small profile brings PostgreSQL, Redis and Triton itself, and asks for no kind that a bare cluster lacks."""
    inside = {one["metadata"]["name"] for kind in ("StatefulSet", "Deployment") for one in of_kind(small, kind)}
    assert {"haetae-postgresql", "haetae-redis", "haetae-triton"} <= inside
    groups = {one["apiVersion"].split("/")[0] for one in small}
    assert groups <= {"v1", "apps", "batch", "policy", "networking.k8s.io"}


def test_city_is_three_of_everything_but_alert() -> None:
    """The city profile has three replicas of what may have several, GPUs for Triton, S3 for crops and TLS everywhere."""
    manifests = render(profile=PROFILES["city"], kinds=EVERYTHING)
    least = {one["metadata"]["name"]: one["spec"]["minReplicaCount"] for one in of_kind(manifests, "ScaledObject")}
    assert set(least.values()) == {3}
    assert len(least) == 5
    triton = named(manifests, "Deployment", "haetae-triton")["spec"]
    assert triton["replicas"] == 3
    assert triton["template"]["spec"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] == 1
    assert named(manifests, "Cluster", "haetae-postgresql")["spec"]["instances"] == 3
    told = environment(named(manifests, "Deployment", "haetae-search")["spec"]["template"]["spec"]["containers"][0])
    assert told["HAETAE_BLOBS__S3__BUCKET"]
    assert told["HAETAE_TRITON__CA_FILE"]
    assert told["PGSSLMODE"] == "verify-full"


def test_an_address_of_a_database_is_taken_as_it_is() -> None:
    """The address in a Secret may have parameters or none: how the server is checked is said beside it."""
    outside = {"host": "db.example", "networks": ["10.0.0.0/8"]}
    manifests = render({"postgresql": {"mode": "external", "caSecret": "authority", "external": outside}})
    (container,) = named(manifests, "Deployment", "haetae-search")["spec"]["template"]["spec"]["containers"]
    (address,) = (each for each in container["env"] if each["name"] == "HAETAE_POSTGRES__URL")
    assert address["valueFrom"]["secretKeyRef"] == {"name": "haetae", "key": "postgres-url"}
    assert environment(container)["PGSSLROOTCERT"].startswith(
        next(each["mountPath"] for each in container["volumeMounts"] if "postgres" in each["mountPath"])
    )


def test_airgapped_names_no_outside_address() -> None:
    """With the airgapped profile every image comes from one registry, and neither an address nor a flow leads to the internet."""
    manifests = render(profile=PROFILES["airgapped"], kinds=EVERYTHING)
    texts = list(leaves(manifests))
    assert {each["image"].split("/")[0] for _, pod in pods(manifests) for each in containers(pod)} == {"registry.example:5000"}
    assert [text for text in texts if text.startswith(("http://", "https://")) and "haetae-" not in text] == []
    assert not {"0.0.0.0/0", "::/0"} & set(texts)
    (pull,) = (each for _, pod in pods(manifests) for each in containers(pod) if each["name"] == "pull")
    assert environment(pull)["HAETAE_MODELS__MIRROR"] == "/models/mirror"

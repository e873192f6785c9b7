"""Upgrades of an installed release: good ones roll, bad ones leave everything as it was, and there is a way back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.helm.cluster.kubernetes import Cluster
from tests.helm.cluster.namespaces import restricted_namespace
from tests.helm.cluster.profiles import SMALL, bring_secrets
from tests.helm.cluster.release import Release
from tests.helm.cluster.stages import NEVER_READY
from tests.kit.waiting import until

pytestmark = [pytest.mark.integration, pytest.mark.peer]

TAKEN_BACK = ("--reuse-values", "--atomic")
SERVICES = ("alert", "delivery", "detect", "ingest", "reid", "search")


@pytest.fixture(scope="module")
def release(cluster: Cluster) -> Iterator[Release]:
    """One release for the tests of this file, each of which leaves it deployed and ready."""
    with restricted_namespace(cluster) as namespace:
        bring_secrets(cluster, namespace)
        release = Release(cluster, namespace, profile=SMALL.files)
        release.install()
        yield release


def _pods(release: Release) -> dict[str, str]:
    """By uid: the names of the ready pods of services."""
    pods = release.cluster.objects("pods", release.namespace)
    ready = [
        one["metadata"]
        for one in pods
        if "deletionTimestamp" not in one["metadata"]
        and any(c["type"] == "Ready" and c["status"] == "True" for c in one["status"].get("conditions", []))
    ]
    return {meta["uid"]: meta["name"] for meta in ready if not meta["name"].startswith(("haetae-migration", "haetae-test"))}


def _generations(release: Release) -> dict[str, int]:
    """By Deployment: how often what it asks for has changed."""
    found = release.cluster.objects("deployments", release.namespace)
    return {one["metadata"]["name"]: one["metadata"]["generation"] for one in found}


def _deployed(release: Release) -> int:
    """The revision that is deployed."""
    (revision,) = (int(one["revision"]) for one in release.history() if one["status"] == "deployed")
    return revision


def _only_old_pods(release: Release, before: dict[str, str]) -> None:
    """Waits until exactly these pods are there and ready: what a failed upgrade began goes in the background."""
    until(lambda: _pods(release) == before, "the former pods, and no others", within_s=60, every_s=0.5)


def test_changed_values_roll_every_service(release: Release) -> None:
    """New values replace every pod that reads them, and none that does not: PostgreSQL and Redis stay."""
    before = _pods(release)
    outcome = release.upgrade({"logs": {"level": "DEBUG"}})
    assert outcome.code == 0, outcome.said
    assert "arning" not in outcome.said
    until(lambda: len(_pods(release)) == len(before), "as many pods as before", within_s=60, every_s=0.5)
    stayed = sorted(name for uid, name in _pods(release).items() if uid in before)
    assert not [name for name in stayed if name.startswith(tuple(f"haetae-{service}-" for service in SERVICES))]
    assert {"haetae-postgresql-0", "haetae-redis-0"} <= set(stayed)


def test_a_migration_that_does_not_end_changes_nothing(release: Release) -> None:
    """The schema comes first: until the migration is through, no Deployment is touched; a failed upgrade is taken back."""
    before, generations, revision = _pods(release), _generations(release), _deployed(release)
    values = {"image": {"overrides": {"service": {"tag": NEVER_READY}}}}
    outcome = release.upgrade(values, "--reuse-values", within="8s")
    assert outcome.code != 0
    assert "pre-upgrade hooks failed" in outcome.said
    assert _generations(release) == generations
    release.rollback(revision)
    assert _generations(release) == generations
    _only_old_pods(release, before)


def test_pods_that_never_get_ready_are_taken_back(release: Release) -> None:
    """An image that does not start fails the upgrade in time; the former pods served all along, and only they are left."""
    before, revision = _pods(release), _deployed(release)
    outcome = release.upgrade({"image": {"overrides": {"triton-cpu": {"tag": NEVER_READY}}}}, *TAKEN_BACK, within="12s")
    assert outcome.code != 0
    assert "has been rolled back due to atomic being set" in outcome.said
    assert release.history()[-1]["description"] == f"Rollback to {revision}"
    _only_old_pods(release, before)


def test_what_the_server_refuses_is_taken_back(release: Release) -> None:
    """A manifest that the API server refuses fails the upgrade at once, and the release is at its former revision."""
    before, revision = _pods(release), _deployed(release)
    outcome = release.upgrade({"pods": {"nodeSelector": {"zone": "no such / value!"}}}, *TAKEN_BACK)
    assert outcome.code != 0
    assert "Invalid value" in outcome.said
    assert release.history()[-1]["description"] == f"Rollback to {revision}"
    _only_old_pods(release, before)


def test_the_very_first_upgrade_can_be_taken_back(cluster: Cluster, namespace: str) -> None:
    """The Jobs of an installation are still there then: they stay as they are, and the release gets back all the same."""
    bring_secrets(cluster, namespace)
    release = Release(cluster, namespace, profile=SMALL.files)
    release.install()
    jobs = {one["metadata"]["uid"] for one in cluster.objects("jobs", namespace)}
    assert len(jobs) > 1
    assert release.upgrade({"pods": {"nodeSelector": {"zone": "no such / value!"}}}, *TAKEN_BACK).code != 0
    assert release.history()[-1]["description"] == "Rollback to 1"
    assert {one["metadata"]["uid"] for one in cluster.objects("jobs", namespace)} >= jobs


def test_what_the_schema_refuses_is_never_sent(release: Release) -> None:
    """A value of the wrong type is refused before the cluster hears of it: there is no new revision."""
    history = release.history()
    outcome = release.upgrade({"search": {"replicas": "many"}})
    assert outcome.code != 0
    assert "replicas" in outcome.said
    assert release.history() == history


def test_a_rollback_brings_the_former_values_back(release: Release) -> None:
    """`helm rollback` gives every service the template of the revision before."""

    def images() -> dict[str, str]:
        found = release.cluster.objects("deployments", release.namespace)
        return {one["metadata"]["name"]: one["spec"]["template"]["spec"]["containers"][0]["image"] for one in found}

    before = images()
    outcome = release.upgrade({"image": {"registry": "registry.example:5000/haetae"}}, "--reuse-values")
    assert outcome.code == 0, outcome.said
    assert all(image.startswith("registry.example:5000/haetae/") for image in images().values())
    release.rollback()
    assert images() == before

"""What a service reads from its environment, the chart can say; and what the chart says, the service reads."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from haetae.settings import Settings
from tests.helm.render.chart import CHART, EVERYTHING, PROFILES, Manifest, render
from tests.helm.render.manifests import containers, environment, named, pods
from tests.helm.render.settings_schema import SCHEMA, SECTIONS, is_dial, with_dials
from tests.helm.render.told import CLASSES, readable, told
from tests.kit.variables import variables

pytestmark = pytest.mark.peer

NAMES = {f"HAETAE_{service.upper()}__NAME" for service in SECTIONS}  # follow from the pods' names
RECORDINGS = {"HAETAE_SOURCES__IMPORT_FOLDERS"}
NOT_SAID = {
    **{service: NAMES | {"HAETAE_MODELS__MIRROR"} for service in CLASSES},  # a mirror is for who pulls: Triton's init container
    "alert": NAMES | RECORDINGS | {"HAETAE_MODELS__MIRROR", "HAETAE_ALERT__DELIVERY_HOST", "HAETAE_ALERT__DELIVERY_PORT"},
    "delivery": NAMES | RECORDINGS | {"HAETAE_ALERT__HOST", "HAETAE_ALERT__PORT"},
}
"""What a program could read and is not told, because it has no use for it."""

WIDE: dict[str, Any] = {
    "blobs": {"mode": "s3", "s3": {"bucket": "crops", "caSecret": "s3-ca", "networks": ["10.0.0.0/8"]}},
    "tls": {"internal": {"enabled": True, "existingSecret": "tls"}},
    "milvus": {"enabled": True, "uri": "http://milvus:19530", "networks": ["10.0.0.0/8"]},
    "telemetry": {
        "traces": {
            "endpoint": "https://collector.example:4318",
            "caSecret": "collector-ca",
            "keys": {"headers": "traces-headers"},
            "networks": ["10.0.0.0/8"],
        }
    },
    "understanding": {
        "endpoint": "https://llm.example/v1",
        "model": "x",
        "caSecret": "llm-ca",
        "keys": {"apiKey": "key"},
        "networks": ["10.0.0.0/8"],
    },
}
"""Everything that can be switched on at once."""


def _dials(service: str) -> set[str]:
    section = "alert" if service == "delivery" else service
    return {f"HAETAE_{section.upper()}__{name.upper()}" for name in SECTIONS[section].model_fields if is_dial(name)}


@pytest.fixture(scope="module")
def every_side() -> list[list[Manifest]]:
    """Renderings that together switch everything on."""
    return [render(profile=PROFILES["small"]), render(WIDE, profile=PROFILES["city"], kinds=EVERYTHING)]


@pytest.mark.parametrize("service", CLASSES)
def test_what_a_service_reads_can_be_said(service: str, every_side: list[list[Manifest]]) -> None:
    """Each variable of the sections that a service uses is set by the chart in some rendering, or is one of its dials."""
    said = set().union(*(told(manifests, service) for manifests in every_side)) | _dials(service)
    assert readable(service) - said - NOT_SAID[service] == set()


@pytest.mark.parametrize("service", CLASSES)
def test_what_is_said_is_read(service: str, every_side: list[list[Manifest]]) -> None:
    """Each variable that the chart sets in a service's pods is one that this service uses: it gets nothing else."""
    for manifests in every_side:
        assert told(manifests, service) - readable(service) == set()


def test_own_addresses_are_said(small: list[Manifest]) -> None:
    """Each program listens for the whole pod on the port that its Service and its probes name."""
    for service in CLASSES:
        (container,) = named(small, "Deployment", f"haetae-{service}")["spec"]["template"]["spec"]["containers"]
        prefix = "HAETAE_ALERT__DELIVERY" if service == "delivery" else f"HAETAE_{service.upper()}_"
        said, (port,) = environment(container), container["ports"]
        assert said[f"{prefix}_HOST"] == "0.0.0.0"
        assert said[f"{prefix}_PORT"] == str(port["containerPort"])
        service_port = named(small, "Service", f"haetae-{service}")["spec"]["ports"][0]
        assert (service_port["port"], service_port["targetPort"]) == (port["containerPort"], port["name"])


def test_everything_that_is_set_is_accepted(every_side: list[list[Manifest]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Each program's settings class reads what its pod is told, whole: no value is of the wrong form."""
    secrets = {"HAETAE_SECRETS__CREDENTIAL_KEYS": '["key"]', "HAETAE_TELEMETRY__TRACES__HEADERS": "name=value"}
    for manifests in every_side:
        for service, settings in CLASSES.items():
            (container,) = named(manifests, "Deployment", f"haetae-{service}")["spec"]["template"]["spec"]["containers"]
            with monkeypatch.context() as context:
                for name, value in environment(container).items():
                    context.setenv(name, secrets.get(name, value))
                assert settings.load().http.drain_s >= 0


def test_dials_reach_their_service_as_they_are() -> None:
    """Whole numbers stay whole, switches and lists are read, and deliveries are told what alert is told."""
    values = {
        "ingest": {"settings": {"local_backlog_bytes": 134217728, "time_zone": "Asia/Seoul"}},
        "detect": {"settings": {"max_gap_s": 2.5}},
        "alert": {"settings": {"delivery_threads": 9}},
    }
    said = {where: environment(containers(pod)[0]) for where, pod in pods(render(values, profile=PROFILES["small"]))}
    assert said["Deployment/haetae-ingest"]["HAETAE_INGEST__LOCAL_BACKLOG_BYTES"] == "134217728"
    assert said["Deployment/haetae-ingest"]["HAETAE_INGEST__TIME_ZONE"] == "Asia/Seoul"
    assert said["Deployment/haetae-detect"]["HAETAE_DETECT__MAX_GAP_S"] == "2.5"
    assert said["Deployment/haetae-delivery"]["HAETAE_ALERT__DELIVERY_THREADS"] == "9"


def test_secrets_come_from_secrets(every_side: list[list[Manifest]]) -> None:
    """Every setting that is secret by its type comes from a Secret, or is an address into which Kubernetes puts one."""
    secret = {
        f"HAETAE_{section.upper()}__{name.upper()}"
        for section, field in Settings.model_fields.items()
        for name, inner in getattr(field.annotation, "model_fields", {}).items()
        if inner.annotation is SecretStr
    } | {name for name in variables(Settings) if name.endswith(("ACCESS_KEY", "SECRET_KEY"))}
    assert len(secret) >= 4
    for manifests in every_side:
        for where, pod in pods(manifests):
            for each in containers(pod):
                for name, value in environment(each).items():
                    if name in secret:
                        assert value.startswith("secret:") or "$(" in value, f"{where}: {name}"


def test_dials_of_the_schema_are_those_of_the_code() -> None:
    """values.schema.json knows each service's dials with their limits (`python -m tests.helm.render.settings_schema`)."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert with_dials(schema) == schema
    assert SCHEMA.parent == CHART


def test_threads_follow_the_pod_not_the_node(small: list[Manifest]) -> None:
    """How many threads compute at once comes from the pod's own limit, in every program of ours."""
    for service in CLASSES:
        (container,) = named(small, "Deployment", f"haetae-{service}")["spec"]["template"]["spec"]["containers"]
        limited = {each["name"] for each in container["env"] if "resourceFieldRef" in each.get("valueFrom", {})}
        assert limited == {"OMP_NUM_THREADS", "NUMBA_NUM_THREADS"}

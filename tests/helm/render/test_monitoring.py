"""Rules and dashboard speak of metrics that exist, and each alert has its runbook."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from tests.helm.render.chart import CHART, EVERYTHING, PROFILES, Manifest, render
from tests.helm.render.manifests import named, of_kind

RUNBOOKS = Path(__file__).resolve().parents[3] / "docs" / "runbooks"
ALERTS: list[dict[str, Any]] = yaml.safe_load((CHART / "files" / "monitoring" / "alerts.yaml").read_text(encoding="utf-8"))
RECORDED: list[dict[str, Any]] = yaml.safe_load((CHART / "files" / "monitoring" / "recording.yaml").read_text(encoding="utf-8"))
DASHBOARD = json.loads((CHART / "files" / "monitoring" / "dashboard.json").read_text(encoding="utf-8"))
OF_OTHERS = {
    "up",
    "kube_cronjob_status_last_successful_time",
    "kube_job_status_failed",
    "kubelet_volume_stats_available_bytes",
    "kubelet_volume_stats_capacity_bytes",
    "nv_inference_request_success",
    "nv_inference_request_failure",
    "nv_inference_queue_duration_us",
}
"""Metrics of Prometheus itself, kube-state-metrics, the kubelet and Triton."""

_METRIC = re.compile(r"(?<![\w$:\"])(haetae[\w:]+|nv_\w+|kube\w+|up)(?=[\s{\[<>)]|$)")
_SECTIONS = ("How to tell", "What to do", "Afterwards")


def _expressions() -> list[str]:
    targets = [target for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]
    return [rule["expr"] for rule in [*ALERTS, *RECORDED]] + [target["expr"] for target in targets]


def _of_the_code() -> set[str]:
    """The names of all series that the services expose."""
    import services.alert.metrics as alert
    import services.detect.metrics as detect
    import services.ingest.metrics as ingest
    import services.reid.metrics as reid
    import services.search.metrics  # noqa: F401 - its metrics are made when it is imported
    from haetae.domain.timing import SystemClock
    from haetae.http.app import create_app
    from haetae.telemetry.health import Health

    alert.AlertMetrics(), detect.DetectMetrics(SystemClock()), ingest.IngestMetrics(), reid.ReidMetrics()
    create_app("x", "1", Health()).build_middleware_stack()
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    return {family.name + ending for family in REGISTRY.collect() for ending in endings.get(family.type, ("",))}


def test_every_metric_that_is_asked_for_exists() -> None:
    """Each series in a rule or on the dashboard is exposed by a service, recorded by a rule, or well known of others."""
    known = _of_the_code() | OF_OTHERS | {rule["record"] for rule in RECORDED}
    asked = {name for expression in _expressions() for name in _METRIC.findall(expression)}
    assert len(asked) > 25
    assert asked - known == set()


def test_each_alert_has_a_runbook_and_each_runbook_an_alert() -> None:
    """docs/runbooks has one page for each alert, named after it, and no other."""
    assert {rule["alert"] for rule in ALERTS} == {page.stem for page in RUNBOOKS.glob("*.md")} - {"README"}


@pytest.mark.parametrize("rule", ALERTS, ids=[rule["alert"] for rule in ALERTS])
def test_runbooks_say_what_to_do(rule: dict[str, Any]) -> None:
    """A runbook begins with the alert's name and says what it means, how to tell why, what to do and what to check afterwards."""
    text = (RUNBOOKS / f"{rule['alert']}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {rule['alert']}\n")
    assert [section for section in _SECTIONS if f"\n## {section}\n" not in text] == []
    assert len(text.splitlines()) <= 60


@pytest.mark.peer
def test_rules_point_to_their_runbooks() -> None:
    """Each alert carries its severity and the address of its runbook, and the release's own namespace and name are filled in."""
    values = {"monitoring": {"runbooks": "https://ops.example/runbooks/", "labels": {"release": "prometheus"}}}
    rules = named(render(values, profile=PROFILES["small"], kinds=EVERYTHING), "PrometheusRule", "haetae-rules")
    assert rules["metadata"]["labels"]["release"] == "prometheus"
    recording, alerts = rules["spec"]["groups"]
    assert [rule["alert"] for rule in alerts["rules"]] == [rule["alert"] for rule in ALERTS]
    for rule in alerts["rules"]:
        assert rule["annotations"]["runbook_url"] == f"https://ops.example/runbooks/{rule['alert']}.md"
        assert rule["labels"]["severity"] in {"warning", "critical"}
    texts = [rule["expr"] for group in (recording, alerts) for rule in group["rules"]]
    assert not any("$where" in text or "$name" in text for text in texts)
    assert any('namespace="haetae"' in text for text in texts)


@pytest.mark.peer
def test_everything_with_metrics_is_watched() -> None:
    """Each Service with metrics has a ServiceMonitor that selects it and names one of its ports."""
    manifests = render(profile=PROFILES["small"], kinds=EVERYTHING)
    services = {one["metadata"]["name"]: one for one in of_kind(manifests, "Service")}
    monitors = {one["metadata"]["name"]: one["spec"] for one in of_kind(manifests, "ServiceMonitor")}
    assert monitors.keys() == services.keys() - {"haetae-postgresql", "haetae-redis"}
    for name, monitor in monitors.items():
        assert monitor["selector"]["matchLabels"].items() <= services[name]["metadata"]["labels"].items()
        assert monitor["endpoints"][0]["port"] in {port["name"] for port in services[name]["spec"]["ports"]}


@pytest.mark.peer
def test_monitoring_is_left_out_where_nobody_reads_it(small: list[Manifest]) -> None:
    """A cluster without the Prometheus operator gets none of its kinds, unless it is said to be there."""
    assert of_kind(small, "ServiceMonitor") + of_kind(small, "PrometheusRule") == []
    always = {"monitoring": {"serviceMonitor": "always", "rules": "never"}}
    manifests = render(always, profile=PROFILES["small"], kinds=EVERYTHING)
    assert (len(of_kind(manifests, "ServiceMonitor")), of_kind(manifests, "PrometheusRule")) == (7, [])
